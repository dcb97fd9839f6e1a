"""Composition root of the CDK app: two stacks for one stage (context `stage`: local, dev or prod)."""

from __future__ import annotations

from aws_cdk import App

from infra.feature_flags import FEATURE_FLAGS
from infra.settings import DEFAULT_STAGE, stage_settings
from infra.stacks.data import DataStack
from infra.stacks.service import ServiceStack


def build(context: dict[str, object] | None = None, outdir: str | None = None) -> App:
    """The app, ready for `synth()`. `context` adds to what the CDK CLI or CDK_CONTEXT_JSON gives."""
    app = App(context={**FEATURE_FLAGS, **(context or {})}, outdir=outdir, analytics_reporting=False)
    settings = stage_settings(app.node.try_get_context("stage") or DEFAULT_STAGE)
    data = DataStack(app, "FourfoldData", settings=settings)
    ServiceStack(app, "FourfoldService", settings=settings, data=data)
    return app


if __name__ == "__main__":
    build().synth()
