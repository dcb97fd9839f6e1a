"""Composition root of the CDK app: two stacks for one stage.

Context: `stage` (local, dev or prod) and the values of `infra.settings.CONTEXT`, which StageSettings describes.
`infra.deploy` determines `established` and `gateway_account` from the account.

`python app.py` writes the cloud assembly. It calls no AWS service and needs neither Docker nor a bootstrapped account.
"""

from __future__ import annotations

from collections.abc import Mapping

from aws_cdk import App, Validations

from infra.feature_flags import FEATURE_FLAGS
from infra.settings import CONTEXT, DEFAULT_STAGE, stage_settings
from infra.stacks.data import DataStack
from infra.stacks.service import ServiceStack


def build(context: Mapping[str, object] | None = None, outdir: str | None = None) -> App:
    """The app, ready for `synth()`. Context from the CDK CLI or CDK_CONTEXT_JSON takes precedence over `context`.

    The assembly is written to `outdir`, or without it to CDK_OUTDIR.
    """
    given = {**FEATURE_FLAGS, **(context or {})}
    # Some options of the app depend on its stage, but only an app can read the CLI's context: a first one reads it.
    context_value = App(context=given, auto_synth=False).node.try_get_context
    values = {name: value for name in CONTEXT if (value := context_value(name))}
    settings = stage_settings(context_value("stage") or DEFAULT_STAGE, **values)
    app = App(
        context=given,
        outdir=outdir,
        auto_synth=False,
        analytics_reporting=False,
        builtin_cloud_formation_validation=settings.checked,
        tree_metadata=settings.checked,
        stack_traces=settings.checked,
    )
    data = DataStack(app, "FourfoldData", settings=settings)
    ServiceStack(app, "FourfoldService", settings=settings, data=data)
    if settings.checked:
        from cdk_nag import AwsSolutionsChecks, ServerlessChecks  # noqa: PLC0415 - the import takes half a second, which the stage `local` saves

        Validations.of(app).add_plugins(AwsSolutionsChecks(), ServerlessChecks())
    return app


if __name__ == "__main__":
    build().synth()
