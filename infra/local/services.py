"""Which of MiniStack's services hold state of ours, by the resource types that a template may name.

MiniStack saves and loads all of its fifty services; loading the unused ones would double the time of a start. A
template with a resource type of a service that is not listed is refused before it is deployed, so no state is lost
silently.
"""

from __future__ import annotations

import json
from pathlib import Path

STATE_OF = {
    "ApiGateway": ("apigateway_v1",),
    "ApiGatewayV2": ("apigateway",),
    "CDK": (),
    "CloudFormation": ("cloudformation",),
    "CloudWatch": ("cloudwatch",),
    "DynamoDB": ("dynamodb",),
    "EventSchemas": (),  # MiniStack has no schema registry; a condition excludes it from the stage `local`
    "Events": ("eventbridge",),
    "IAM": ("iam",),
    "KMS": ("kms",),
    "Lambda": ("lambda",),
    "Logs": ("cloudwatch_logs",),
    "S3": ("s3",),
    "SNS": ("sns",),
    "SQS": ("sqs",),
    "SSM": ("ssm",),
    "Scheduler": ("scheduler",),
    "SecretsManager": ("secretsmanager",),
    "StepFunctions": ("stepfunctions",),
}
KEPT = frozenset(state for states in STATE_OF.values() for state in states)


def unknown_types(template: Path) -> set[str]:
    """Resource types of a CloudFormation template whose state would not be kept."""
    resources = json.loads(template.read_text(encoding="utf-8")).get("Resources", {})
    types = {resource["Type"] for resource in resources.values()}
    return {name for name in types if name.split("::")[1] not in STATE_OF}
