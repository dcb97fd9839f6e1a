"""Findings of cdk-nag that are accepted, each with its reason. Constructs acknowledge them where they arise."""

from __future__ import annotations

from typing import Final

from aws_cdk import Acknowledgment

TRACING: Final = Acknowledgment(
    id="AwsSolutions::AwsSolutions-IAM5[Resource::*]",
    reason="X-Ray's Put actions take no resource; a test holds the wildcard to exactly these actions.",
)


def any_region_of(model: str) -> Acknowledgment:
    """A grant on one Bedrock model in every region."""
    return Acknowledgment(
        id=f"AwsSolutions::AwsSolutions-IAM5[Resource::arn:<AWS::Partition>:bedrock:*::foundation-model/{model}]",
        reason="An inference profile sends a call to a region of its choice; the model is named.",
    )


STATE_MACHINE_LOGS: Final = Acknowledgment(
    id="AwsSolutions::AwsSolutions-IAM5[Resource::*]",
    reason="X-Ray and vended log delivery take no resource; a test holds the wildcard to exactly these actions.",
)


def any_execution_of(machine: str) -> Acknowledgment:
    """A grant on every execution of a state machine (its logical id)."""
    resource = f"arn:<AWS::Partition>:states:<AWS::Region>:<AWS::AccountId>:execution:<{machine}.Name>:*"
    return Acknowledgment(
        id=f"AwsSolutions::AwsSolutions-IAM5[Resource::{resource}]",
        reason="An execution's name is that of its run: a policy can name the machine, not the executions to come.",
    )


NO_DEAD_LETTERS: Final = Acknowledgment(
    id="Serverless::Serverless-LambdaDLQ",
    reason="Lambda's dead-letter target serves asynchronous invocations; a state machine, a queue or the API invokes.",
)

QUEUE_REDRIVES: Final = Acknowledgment(
    id="Serverless::Serverless-LambdaEventSourceMappingDestination",
    reason="SQS keeps failed messages itself: the queue redrives them into its dead-letter queue.",
)

NEXT_HOUR: Final = Acknowledgment(
    id="Serverless::Serverless-EventBusDLQ",
    reason="The event is a tick of a schedule and carries nothing: what one invocation leaves, the next one does.",
)

END_OF_THE_LINE: Final = Acknowledgment(
    id="Serverless::Serverless-SQSRedrivePolicy",
    reason="This is a dead-letter queue: an alarm watches it, a person empties it.",
)


def any_connection(api: str, stage: str, method: str) -> Acknowledgment:
    """A grant on every connection of one WebSocket API (its logical id) and stage, for one method."""
    resource = (
        f"arn:<AWS::Partition>:execute-api:<AWS::Region>:<AWS::AccountId>:<{api}>/{stage}/{method}/@connections/*"
    )
    return Acknowledgment(
        id=f"AwsSolutions::AwsSolutions-IAM5[Resource::{resource}]",
        reason="A connection's id is made when a client comes: no policy can name it.",
    )


PUBLIC_WEBSOCKET_API: Final = (
    Acknowledgment(
        id="AwsSolutions::AwsSolutions-APIG4",
        reason="Keys and tickets are checked by the function of $connect; without it no other route can be reached.",
    ),
)

# For a queue that receives what a stream's mapping, or code of ours, has given up.
GIVEN_UP: Final = (
    END_OF_THE_LINE,
    Acknowledgment(
        id="AwsSolutions::AwsSolutions-SQS3",
        reason="This is a dead-letter queue, though no other queue names it as theirs.",
    ),
)

ALARM_TOPIC: Final = (
    Acknowledgment(
        id="AwsSolutions::AwsSolutions-SNS2",
        reason="A message names a metric and its value, no data; CloudWatch may not publish with AWS's own key.",
    ),
    Acknowledgment(
        id="Serverless::Serverless-SNSRedrivePolicy",
        reason="SNS retries mail, and the alarm's state is in CloudWatch: no message has to be kept.",
    ),
)

PUBLIC_API: Final = (
    Acknowledgment(
        id="AwsSolutions::AwsSolutions-APIG2",
        reason="The app validates every request and answers with a problem document that names the field.",
    ),
    Acknowledgment(
        id="AwsSolutions::AwsSolutions-APIG3",
        reason="Every route but health and the OpenAPI document asks for a key, the stage throttles; a stage without"
        " the web ACL of decision 71 is for trial.",
    ),
    Acknowledgment(
        id="AwsSolutions::AwsSolutions-APIG4",
        reason="Keys are checked in the app, the same way on AWS and on a laptop.",
    ),
    Acknowledgment(
        id="AwsSolutions::AwsSolutions-COG4",
        reason="Callers are programs with a workspace key, not people with a password.",
    ),
)

GATEWAY_LOGS: Final = Acknowledgment(
    id="AwsSolutions::AwsSolutions-IAM4"
    "[Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/AmazonAPIGatewayPushToCloudWatchLogs]",
    reason="The one role an account gives API Gateway to write its logs; AWS defines this policy for it.",
)

CODE_DEPLOY: Final = Acknowledgment(
    id="AwsSolutions::AwsSolutions-IAM4"
    "[Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/AWSCodeDeployRoleForLambdaLimited]",
    reason="AWS defines this policy for CodeDeploy to shift a Lambda alias.",
)
