"""The function behind the REST API: what it is started with, and everything it may touch."""

from __future__ import annotations

from collections.abc import Mapping

from aws_cdk import Aws
from aws_cdk import aws_kms as kms
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from infra.constructs.access import Access, Grant, merged, send_messages, use_key
from infra.constructs.evaluations import Evaluations
from infra.constructs.function_factory import FunctionFactory
from infra.constructs.jobs import BackgroundJob
from infra.constructs.model_access import model_access
from infra.constructs.pipeline import Pipeline
from infra.constructs.progress import ProgressApi
from infra.constructs.python_function import FunctionSpec
from infra.constructs.settings_access import settings_access
from infra.constructs.tables import Tables
from infra.constructs.webhooks import WEBHOOKS_KEY, WebhookQueues
from infra.settings import StageSettings

# The longest time that API Gateway streams and that Lambda runs.
STREAM_TIMEOUT_S = 900
# One vCPU: the app's imports and its first request are the longest start of all (decision 37).
_MEMORY_MB = 1769
# What the deletion of a workspace needs of tables whose items end within a day: it scans them (decision 70).
_ERASED = ("Scan", "BatchWriteItem")

# Lambda Web Adapter 1.1.0 for arm64, published by AWS: it turns invocations into HTTP requests to the app, and waits
# until the app is ready before a snapshot is taken and after it is restored.
_WEB_ADAPTER_ACCOUNT = "753240598075"
_WEB_ADAPTER_LAYER = "LambdaAdapterLayerArm64:30"
_WEB_ADAPTER_ENVIRONMENT = {
    "AWS_LAMBDA_EXEC_WRAPPER": "/opt/bootstrap",
    "AWS_LWA_INVOKE_MODE": "response_stream",
    "AWS_LWA_PORT": "8080",
    "AWS_LWA_READINESS_CHECK_PATH": "/v1/health",
}


def api_function_spec(
    scope: Construct,
    *,
    settings: StageSettings,
    functions: FunctionFactory,
    tables: Tables,
    pipeline: Pipeline,
    evaluations: Evaluations,
    jobs: Mapping[str, BackgroundJob],
    progress: ProgressApi,
    webhooks: WebhookQueues,
    webhook_key: kms.IKey,
) -> FunctionSpec:
    """`jobs` maps the environment variable of a job's queue to the job."""
    return FunctionSpec(
        name="api",
        program="functions/api/run.sh",
        timeout_s=STREAM_TIMEOUT_S,
        memory_mb=_MEMORY_MB,
        awaited=True,
        access=[
            Access(environment=_WEB_ADAPTER_ENVIRONMENT),
            _cors(settings),
            _own_tables(tables),
            settings_access(tables, settings),
            model_access(settings),  # chats are answered in this process (decision 25)
            _runs(pipeline),
            evaluations.access(),
            *(send_messages(variable, job.queue) for variable, job in jobs.items()),
            # A ticket is an item of the connections' table; the address is what clients connect to.
            tables.connections.access("PutItem", *_ERASED),
            Access(environment={"FOURFOLD_PROGRESS_ENDPOINT": progress.endpoint}),
            webhooks.schedule_access(),
            # Secrets are sealed when an endpoint is stored, and opened where an interrupted creation is resumed.
            use_key(WEBHOOKS_KEY, webhook_key, "Encrypt", "Decrypt"),
        ],
        layers=[functions.api_layer, _web_adapter(scope)],
    )


def _own_tables(tables: Tables) -> Access:
    """The tables the API writes; it reads settings by `settings_access` and commits them here."""
    return merged(
        tables.personas.access(
            "GetItem",
            "BatchGetItem",
            "PutItem",
            "UpdateItem",
            "ConditionCheckItem",
            "Query",
            "DeleteItem",
            "BatchWriteItem",
        ),
        tables.run_events.access("PutItem", "Query", "BatchGetItem", "BatchWriteItem"),
        tables.outbox.access("PutItem", *_ERASED),
        tables.idempotency.access("GetItem", "PutItem", "UpdateItem", "DeleteItem", *_ERASED),
        tables.api_keys.access("GetItem", "BatchGetItem", "PutItem", "UpdateItem", "DeleteItem", "BatchWriteItem"),
        tables.config.access(
            "BatchGetItem", "ConditionCheckItem", "GetItem", "PutItem", "Query", "DeleteItem", "BatchWriteItem"
        ),
        tables.webhooks.access("GetItem", "PutItem", "UpdateItem", "DeleteItem", "Query", "BatchWriteItem"),
    )


def _runs(pipeline: Pipeline) -> Access:
    """Starts executions; a brief that is only parsed goes to the first step's function, without a run."""
    machine, parse = pipeline.machine.state_machine_arn, pipeline.intent_parse.arn
    return Access(
        environment={"FOURFOLD_STATE_MACHINE_ARN": machine, "FOURFOLD_INTENT_PARSE_FUNCTION": parse},
        grants=[Grant(("states:StartExecution",), machine), Grant(("lambda:InvokeFunction",), parse)],
    )


def _cors(settings: StageSettings) -> Access:
    origins = ",".join(settings.cors_origins)
    return Access(environment={"FOURFOLD_CORS_ORIGINS": origins} if origins else {})


def _web_adapter(scope: Construct) -> lambda_.ILayerVersion:
    return lambda_.LayerVersion.from_layer_version_arn(
        scope,
        "WebAdapterLayer",
        f"arn:{Aws.PARTITION}:lambda:{Aws.REGION}:{_WEB_ADAPTER_ACCOUNT}:layer:{_WEB_ADAPTER_LAYER}",
    )
