"""Each stage is synthesized once for all tests of the template."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

# Before anything imports aws_cdk, which starts the first `node` on the path: the environment brings its own.
os.environ["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])

from app import build
from tests.infra.assembly import Assembly

WITHOUT_LAYERS: dict[str, object] = {"aws:cdk:bundling-stacks": []}


@pytest.fixture(scope="session")
def prod(tmp_path_factory: pytest.TempPathFactory) -> Assembly:
    """What production gets, with all template checks passed."""
    out = tmp_path_factory.mktemp("prod")
    build({"stage": "prod", **WITHOUT_LAYERS}, str(out)).synth()
    return Assembly(out)


@pytest.fixture(scope="session")
def provided(tmp_path_factory: pytest.TempPathFactory) -> Assembly:
    """What a stage with providers gets."""
    out = tmp_path_factory.mktemp("provided")
    build({"stage": "dev", "providers": "bedrock, anthropic", **WITHOUT_LAYERS}, str(out)).synth()
    return Assembly(out)


@pytest.fixture(scope="session")
def local(tmp_path_factory: pytest.TempPathFactory) -> Assembly:
    """What the engine of a laptop gets."""
    out = tmp_path_factory.mktemp("local")
    build({"stage": "local", **WITHOUT_LAYERS}, str(out)).synth()
    return Assembly(out)
