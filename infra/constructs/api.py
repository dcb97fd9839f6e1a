"""The REST API: a regional proxy that streams, in front of the ASGI app of functions/api."""

from __future__ import annotations

import json

from aws_cdk import CfnOutput, Duration, Fn, Validations
from aws_cdk import aws_apigateway as apigateway
from aws_cdk import aws_logs as logs
from constructs import Construct

from infra.constructs.acknowledgements import PUBLIC_API
from infra.constructs.api_function import STREAM_TIMEOUT_S
from infra.constructs.custom_domain import CustomDomain
from infra.constructs.edge_throttle import EdgeThrottle
from infra.constructs.gateway_account import GatewayAccount
from infra.constructs.python_function import PythonFunction
from infra.settings import StageSettings

# No address and no caller: it identifies a request, but no person.
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
    """A regional REST API that passes every request to `function` and streams its response."""

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
            # The dimension of the API's metrics.
            rest_api_name=f"fourfold-{settings.name}",
            endpoint_types=[apigateway.EndpointType.REGIONAL],
            # Other bodies are passed on as text, which would corrupt a picture.
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
        self._execution_log(settings)
        integration = apigateway.LambdaIntegration(
            function.handler,
            response_transfer_mode=apigateway.ResponseTransferMode.STREAM,
            timeout=Duration.seconds(STREAM_TIMEOUT_S),
            scope_permission_to_method=False,
        )
        self.rest_api.root.add_method("ANY", integration)
        self.rest_api.root.add_proxy(default_integration=integration)
        Validations.of(self.rest_api).acknowledge(*PUBLIC_API)
        if settings.edge_requests_per_minute:
            EdgeThrottle(self, "EdgeThrottle", settings=settings, rest_api=self.rest_api)
        # Replaces the construct's own output, whose name has a hash.
        self.rest_api.node.try_remove_child("Endpoint")
        CfnOutput(self, "Url", value=self.rest_api.url).override_logical_id("ApiUrl")
        if settings.domain_name:
            CustomDomain(self, "Domain", settings=settings, rest_api=self.rest_api)

    def _execution_log(self, settings: StageSettings) -> None:
        """The group that API Gateway writes errors to. Made here, it has a retention and is deleted with the stack."""
        group = logs.LogGroup(
            self,
            "ExecutionLogs",
            log_group_name=Fn.sub(
                "API-Gateway-Execution-Logs_${Api}/${Stage}",
                {"Api": self.rest_api.rest_api_id, "Stage": settings.name},
            ),
            retention=settings.log_retention,
            removal_policy=settings.removal_policy,
        )
        self.rest_api.deployment_stage.node.add_dependency(group)
