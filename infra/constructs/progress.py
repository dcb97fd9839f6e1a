"""Live progress: a WebSocket API, the function of its routes, and the function that the runs' event log drives.

RunEvents' stream -> `push` -> connected clients. The queue `CatchUps` holds two kinds of work that failed: messages
that certainly were not sent, and connections that could not be closed.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import cast

import jsii
from aws_cdk import Aws, CfnElement, CfnOutput, Duration, Stack, Validations
from aws_cdk import aws_apigateway as rest
from aws_cdk import aws_apigatewayv2 as apigateway
from aws_cdk import aws_apigatewayv2_integrations as integrations
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_lambda_event_sources as sources
from aws_cdk import aws_logs as logs
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from infra.constructs.access import Access, Grant, send_messages
from infra.constructs.acknowledgements import END_OF_THE_LINE, PUBLIC_WEBSOCKET_API, QUEUE_REDRIVES, any_connection
from infra.constructs.function_factory import FunctionFactory
from infra.constructs.gateway_account import GatewayAccount
from infra.constructs.python_function import FunctionSpec, PythonFunction
from infra.constructs.settings_access import settings_access
from infra.constructs.tables import Tables
from infra.settings import StageSettings

ROUTES = ("subscribe", "unsubscribe", "ping")
# API Gateway allows a route 29 s; a batch of the stream must not block the next ones for longer.
_TIMEOUT_S = 29
# They are handled one after another, and each may wait 5 s to send a message and 5 s to close a connection.
_CATCH_UPS_AT_ONCE = 2
_CATCHING_UP = 5
_RETENTION = Duration.days(14)
_MAX_RECEIVES = 5
# A batch beyond these bounds is dropped: its subscribers have reconnected and read the log since.
_RETRIES = 10
_OLDEST = Duration.minutes(10)

# No address and no caller, to identify no person; no query, because it holds the ticket.
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
    """The WebSocket API with its functions and queues.

    `endpoint` is where `PostToConnection` goes: an address, or on the local engine a path below the engine's address.
    Clients connect to the same place by wss or ws. `push` is the function that sends events to clients.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        settings: StageSettings,
        functions: FunctionFactory,
        tables: Tables,
        account: GatewayAccount,
    ) -> None:
        super().__init__(scope, construct_id)
        self._api = apigateway.WebSocketApi(
            self,
            "WebSocketApi",
            api_name=f"fourfold-{settings.name}-progress",
            description="fourfold: progress of runs as it happens",
            route_selection_expression="$request.body.action",
        )
        Validations.of(self._api).acknowledge(*PUBLIC_WEBSOCKET_API)
        host = f"{self._api.api_id}.execute-api.{Aws.REGION}.{Aws.URL_SUFFIX}"
        path = f"/_aws/execute-api/{self._api.api_id}/{settings.name}"
        self.endpoint = path if settings.on_engine else f"https://{host}/{settings.name}"
        CfnOutput(self, "Url", value=self.endpoint).override_logical_id("ProgressUrl")
        self.dead_letters = self._queue("DeadLetters")
        Validations.of(self.dead_letters).acknowledge(END_OF_THE_LINE)
        catch_ups = self._queue("CatchUps", redrive=True)
        access = [
            tables.run_events.access("Query"),
            tables.connections.access("GetItem", "PutItem", "UpdateItem", "DeleteItem", "Query"),
            tables.api_keys.access("GetItem"),
            self._manage_connections(settings),
            send_messages("FOURFOLD_CATCH_UP_QUEUE", catch_ups),
        ]
        self.push = functions.make("ProgressPush", _spec("progress_push", functions, access))
        self._push_from(tables, catch_ups)
        # A client names runs and personas, which must belong to the workspace of its key.
        access_of_routes = [
            *access,
            tables.personas.access("GetItem", "BatchGetItem", "Query"),
            settings_access(tables, settings),  # how many connections a workspace may have
        ]
        routes = functions.make("ProgressConnection", _spec("progress_connection", functions, access_of_routes))
        self._serve(routes, settings, account)

    def _manage_connections(self, settings: StageSettings) -> Access:
        """The right to send to (POST) and to close (DELETE) every connection of this API."""
        stage = f"{Aws.REGION}:{Aws.ACCOUNT_ID}:{self._api.api_id}/{settings.name}"
        logical_id = Stack.of(self).get_logical_id(cast("CfnElement", self._api.node.default_child))
        methods = ("POST", "DELETE")
        return Access(
            environment={"FOURFOLD_PROGRESS_ENDPOINT": self.endpoint},
            grants=[
                Grant(
                    ("execute-api:ManageConnections",),
                    f"arn:{Aws.PARTITION}:execute-api:{stage}/{method}/@connections/*",
                )
                for method in methods
            ],
            acknowledgements=[any_connection(logical_id, settings.name, method) for method in methods],
        )

    def _serve(self, routes: PythonFunction, settings: StageSettings, account: GatewayAccount) -> None:
        """Adds the routes and the stage with its access log."""
        for number, key in enumerate(("$connect", "$disconnect", "$default", *ROUTES)):
            self._api.add_route(key, integration=integrations.WebSocketLambdaIntegration(f"R{number}", routes.handler))
        access_log = logs.LogGroup(
            self, "AccessLogs", retention=settings.log_retention, removal_policy=settings.removal_policy
        )
        stage = apigateway.WebSocketStage(
            self,
            "Stage",
            web_socket_api=self._api,
            stage_name=settings.name,
            auto_deploy=True,
            throttle=apigateway.ThrottleSettings(rate_limit=200, burst_limit=400),
            access_log_settings=_AccessLog(access_log),
        )
        account.needed_by(stage)

    def _push_from(self, tables: Tables, catch_ups: sqs.Queue) -> None:
        """Feeds `push` from the stream of RunEvents and from the queue of catch-ups."""
        self.push.handler.add_event_source(
            sources.DynamoEventSource(
                tables.run_events.resource,
                starting_position=lambda_.StartingPosition.LATEST,
                batch_size=100,
                bisect_batch_on_error=True,
                retry_attempts=_RETRIES,
                max_record_age=_OLDEST,
                on_failure=sources.SqsDlq(self.dead_letters),
                filters=[lambda_.FilterCriteria.filter({"eventName": lambda_.FilterRule.is_equal("INSERT")})],
            )
        )
        self.push.handler.add_event_source(
            sources.SqsEventSource(
                catch_ups,
                batch_size=_CATCH_UPS_AT_ONCE,
                max_concurrency=_CATCHING_UP,
                report_batch_item_failures=True,
            )
        )
        Validations.of(self.push).acknowledge(QUEUE_REDRIVES)

    def _queue(self, construct_id: str, *, redrive: bool = False) -> sqs.Queue:
        return sqs.Queue(
            self,
            construct_id,
            encryption=sqs.QueueEncryption.SQS_MANAGED,
            enforce_ssl=True,
            retention_period=_RETENTION,
            # Longer than the lease of a replay, so that the lease of one that was cut off has expired.
            visibility_timeout=Duration.seconds(6 * _TIMEOUT_S),
            dead_letter_queue=sqs.DeadLetterQueue(queue=self.dead_letters, max_receive_count=_MAX_RECEIVES)
            if redrive
            else None,
        )


def _spec(name: str, functions: FunctionFactory, access: Sequence[Access]) -> FunctionSpec:
    return FunctionSpec(name=name, timeout_s=_TIMEOUT_S, awaited=True, access=access, layers=[functions.runtime_layer])
