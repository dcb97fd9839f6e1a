"""Composition root of the CDK app: two stacks for one stage.

Context: `stage` (local, dev or prod), `providers` (model providers in order of preference, such as anthropic,openai;
none: offline), `key_store` (ssm or secretsmanager), `compatible_base_url` (the server of compatible:<model>),
`cors_origins` (origins whose pages may call the API, comma-separated; none: no page may), `established` (the stacks
created before: data,service or none; `infra.deploy` determines it).

`python app.py` writes the cloud assembly. It calls no AWS service and needs neither Docker nor a bootstrapped account.
"""

from __future__ import annotations

from collections.abc import Mapping

from aws_cdk import App, Validations

from infra.feature_flags import FEATURE_FLAGS
from infra.settings import DEFAULT_STAGE, STACKS, stage_settings
from infra.stacks.data import DataStack
from infra.stacks.service import ServiceStack


def build(context: Mapping[str, object] | None = None, outdir: str | None = None) -> App:
    """The app, ready for `synth()`. Context from the CDK CLI or CDK_CONTEXT_JSON takes precedence over `context`.

    The assembly is written to `outdir`, or without it to CDK_OUTDIR.
    """
    given = {**FEATURE_FLAGS, **(context or {})}
    # Some options of the app depend on its stage, but only an app can read the CLI's context: a first one reads it.
    context_value = App(context=given, auto_synth=False).node.try_get_context
    settings = stage_settings(
        context_value("stage") or DEFAULT_STAGE,
        context_value("providers") or "",
        context_value("key_store") or "ssm",
        context_value("compatible_base_url") or "",
        context_value("cors_origins") or "",
        context_value("established") or ",".join(STACKS),
    )
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
