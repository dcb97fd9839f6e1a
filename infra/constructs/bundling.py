"""Lambda layers built on this machine by uv, for Lambda's platform and Python, without Docker."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import jsii
from aws_cdk import AssetHashType, BundlingOptions, DockerImage, ILocalBundling, Stack
from aws_cdk import aws_lambda as lambda_
from constructs import Construct
from uv import find_uv_bin

from fourfold.errors import FourfoldError
from infra.bytecode.compiler import compile_bytecode, compiler_digest
from infra.constructs.product_code import REPOSITORY
from infra.constructs.python_function import ARCHITECTURE, RUNTIME

LAYERS = REPOSITORY / "layers"
PYTHON_VERSION = "3.14"
PLATFORM = "aarch64-manylinux_2_34"
_INSTALL = (
    "pip",
    "install",
    "--quiet",
    f"--python-platform={PLATFORM}",
    f"--python-version={PYTHON_VERSION}",
    "--only-binary=:all:",
    "--no-installer-metadata",
    "--no-compile-bytecode",
)
# The services that functions call. The descriptions of botocore's other services are half of the package's size.
AWS_SERVICES: Final = (
    "apigatewaymanagementapi",
    "bedrock-runtime",
    "dynamodb",
    "events",
    "kms",
    "lambda",
    "secretsmanager",
    "sqs",
    "ssm",
    "stepfunctions",
)


class BundlingError(FourfoldError):
    """A layer could not be built; the text is uv's error output."""


def install_packages(requirements: Sequence[Path], target: Path) -> None:
    """Installs the wheels of `requirements` for Lambda (arm64) into `target`/python, without byte code.

    Only wheels, so nothing is compiled on this machine.

    Raises:
        BundlingError: a package has no wheel for the platform, or no index can be reached.
    """
    packages = target / "python"
    files = [f"--requirements={file}" for file in requirements]
    installed = subprocess.run(
        [find_uv_bin(), *_INSTALL, f"--target={packages}", *files], check=False, stderr=subprocess.PIPE, text=True
    )
    if installed.returncode:
        raise BundlingError(f"{', '.join(file.parent.name for file in requirements)}: {installed.stderr}")
    # Console scripts contain the path of this machine's interpreter, and nothing calls them.
    shutil.rmtree(packages / "bin", ignore_errors=True)
    # A third of numpy is its own tests.
    for tests in packages.glob("numpy/**/tests"):
        shutil.rmtree(tests)
    for described in (packages / "botocore" / "data").iterdir():
        if described.is_dir() and described.name not in AWS_SERVICES:
            shutil.rmtree(described)


@jsii.implements(ILocalBundling)
class _UvBundling:
    def __init__(self, requirements: Sequence[Path]) -> None:
        self._requirements = requirements

    def try_bundle(self, output_dir: str, *_args: object, **_options: object) -> bool:
        install_packages(self._requirements, Path(output_dir))
        compile_bytecode(Path(output_dir))
        return True


class PackageLayer(lambda_.LayerVersion):
    """The packages of layers/<name>/requirements.txt of each of `names`, with byte code.

    The asset's hash covers the requirements, which pin every package by hash, uv's arguments and the compiler. With the
    context `aws:cdk:bundling-stacks: []` the layer is not built, for hosts that have the packages; its hash is another.
    """

    def __init__(self, scope: Construct, construct_id: str, *, names: Sequence[str]) -> None:
        requirements = [LAYERS / name / "requirements.txt" for name in names]
        built = Stack.of(scope).bundling_required
        recipe = hashlib.sha256(repr((built, _INSTALL, AWS_SERVICES, compiler_digest())).encode())
        for file in requirements:
            recipe.update(file.read_bytes())
        super().__init__(
            scope,
            construct_id,
            code=lambda_.Code.from_asset(
                str(LAYERS),
                asset_hash=recipe.hexdigest(),
                asset_hash_type=AssetHashType.CUSTOM,
                bundling=BundlingOptions(
                    # Required by the type and never run: local bundling succeeds or raises.
                    image=DockerImage.from_registry("scratch"),
                    local=_UvBundling(requirements),
                ),
            ),
            compatible_runtimes=[RUNTIME],
            compatible_architectures=[ARCHITECTURE],
            description=f"Python packages: {', '.join(names)}",
        )
