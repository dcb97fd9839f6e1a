"""The code of every function: `functions/` and `fourfold/` side by side in one asset."""

from __future__ import annotations

import atexit
import shutil
import tempfile
from pathlib import Path

from aws_cdk import aws_lambda as lambda_

REPOSITORY = Path(__file__).resolve().parents[2]
_LEFT_OUT = shutil.ignore_patterns("__pycache__", "*.pyc", ".*", "*~")


def stage_product_code(target: Path) -> None:
    """Copies the two packages into `target`, without caches and editor files."""
    for source, name in ((REPOSITORY / "functions", "functions"), (REPOSITORY / "shared/fourfold", "fourfold")):
        shutil.copytree(source, target / name, ignore=_LEFT_OUT)


def product_code() -> lambda_.Code:
    """One asset for all functions: it is uploaded once, and its hash changes only with a file's content.

    The files are staged in a temporary folder, which the CDK copies at synthesis; it is removed when the process ends.
    """
    staged = Path(tempfile.mkdtemp(prefix="fourfold-code-"))
    atexit.register(shutil.rmtree, staged, ignore_errors=True)
    stage_product_code(staged)
    return lambda_.Code.from_asset(str(staged))
