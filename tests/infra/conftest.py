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
def local(tmp_path_factory: pytest.TempPathFactory) -> Assembly:
    """What the engine of a laptop gets."""
    out = tmp_path_factory.mktemp("local")
    build({"stage": "local", **WITHOUT_LAYERS}, str(out)).synth()
    return Assembly(out)


@pytest.fixture(scope="session")
def dev(tmp_path_factory: pytest.TempPathFactory) -> Assembly:
    """A stage beside another one of its account, with every option of the context."""
    out = tmp_path_factory.mktemp("dev")
    context = {
        "stage": "dev",
        "providers": "bedrock, anthropic",
        "gateway_account": "shared",
        "concurrency": "reserved",
        "job_concurrency": "25",
        "alarm_email": "ops@example.com",
        "spend_usd_per_hour": "250",
        "key_arn": "arn:aws:kms:eu-central-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab",
        "domain_name": "api.example.com",
        "certificate_arn": "arn:aws:acm:eu-central-1:123456789012:certificate/1234abcd-12ab-34cd-56ef-1234567890ab",
        "hosted_zone_id": "Z0123456789ABCDEFGHIJ",
        "otlp_endpoint": "https://spans.example.com/api/public/otel",
    }
    build({**context, **WITHOUT_LAYERS}, str(out)).synth()
    return Assembly(out)
