"""Lambda layers built on this machine by uv, for Lambda's platform and without Docker."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
from pathlib import Path

import jsii
from aws_cdk import AssetHashType, BundlingOptions, DockerImage, ILocalBundling, Stack
from aws_cdk import aws_lambda as lambda_
from constructs import Construct
from uv import find_uv_bin

from fourfold.errors import FourfoldError
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


class BundlingError(FourfoldError):
    """A layer could not be built; the text is uv's error output."""


def install_packages(requirements: Path, target: Path) -> None:
    """Install the wheels of `requirements` for Lambda (arm64) into `target`/python.

    Only wheels, so nothing is compiled on this machine; no bytecode, because Lambda's interpreter is another version.

    Raises:
        BundlingError: a package has no wheel for the platform, or no index can be reached.
    """
    installed = subprocess.run(
        [find_uv_bin(), *_INSTALL, f"--target={target / 'python'}", f"--requirements={requirements}"],
        check=False,
        stderr=subprocess.PIPE,
        text=True,
    )
    if installed.returncode:
        raise BundlingError(f"{requirements}: {installed.stderr}")
    # Console scripts contain the path of this machine's interpreter, and nothing calls them.
    shutil.rmtree(target / "python" / "bin", ignore_errors=True)


@jsii.implements(ILocalBundling)
class _UvBundling:
    def __init__(self, requirements: Path) -> None:
        self._requirements = requirements

    def try_bundle(self, output_dir: str, *_args: object, **_options: object) -> bool:
        install_packages(self._requirements, Path(output_dir))
        return True


class PackageLayer(lambda_.LayerVersion):
    """The packages of layers/<name>/requirements.txt.

    The asset's hash covers the requirements, which pin every package by hash, and uv's arguments. With the context
    `aws:cdk:bundling-stacks: []` the layer is not built, for hosts that have the packages; its hash is another one.
    """

    def __init__(self, scope: Construct, construct_id: str, *, name: str) -> None:
        source = LAYERS / name
        requirements = source / "requirements.txt"
        built = Stack.of(scope).bundling_required
        recipe = hashlib.sha256(requirements.read_bytes())
        recipe.update(repr((built, _INSTALL)).encode())
        super().__init__(
            scope,
            construct_id,
            code=lambda_.Code.from_asset(
                str(source),
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
            description=f"Python packages of layers/{name}/requirements.txt",
        )
