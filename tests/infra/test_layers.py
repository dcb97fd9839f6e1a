"""The code and the packages a function finds on AWS."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest
from uv import find_uv_bin

from infra.constructs.bundling import LAYERS, PYTHON_VERSION, BundlingError, install_packages
from infra.constructs.product_code import REPOSITORY, stage_product_code
from infra.constructs.python_function import RUNTIME
from tests.infra.assembly import Assembly

EXPORT = ["export", "--frozen", "--no-emit-project", "--no-default-groups", "--no-header"]
LINE = re.compile(
    r"[a-z0-9][a-z0-9.-]*==[0-9][\w.]*( ; [\w<>=!.' ()]+)? \\"  # a pinned package
    r"|    --hash=sha256:[0-9a-f]{64}( \\)?"
    r"|    # via( [a-z0-9-]+)?|    #   [a-z0-9-]+"
)
UNREACHABLE = ("failed to fetch", "error sending request", "dns error", "could not connect", "tunnel", "timed out")
EM_AARCH64 = 0xB7
LAMBDA_LIMIT = 250 * 1024 * 1024
WEB_ADAPTER_MARGIN = 15 * 1024 * 1024


@pytest.mark.parametrize(
    ("layer", "extras"),
    [("runtime", []), ("api", ["--extra", "api", "--extra", "models"]), ("models", ["--extra", "models"])],
)
def test_requirements_are_those_of_the_lock(layer: str, extras: list[str]) -> None:
    """If this fails, run the command in the file's first lines."""
    exported = subprocess.run(
        [find_uv_bin(), *EXPORT, *extras], cwd=REPOSITORY, check=True, capture_output=True, text=True
    ).stdout
    command, *lines = (LAYERS / layer / "requirements.txt").read_text().splitlines()[1:]
    assert command == f"#    uv {' '.join(EXPORT[:-1] + extras)} -o layers/{layer}/requirements.txt"
    assert lines == exported.splitlines()
    assert [line for line in lines if not LINE.fullmatch(line)] == []


def test_the_layers_are_built_for_the_functions_runtime() -> None:
    assert RUNTIME.name == f"python{PYTHON_VERSION}"


def test_the_largest_layer_builds_for_arm64_and_fits(tmp_path: Path) -> None:
    try:
        install_packages(LAYERS / "api" / "requirements.txt", tmp_path / "layer")
    except BundlingError as error:
        if any(sign in str(error).lower() for sign in UNREACHABLE):
            pytest.skip("no package index within reach: the layer cannot be built here")
        raise
    packages = tmp_path / "layer" / "python"
    for name in (
        "fastapi",
        "anthropic",
        "openai",
        "google/genai",
        "genai_prices",
        "pydantic",
        "boto3",
        "aws_lambda_powertools",
    ):
        assert (packages / name / "__init__.py").exists(), name
    compiled = list(packages.rglob("*.so"))
    assert any("pydantic_core" in str(library) for library in compiled)
    for library in compiled:
        header = library.read_bytes()[:20]
        assert header[:4] == b"\x7fELF", library
        assert int.from_bytes(header[18:20], "little") == EM_AARCH64, library
    assert not list(packages.rglob("*.pyc"))
    assert not (packages / "bin").exists()
    stage_product_code(tmp_path / "code", composer=True)
    size = sum(file.stat().st_size for file in tmp_path.rglob("*") if file.is_file())
    assert size + WEB_ADAPTER_MARGIN < LAMBDA_LIMIT


def test_all_functions_run_one_asset_that_holds_their_handlers(prod: Assembly) -> None:
    assert {entry.name for entry in prod.code().iterdir()} == {"functions", "fourfold", "fourfold_offline"}
    for name, function in prod.functions().items():
        if name != "api":
            *module, attribute = function["Handler"].split(".")
            source = prod.code().joinpath(*module).with_suffix(".py").read_text()
            assert re.search(rf"^(def {attribute}\(|{attribute} =)", source, re.MULTILINE), name


def test_the_asset_holds_no_caches(tmp_path: Path) -> None:
    stage_product_code(tmp_path, composer=True)
    names = {part for file in tmp_path.rglob("*") for part in file.relative_to(tmp_path).parts}
    assert not any(name == "__pycache__" or name.startswith(".") or name.endswith((".pyc", "~")) for name in names)
