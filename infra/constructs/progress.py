"""Live progress: a WebSocket API, its routes, and the function the runs' event log drives.

RunEvents' stream -> `push` -> connected clients. What certainly could not be sent now waits in `catch_ups`, and so does
the closing of connections that could not be closed.
"""

from __future__ import annotations

import json
from typing import cast

import jsii
from aws_cdk import Aws, CfnElement, CfnOutput, Duration, Stack, Validations
from aws_cdk import aws_apigateway as rest
from aws_cdk import aws_apigatewayv2 as apigateway
from aws_cdk import aws_apigatewayv2_integrations as integrations
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_lambda_event_sources as sources
from aws_cdk import aws_logs as logs
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from infra.constructs.acknowledgements import END_OF_THE_LINE, PUBLIC_WEBSOCKET_API, QUEUE_REDRIVES, any_connection
from infra.constructs.gateway_account import GatewayAccount
from infra.constructs.python_function import Grant, PythonFunction
from infra.settings import StageSettings

ROUTES = ("subscribe", "unsubscribe", "ping")
# A route has 29 s in all; a batch of the stream must not block the next ones for longer.
PROGRESS_TIMEOUT_S = 29
# They come one after another, and each may wait 5 s for a message and 5 s for a closing.
_CATCH_UPS_AT_ONCE = 2
_RETENTION = Duration.days(14)
_MAX_RECEIVES = 5
# After these a batch is given up: whoever follows has long come back and read the log.
_RETRIES = 10
_OLDEST = Duration.minutes(10)

# No address, no caller, no query: a ticket stands there.
_ACCESS_LOG = {
    "request_id": "$context.requestId",
    "connection_id": "$context.connectionId",
    "event": "$context.eventType",
    "route": "$context.routeKey",
    "status": "$context.status",
    "latency_ms": "$context.integrationLatency",
    "error": "$context.error.message",
}


@jsii.implements(apigateway.IAccessLogSettings)
class _AccessLog:
    """Access log lines as JSON into a log group."""

    def __init__(self, group: logs.LogGroup) -> None:
        self._group = group

    @property
    def destination(self) -> apigateway.IAccessLogDestination:
        return apigateway.LogGroupLogDestination(self._group)

    @property
    def format(self) -> rest.AccessLogFormat:
        return rest.AccessLogFormat.custom(json.dumps(_ACCESS_LOG))


class ProgressApi(Construct):
    """The WebSocket API and the queues behind it; `connect` gives it its functions.

    `endpoint` is where clients are reached from (an environment variable's value): an address, or on a laptop a path on
    the engine's. Clients connect to the same place by wss or ws. `send` and `queue` are the grants its functions need,
    `acknowledgements` the findings these raise.
    """

    def __init__(self, scope: Construct, construct_id: str, *, settings: StageSettings) -> None:
        super().__init__(scope, construct_id)
        self._settings = settings
        self._api = apigateway.WebSocketApi(
            self,
            "WebSocketApi",
            api_name=f"fourfold-{settings.name}-progress",
            description="fourfold: progress of runs as it happens",
            route_selection_expression="$request.body.action",
        )
        host = f"{self._api.api_id}.execute-api.{Aws.REGION}.{Aws.URL_SUFFIX}"
        path = f"/_aws/execute-api/{self._api.api_id}/{settings.name}"
        self.endpoint = path if settings.on_engine else f"https://{host}/{settings.name}"
        self.dead_letters = self._queue("DeadLetters")
        Validations.of(self.dead_letters).acknowledge(END_OF_THE_LINE)
        self.catch_ups = self._queue("CatchUps", redrive=True)
        methods = ("POST", "DELETE")
        connections = (
            f"arn:{Aws.PARTITION}:execute-api:{Aws.REGION}:{Aws.ACCOUNT_ID}:{self._api.api_id}/{settings.name}"
        )
        self.send = [
            Grant(("execute-api:ManageConnections",), f"{connections}/{method}/@connections/*") for method in methods
        ]
        logical_id = Stack.of(self).get_logical_id(cast("CfnElement", self._api.node.default_child))
        self.acknowledgements = [any_connection(logical_id, settings.name, method) for method in methods]
        self.queue = Grant(("sqs:SendMessage",), self.catch_ups.queue_arn)

    def connect(
        self, *, routes: PythonFunction, push: PythonFunction, run_events: dynamodb.ITable, account: GatewayAccount
    ) -> None:
        """Routes clients to `routes`, the stream of `run_events` and the queue to `push`."""
        for number, key in enumerate(("$connect", "$disconnect", "$default", *ROUTES)):
            self._api.add_route(key, integration=integrations.WebSocketLambdaIntegration(f"R{number}", routes.handler))
        access_log = logs.LogGroup(
            self, "AccessLogs", retention=self._settings.log_retention, removal_policy=self._settings.removal_policy
        )
        stage = apigateway.WebSocketStage(
            self,
            "Stage",
            web_socket_api=self._api,
            stage_name=self._settings.name,
            auto_deploy=True,
            throttle=apigateway.ThrottleSettings(rate_limit=200, burst_limit=400),
            access_log_settings=_AccessLog(access_log),
        )
        account.needed_by(stage)
        Validations.of(self._api).acknowledge(*PUBLIC_WEBSOCKET_API)
        CfnOutput(self, "Url", value=self.endpoint).override_logical_id("ProgressUrl")
        push.handler.add_event_source(
            sources.DynamoEventSource(
                run_events,
                starting_position=lambda_.StartingPosition.LATEST,
                batch_size=100,
                bisect_batch_on_error=True,
                retry_attempts=_RETRIES,
                max_record_age=_OLDEST,
                on_failure=sources.SqsDlq(self.dead_letters),
                filters=[lambda_.FilterCriteria.filter({"eventName": lambda_.FilterRule.is_equal("INSERT")})],
            )
        )
        push.handler.add_event_source(
            sources.SqsEventSource(self.catch_ups, batch_size=_CATCH_UPS_AT_ONCE, report_batch_item_failures=True)
        )
        Validations.of(push).acknowledge(QUEUE_REDRIVES)

    def _queue(self, construct_id: str, *, redrive: bool = False) -> sqs.Queue:
        return sqs.Queue(
            self,
            construct_id,
            encryption=sqs.QueueEncryption.SQS_MANAGED,
            enforce_ssl=True,
            retention_period=_RETENTION,
            # Longer than the lease of a replay that was ended in the middle, so that it is found to be over.
            visibility_timeout=Duration.seconds(6 * PROGRESS_TIMEOUT_S),
            dead_letter_queue=sqs.DeadLetterQueue(queue=self.dead_letters, max_receive_count=_MAX_RECEIVES)
            if redrive
            else None,
        )
