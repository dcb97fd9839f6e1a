"""Every function imports with the packages of its layer alone: on AWS it finds no others."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[3]
# These have larger layers (infra/constructs/function_factory.py): numpy, and the packages of the API.
LARGER = {"api", "fingerprint", "provocation"}
_IMPORT = """
import importlib, importlib.abc, importlib.metadata, sys

found = set(sys.argv[1].split(","))
installed = importlib.metadata.packages_distributions()
packages_of = {module: {name.lower().replace("_", "-") for name in names} for module, names in installed.items()}
absent = {module for module, names in packages_of.items() if not found & names}

class Layer(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path, target=None):
        if name in absent - {"fourfold", "functions"}:
            raise ModuleNotFoundError(f"{name} is not in the layer", name=name)

sys.meta_path.insert(0, Layer())
for function in sys.argv[2:]:
    importlib.import_module(f"functions.{function}.handler")
"""


def test_functions_need_no_package_beyond_their_layer() -> None:
    functions = sorted(handler.parent.name for handler in (REPOSITORY / "functions").glob("*/handler.py"))
    small = [name for name in functions if name not in LARGER]
    assert len(small) >= 15
    lines = (REPOSITORY / "layers" / "runtime" / "requirements.txt").read_text().splitlines()
    packages = ",".join(line.partition("==")[0] for line in lines if line[:1].isalpha())
    environment = {"AWS_DEFAULT_REGION": "eu-central-1", "PYTHONPATH": str(REPOSITORY)}
    imported = subprocess.run(
        [sys.executable, "-c", _IMPORT, packages, *small], env=environment, capture_output=True, text=True, check=False
    )
    assert imported.returncode == 0, imported.stderr[-2000:]
