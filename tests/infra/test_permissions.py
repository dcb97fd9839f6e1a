"""Who may do what: exactly this. The local engine proves the functions' grants, but not the state machine's."""

from __future__ import annotations

import pytest

from fourfold.steps import StepName
from tests.infra.assembly import Assembly

Grants = set[tuple[frozenset[str], frozenset[str]]]

TRACES = ("xray:PutTelemetryRecords", "xray:PutTraceSegments")
LOG_DELIVERY = (
    "logs:CreateLogDelivery",
    "logs:DeleteLogDelivery",
    "logs:DescribeLogGroups",
    "logs:DescribeResourcePolicies",
    "logs:GetLogDelivery",
    "logs:ListLogDeliveries",
    "logs:PutResourcePolicy",
    "logs:UpdateLogDelivery",
)
EXECUTIONS = {"states:DescribeExecution", "states:StopExecution"}
STEPS = tuple(step.value for step in StepName)


def grant(actions: tuple[str, ...], *resources: str) -> tuple[frozenset[str], frozenset[str]]:
    return frozenset(actions), frozenset(resources)


APPEND_EVENTS = grant(("dynamodb:PutItem", "dynamodb:Query"), "RunEvents")
KEEP_EVENTS = grant(("dynamodb:PutItem", "dynamodb:Query", "dynamodb:BatchWriteItem"), "RunEvents")
FOLLOW_EVENTS = grant(
    ("dynamodb:PutItem", "dynamodb:Query", "dynamodb:BatchGetItem", "dynamodb:BatchWriteItem"), "RunEvents"
)
# What a run holds of budgets, and what an evaluation has left: no step creates or deletes an item.
RAISE_HOLD = grant(("dynamodb:GetItem", "dynamodb:Query", "dynamodb:UpdateItem"), "Personas")
END_RUN = grant(("dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem", "dynamodb:DeleteItem"), "Personas")
READ_KEYS = grant(
    ("ssm:GetParameter",),
    *(
        f"arn:AWS::Partition:ssm:AWS::Region:AWS::AccountId:parameter/fourfold/prod/{provider}-api-key"
        for provider in ("anthropic", "openai", "google")
    ),
)
KEEP_JOB = grant(
    (
        "dynamodb:GetItem",
        "dynamodb:BatchGetItem",
        "dynamodb:PutItem",
        "dynamodb:UpdateItem",
        "dynamodb:DeleteItem",
        "dynamodb:ConditionCheckItem",
        "dynamodb:Query",
    ),
    "Personas",
)
HAND_TO_BUS = grant(("dynamodb:PutItem",), "Outbox")
READ_CONFIG = (grant(("dynamodb:BatchGetItem", "dynamodb:GetItem"), "Config"), grant(("dynamodb:GetItem",), "ApiKeys"))
CONNECTIONS = "arn:AWS::Partition:execute-api:AWS::Region:AWS::AccountId:ProgressWebSocketApi/prod"
PROGRESS: Grants = {
    grant(("dynamodb:Query",), "RunEvents"),
    grant(
        ("dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem", "dynamodb:DeleteItem", "dynamodb:Query"),
        "Connections",
    ),
    grant(("dynamodb:GetItem",), "ApiKeys"),
    grant(
        ("execute-api:ManageConnections",),
        f"{CONNECTIONS}/POST/@connections/*",
        f"{CONNECTIONS}/DELETE/@connections/*",
    ),
}
READ_STREAM = ("dynamodb:ListStreams", "dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator")
CONSUME = (
    "sqs:ChangeMessageVisibility",
    "sqs:DeleteMessage",
    "sqs:GetQueueAttributes",
    "sqs:GetQueueUrl",
    "sqs:ReceiveMessage",
)
LANES = ("WebhookQueuesFast", "WebhookQueuesSlow")
GIVE_ORDERS = grant(("sqs:SendMessage",), *LANES)
GRANTS: dict[str, Grants] = {
    **{name: {APPEND_EVENTS, READ_KEYS, RAISE_HOLD} for name in STEPS},
    **{
        name: {
            APPEND_EVENTS,
            READ_KEYS,
            RAISE_HOLD,
            grant(("dynamodb:PutItem",), "Idempotency"),
        }
        for name in ("surface_ground", "single_call")
    },
    "evaluation_start": {
        grant(
            (
                "dynamodb:GetItem",
                "dynamodb:BatchGetItem",
                "dynamodb:PutItem",
                "dynamodb:DeleteItem",
                "dynamodb:Query",
                "dynamodb:ConditionCheckItem",
            ),
            "Personas",
        ),
        APPEND_EVENTS,
        HAND_TO_BUS,
        grant(("dynamodb:GetItem",), "Idempotency"),
    },
    "evaluation_judge": {
        grant(
            ("dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem", "dynamodb:ConditionCheckItem"), "Personas"
        ),
        APPEND_EVENTS,
        READ_KEYS,
    },
    "evaluation_conclude": {
        grant(
            (
                "dynamodb:GetItem",
                "dynamodb:BatchGetItem",
                "dynamodb:PutItem",
                "dynamodb:UpdateItem",
                "dynamodb:DeleteItem",
                "dynamodb:Query",
            ),
            "Personas",
        ),
        APPEND_EVENTS,
        HAND_TO_BUS,
    },
    "evaluation_expiry": {
        grant(
            (
                "dynamodb:GetItem",
                "dynamodb:BatchGetItem",
                "dynamodb:PutItem",
                "dynamodb:UpdateItem",
                "dynamodb:DeleteItem",
                "dynamodb:BatchWriteItem",
                "dynamodb:Query",
                "dynamodb:ConditionCheckItem",
            ),
            "Personas",
        ),
        grant(("dynamodb:PutItem", "dynamodb:Query", "dynamodb:BatchWriteItem"), "RunEvents"),
        HAND_TO_BUS,
        grant(("dynamodb:BatchWriteItem",), "Idempotency"),
        grant(("dynamodb:Query", "dynamodb:BatchWriteItem"), "Config"),
    },
    "store_persona": {END_RUN, KEEP_EVENTS, HAND_TO_BUS},
    "fail_run": {END_RUN, KEEP_EVENTS, HAND_TO_BUS},
    "execution_ended": {
        grant(
            (
                *("dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem", "dynamodb:DeleteItem"),
                *("dynamodb:Query", "dynamodb:BatchGetItem"),
            ),
            "Personas",
        ),
        KEEP_EVENTS,
        HAND_TO_BUS,
        grant(CONSUME, "RunFailuresQueue"),
    },
    "publish_events": {
        grant(("dynamodb:BatchGetItem", "dynamodb:BatchWriteItem"), "Outbox"),
        grant(("events:PutEvents",), "EventBus"),
        grant(READ_STREAM, "Outbox"),
        grant(("sqs:SendMessage", "sqs:GetQueueAttributes", "sqs:GetQueueUrl"), "OutboxDeadLetters"),
    },
    "webhook_fanout": {
        grant(("dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:Query"), "Webhooks"),
        grant(CONSUME, "WebhookQueuesEvents"),
        GIVE_ORDERS,
        *READ_CONFIG,
    },
    "webhook_dispatch": {
        grant(("dynamodb:GetItem", "dynamodb:UpdateItem"), "Webhooks"),
        grant(("dynamodb:PutItem",), "Outbox"),
        grant(("sqs:SendMessage",), *LANES, "WebhookQueuesDead"),
        grant(("kms:Decrypt",), "WebhookKey"),
        grant(CONSUME, *LANES),
        *READ_CONFIG,
    },
    "fingerprint": {KEEP_JOB, KEEP_EVENTS, HAND_TO_BUS, *READ_CONFIG, READ_KEYS, grant(CONSUME, "FingerprintQueue")},
    "provocation": {KEEP_JOB, KEEP_EVENTS, HAND_TO_BUS, *READ_CONFIG, READ_KEYS, grant(CONSUME, "ProvocationQueue")},
    "api": {
        grant(
            (
                "dynamodb:GetItem",
                "dynamodb:BatchGetItem",
                "dynamodb:PutItem",
                "dynamodb:UpdateItem",
                "dynamodb:ConditionCheckItem",
                "dynamodb:Query",
                "dynamodb:DeleteItem",
                "dynamodb:BatchWriteItem",
            ),
            "Personas",
        ),
        FOLLOW_EVENTS,
        grant(("dynamodb:PutItem", "dynamodb:Scan", "dynamodb:BatchWriteItem"), "Connections", "Outbox"),
        grant(("kms:Encrypt", "kms:Decrypt"), "WebhookKey"),
        READ_KEYS,
        grant(("sqs:SendMessage",), "FingerprintQueue", "ProvocationQueue", *LANES),
        grant(
            (
                "dynamodb:GetItem",
                "dynamodb:PutItem",
                "dynamodb:UpdateItem",
                "dynamodb:DeleteItem",
                "dynamodb:BatchWriteItem",
                "dynamodb:Scan",
            ),
            "Idempotency",
        ),
        grant(
            (
                "dynamodb:GetItem",
                "dynamodb:BatchGetItem",
                "dynamodb:PutItem",
                "dynamodb:UpdateItem",
                "dynamodb:DeleteItem",
                "dynamodb:BatchWriteItem",
            ),
            "ApiKeys",
        ),
        grant(
            (
                "dynamodb:BatchGetItem",
                "dynamodb:ConditionCheckItem",
                "dynamodb:GetItem",
                "dynamodb:PutItem",
                "dynamodb:Query",
                "dynamodb:DeleteItem",
                "dynamodb:BatchWriteItem",
            ),
            "Config",
        ),
        grant(
            (
                "dynamodb:GetItem",
                "dynamodb:PutItem",
                "dynamodb:UpdateItem",
                "dynamodb:DeleteItem",
                "dynamodb:Query",
                "dynamodb:BatchWriteItem",
            ),
            "Webhooks",
        ),
        grant(("states:StartExecution",), "PipelineStateMachine", "EvaluationsStateMachine"),
        grant(("lambda:InvokeFunction",), "IntentParseLive"),
    },
    "progress_connection": {
        *PROGRESS,
        grant(("sqs:SendMessage",), "ProgressCatchUps"),
        grant(("dynamodb:GetItem", "dynamodb:BatchGetItem", "dynamodb:Query"), "Personas"),
        *READ_CONFIG,
    },
    "progress_push": {
        *PROGRESS,
        grant(READ_STREAM, "RunEvents"),
        grant(("sqs:GetQueueAttributes", "sqs:GetQueueUrl", "sqs:SendMessage"), "ProgressDeadLetters"),
        grant((*CONSUME, "sqs:SendMessage"), "ProgressCatchUps"),
    },
}


@pytest.mark.parametrize("name", GRANTS)
def test_a_function_may_do_its_work_and_nothing_else(prod: Assembly, name: str) -> None:
    function = prod.functions()[name]
    write_logs = grant(("logs:CreateLogStream", "logs:PutLogEvents"), prod.named(function["LoggingConfig"]["LogGroup"]))
    allowed = prod.statements(prod.named(function["Role"]))
    assert set(allowed) == GRANTS[name] | {write_logs, grant(TRACES, "*")}
    assert len(allowed) == len(set(allowed))


def test_the_machine_may_invoke_its_functions_and_nothing_else(prod: Assembly) -> None:
    allowed = prod.statements(prod.named(prod.one("StateMachine", "PipelineStateMachine")["Properties"]["RoleArn"]))
    invoked = {
        state["Arguments"]["FunctionName"]
        for state in prod.definition["States"].values()
        if state.get("Resource", "").endswith("lambda:invoke")
    }
    assert len(invoked) == len(STEPS) + 2
    assert set(allowed) == {
        grant(("lambda:InvokeFunction",), *invoked),
        grant((*LOG_DELIVERY, *TRACES, "xray:GetSamplingRules", "xray:GetSamplingTargets"), "*"),
    }


def test_the_machine_of_evaluations_may_also_execute_the_pipeline(prod: Assembly) -> None:
    machine = prod.one("StateMachine", "EvaluationsStateMachine")["Properties"]
    place = "arn:AWS::Partition:events:AWS::Region:AWS::AccountId:rule"
    execution = "arn:AWS::Partition:states:AWS::Region:AWS::AccountId:execution"
    assert set(prod.statements(prod.named(machine["RoleArn"]))) == {
        grant(("lambda:InvokeFunction",), "EvaluationStartLive", "EvaluationJudgeLive", "EvaluationConcludeLive"),
        grant(("states:StartExecution",), "PipelineStateMachine"),
        grant(tuple(EXECUTIONS), f"{execution}:PipelineStateMachine:*"),
        # Its distributed Map starts child executions of itself.
        grant(("states:StartExecution",), "EvaluationsStateMachine"),
        grant(tuple(EXECUTIONS), f"{execution}:EvaluationsStateMachine:*"),
        grant(
            ("events:PutTargets", "events:PutRule", "events:DescribeRule"),
            f"{place}/StepFunctionsGetEventsForStepFunctionsExecutionRule",
        ),
        grant((*LOG_DELIVERY, *TRACES, "xray:GetSamplingRules", "xray:GetSamplingTargets"), "*"),
    }


def test_wildcards_stand_only_where_aws_takes_no_resource(prod: Assembly) -> None:
    unbound = {*TRACES, *LOG_DELIVERY, "xray:GetSamplingRules", "xray:GetSamplingTargets"}
    seen = 0
    for policy in prod.resources("IAM::Policy").values():
        for statement in policy["Properties"]["PolicyDocument"]["Statement"]:
            actions = [statement["Action"]] if isinstance(statement["Action"], str) else statement["Action"]
            resources = statement["Resource"] if isinstance(statement["Resource"], list) else [statement["Resource"]]
            assert not any("*" in action for action in actions)
            named = [prod.named(resource) for resource in resources]
            if actions == ["execute-api:ManageConnections"]:  # the last part of the name is made when a client comes
                named = [name.removesuffix("/@connections/*") for name in named]
            if set(actions) == EXECUTIONS:  # and that of an execution is its run
                named = [name.removesuffix(":*") for name in named]
            if any("*" in name for name in named):
                assert set(actions) <= unbound
                seen += 1
    assert seen == len(GRANTS) + 2


def test_only_services_that_aws_has_a_policy_for_use_one(prod: Assembly) -> None:
    managed = {
        prod.named(arn)
        for role in prod.resources("IAM::Role").values()
        for arn in role["Properties"].get("ManagedPolicyArns", [])
    }
    assert managed == {
        f"arn:AWS::Partition:iam::aws:policy/service-role/{name}"
        for name in ("AmazonAPIGatewayPushToCloudWatchLogs", "AWSCodeDeployRoleForLambdaLimited")
    }
    assert not any("Policies" in role["Properties"] for role in prod.resources("IAM::Role").values())


def test_a_role_serves_the_service_it_was_made_for(prod: Assembly) -> None:
    services = {
        statement["Principal"]["Service"]
        for role in prod.resources("IAM::Role").values()
        for statement in role["Properties"]["AssumeRolePolicyDocument"]["Statement"]
    }
    assert services == {
        "lambda.amazonaws.com",
        "states.amazonaws.com",
        "apigateway.amazonaws.com",
        "codedeploy.amazonaws.com",
    }


def test_queues_take_messages_of_their_rule_alone(prod: Assembly) -> None:
    feeding = {
        "RunFailuresQueue": "RunFailuresRule",
        "RunFailuresDeadLetters": "RunFailuresRule",
        "FingerprintQueue": "FingerprintRule",
        "FingerprintDeadLetters": "FingerprintRule",
        "ProvocationQueue": "ProvocationRule",
        "ProvocationDeadLetters": "ProvocationRule",
        "WebhookQueuesEvents": "WebhooksRule",
        "WebhookQueuesDeadLetters": "WebhooksRule",
    }
    policies = prod.resources("SQS::QueuePolicy").values()
    assert len(policies) == len(prod.resources("SQS::Queue"))
    for policy in policies:
        (queue,) = (prod.named(queue) for queue in policy["Properties"]["Queues"])
        for statement in policy["Properties"]["PolicyDocument"]["Statement"]:
            if statement["Effect"] == "Allow":
                assert statement["Principal"] == {"Service": "events.amazonaws.com"}
                assert prod.named(statement["Condition"]["ArnEquals"]["aws:SourceArn"]) == feeding[queue]
            else:
                assert statement["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
