"""The code every function runs: `functions/` and the packages of `shared/` side by side in one asset."""

from __future__ import annotations

import atexit
import shutil
import tempfile
from pathlib import Path

from aws_cdk import aws_lambda as lambda_

from infra.bytecode.compiler import compile_bytecode

REPOSITORY = Path(__file__).resolve().parents[2]
_CACHES = shutil.ignore_patterns("__pycache__", "*.pyc", ".*", "*~")


# What functions do not use: the commands, the Python client, and the labels that `fourfold regression` alone reads.
_LEFT_OUT = {"fourfold": {"cli", "client"}, "judges": {"data"}}


def _left_out(folder: str, names: list[str]) -> set[str]:
    """Caches, editor files, and what functions do not use."""
    return {*_CACHES(folder, names), *_LEFT_OUT.get(Path(folder).name, ())}


def stage_product_code(target: Path, *, composer: bool) -> None:
    """Copies the packages into `target`, without caches and editor files; the offline composer only if asked for."""
    sources = [REPOSITORY / "functions", REPOSITORY / "shared/fourfold"]
    if composer:
        sources.append(REPOSITORY / "shared/fourfold_offline")
    for source in sources:
        shutil.copytree(source, target / source.name, ignore=_left_out)


def product_code(*, composer: bool, compiled: bool) -> lambda_.Code:
    """One asset for all functions: uploaded once, and its hash changes only with a file's content.

    `compiled` adds the byte code of Lambda's Python, which other hosts cannot use.

    The files are staged in a temporary folder, which the CDK copies at synthesis; it is removed when the process ends.
    """
    staged = Path(tempfile.mkdtemp(prefix="fourfold-code-"))
    atexit.register(shutil.rmtree, staged, ignore_errors=True)
    stage_product_code(staged, composer=composer)
    if compiled:
        compile_bytecode(staged)
    return lambda_.Code.from_asset(str(staged))
