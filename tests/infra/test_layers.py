"""The code and the packages a function finds on AWS."""

from __future__ import annotations

import re
import struct
import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest
from uv import find_uv_bin

from infra.bytecode.compiler import BytecodeError, compile_bytecode
from infra.constructs.bundling import AWS_SERVICES, LAYERS, PYTHON_VERSION, BundlingError, install_packages
from infra.constructs.function_factory import packages_of
from infra.constructs.product_code import REPOSITORY, stage_product_code
from infra.constructs.python_function import RUNTIME
from tests.infra.assembly import Assembly

EXPORT = ["export", "--frozen", "--no-emit-project", "--no-default-groups", "--no-header"]
LINE = re.compile(
    r"[a-z0-9][a-z0-9.-]*==[0-9][\w.]*( ; [\w<>=!.' ()]+)? \\"  # a pinned package
    r"|    --hash=sha256:[0-9a-f]{64}( \\)?"
    r"|    # via( [a-z0-9-]+)?|    #   [a-z0-9-]+"
)
UNREACHABLE = (
    "failed to fetch",
    "error sending request",
    "dns error",
    "could not connect",
    "tunnel",
    "timed out",
    "enotfound",
    "econnrefused",
    "eai_again",
)
EM_AARCH64 = 0xB7
LAMBDA_LIMIT = 250 * 1024 * 1024
WEB_ADAPTER_MARGIN = 15 * 1024 * 1024
PROVIDERS = ("anthropic", "openai", "google", "bedrock")
MAGIC_OF_3_14 = (3627).to_bytes(2, "little") + b"\r\n"
UNCHECKED_HASH = 1
RUNTIME_MB, API_MB, OFFLINE_MB, OTEL_MB = 40, 105, 60, 30


@pytest.mark.parametrize("layer", sorted(folder.name for folder in LAYERS.iterdir()))
def test_requirements_are_those_of_the_lock(layer: str) -> None:
    """If this fails, run the command in the file's first lines."""
    extras = [] if layer == "runtime" else ["--extra", layer]
    exported = subprocess.run(
        [find_uv_bin(), *EXPORT, *extras], cwd=REPOSITORY, check=True, capture_output=True, text=True
    ).stdout
    command, *lines = (LAYERS / layer / "requirements.txt").read_text().splitlines()[1:]
    assert command == f"#    uv {' '.join(EXPORT[:-1] + extras)} -o layers/{layer}/requirements.txt"
    assert lines == exported.splitlines()
    assert [line for line in lines if not LINE.fullmatch(line)] == []


def test_the_layers_are_built_for_the_functions_runtime() -> None:
    assert RUNTIME.name == f"python{PYTHON_VERSION}"


@pytest.mark.deep(part="template")
def test_the_largest_layer_builds_for_arm64_and_fits(tmp_path: Path) -> None:
    every = ("runtime", "api", "voice", *packages_of(PROVIDERS))
    packages = _installed(every, tmp_path / "layer")
    for name in (
        "fastapi",
        "anthropic",
        "openai",
        "google/genai",
        "genai_prices",
        "pydantic",
        "boto3",
        "aws_lambda_powertools",
        "numpy",
    ):
        assert (packages / name / "__init__.py").exists(), name
    compiled = list(packages.rglob("*.so"))
    assert any("pydantic_core" in str(library) for library in compiled)
    for library in compiled:
        header = library.read_bytes()[:20]
        assert header[:4] == b"\x7fELF", library
        assert int.from_bytes(header[18:20], "little") == EM_AARCH64, library
    assert not (packages / "bin").exists()
    stage_product_code(tmp_path / "code", composer=False)
    # To compile 8,000 files takes a minute. The byte code of packages was 0.93 of their sources; ours is at most twice
    # its sources (the next test).
    size = _size(tmp_path) + _size(tmp_path / "layer", "*.py") + 2 * _size(tmp_path / "code", "*.py")
    assert size + WEB_ADAPTER_MARGIN < LAMBDA_LIMIT


@pytest.mark.deep(part="template")
def test_byte_code_is_that_of_lambdas_python_and_needs_no_look_at_the_source(tmp_path: Path) -> None:
    stage_product_code(tmp_path, composer=False)
    try:
        compile_bytecode(tmp_path)
    except BytecodeError as error:
        _skip_without_registry(error)
        raise
    sources = set(tmp_path.rglob("*.py"))
    compiled = {source.parent / "__pycache__" / f"{source.stem}.cpython-314.pyc" for source in sources}
    assert compiled == set(tmp_path.rglob("*.pyc"))
    for byte_code in compiled:
        magic, flags = struct.unpack("<4sI", byte_code.read_bytes()[:8])
        assert (magic, flags) == (MAGIC_OF_3_14, UNCHECKED_HASH), byte_code
    assert _size(tmp_path, "*.pyc") < 2 * _size(tmp_path, "*.py")


@pytest.mark.deep(part="template")
def test_a_file_that_does_not_compile_stops_the_deployment(tmp_path: Path) -> None:
    (tmp_path / "broken.py").write_text("def broken(:\n")
    with pytest.raises(BytecodeError) as raised:
        compile_bytecode(tmp_path)
    _skip_without_registry(raised.value)
    assert "broken.py" in str(raised.value)


@pytest.mark.parametrize(
    ("names", "megabytes"),
    [
        (("runtime",), RUNTIME_MB),
        pytest.param(("runtime", "api", "voice", "anthropic"), API_MB, marks=pytest.mark.deep(part="template")),
        pytest.param(("runtime", "offline"), OFFLINE_MB, marks=pytest.mark.deep(part="template")),
        pytest.param(("runtime", "otel"), OTEL_MB, marks=pytest.mark.deep(part="template")),
    ],
)
def test_a_layer_has_no_more_than_it_needs(tmp_path: Path, names: tuple[str, ...], megabytes: int) -> None:
    """Uncompressed and without byte code. If this fails, look for the package that grew."""
    packages = _installed(names, tmp_path)
    sdks = {name for name in ("anthropic", "openai", "google/genai", "faker") if (packages / name).exists()}
    assert sdks == {{"offline": "faker"}.get(name, name) for name in names} - {"runtime", "api", "voice", "otel"}
    assert _size(tmp_path) < megabytes * 1_000_000


def test_a_layer_describes_every_aws_service_that_is_called() -> None:
    called = {
        service
        for package in ("functions", "shared/fourfold")
        for file in (REPOSITORY / package).rglob("*.py")
        for service in re.findall(r"\bclient\(\s*\"([a-z0-9-]+)\"", file.read_text())
    }
    # Powertools reads the providers' keys with clients of its own.
    assert called | {"ssm", "secretsmanager"} == set(AWS_SERVICES)


def _installed(names: Sequence[str], target: Path) -> Path:
    try:
        install_packages([LAYERS / name / "requirements.txt" for name in names], target)
    except BundlingError as error:
        _skip_without_registry(error)
        raise
    return target / "python"


def _skip_without_registry(error: Exception) -> None:
    if any(sign in str(error).lower() for sign in UNREACHABLE):
        pytest.skip("no package registry within reach: nothing can be built here")


def _size(folder: Path, pattern: str = "*") -> int:
    return sum(file.stat().st_size for file in folder.rglob(pattern) if file.is_file())


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
