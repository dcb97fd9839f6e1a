"""The REST API: one streaming proxy in front of the ASGI app of functions/api."""

from __future__ import annotations

import json

from aws_cdk import CfnOutput, Duration, Validations
from aws_cdk import aws_apigateway as apigateway
from aws_cdk import aws_logs as logs
from constructs import Construct

from infra.constructs.acknowledgements import PUBLIC_API
from infra.constructs.gateway_account import GatewayAccount
from infra.constructs.python_function import PythonFunction
from infra.settings import StageSettings

# The longest API Gateway streams, and Lambda runs.
STREAM_TIMEOUT_S = 900

# Lambda Web Adapter 1.0.0 for arm64, published by AWS: turns invocations into HTTP requests to the app.
WEB_ADAPTER_ACCOUNT = "753240598075"
WEB_ADAPTER_LAYER = "LambdaAdapterLayerArm64:27"
WEB_ADAPTER_ENVIRONMENT = {
    "AWS_LAMBDA_EXEC_WRAPPER": "/opt/bootstrap",
    "AWS_LWA_INVOKE_MODE": "response_stream",
    "AWS_LWA_PORT": "8080",
    "AWS_LWA_READINESS_CHECK_PATH": "/v1/health",
}

# No address and no caller: enough to find a request, nothing to find a person.
_ACCESS_LOG = {
    "request_id": "$context.requestId",
    "extended_request_id": "$context.extendedRequestId",
    "method": "$context.httpMethod",
    "path": "$context.path",
    "status": "$context.status",
    "latency_ms": "$context.responseLatency",
    "response_bytes": "$context.responseLength",
    "error": "$context.error.message",
}


class Api(Construct):
    """A regional REST API that hands every request to `function` and streams its answer."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        settings: StageSettings,
        function: PythonFunction,
        account: GatewayAccount,
    ) -> None:
        super().__init__(scope, construct_id)
        access_log = logs.LogGroup(
            self, "AccessLogs", retention=settings.log_retention, removal_policy=settings.removal_policy
        )
        self.rest_api = apigateway.RestApi(
            self,
            "RestApi",
            description="fourfold: personas over HTTP",
            # Not unique and not looked up, but the dimension of its metrics.
            rest_api_name=f"fourfold-{settings.name}",
            endpoint_types=[apigateway.EndpointType.REGIONAL],
            # Everything else is text to it, and a picture sent as text arrives broken.
            binary_media_types=["image/png"],
            cloud_watch_role=False,
            deploy_options=apigateway.StageOptions(
                stage_name=settings.name,
                tracing_enabled=True,
                metrics_enabled=True,
                logging_level=apigateway.MethodLoggingLevel.ERROR,
                data_trace_enabled=False,
                throttling_rate_limit=50,
                throttling_burst_limit=100,
                access_log_destination=apigateway.LogGroupLogDestination(access_log),
                access_log_format=apigateway.AccessLogFormat.custom(json.dumps(_ACCESS_LOG)),
            ),
        )
        account.needed_by(self.rest_api.deployment_stage)
        integration = apigateway.LambdaIntegration(
            function.handler,
            response_transfer_mode=apigateway.ResponseTransferMode.STREAM,
            timeout=Duration.seconds(STREAM_TIMEOUT_S),
            scope_permission_to_method=False,
        )
        self.rest_api.root.add_method("ANY", integration)
        self.rest_api.root.add_proxy(default_integration=integration)
        Validations.of(self.rest_api).acknowledge(*PUBLIC_API)
        # The construct's own output, under a name without a hash.
        self.rest_api.node.try_remove_child("Endpoint")
        CfnOutput(self, "Url", value=self.rest_api.url).override_logical_id("ApiUrl")
