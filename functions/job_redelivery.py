"""Shows a job's message again soon after a delivery that failed.

SQS hides a failed message for as long as a worker may run (15 minutes), because it cannot know that this one has ended.
A worker that raises knows it: a write that DynamoDB refused for a moment does not delay a job by a quarter of an hour.
"""

from __future__ import annotations

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
from botocore.exceptions import BotoCoreError, ClientError

from functions.job_queues import queues

# Seconds after the first failures. Later ones wait for the visibility timeout, so that a provider's outage of hours
# does not use up the deliveries.
SOON_S = (15, 30, 60, 120)

logger = Logger()


def show_again_soon(record: SQSRecord, receives: int) -> None:
    """Makes a failed message visible after a pause that doubles with each of the first `receives`."""
    if receives > len(SOON_S):
        return
    _, _, _, _, account, name = record.event_source_arn.split(":")
    try:
        url = queues().get_queue_url(QueueName=name, QueueOwnerAWSAccountId=account)["QueueUrl"]
        queues().change_message_visibility(
            QueueUrl=url, ReceiptHandle=record.receipt_handle, VisibilityTimeout=SOON_S[receives - 1]
        )
    except (ClientError, BotoCoreError) as error:
        logger.info("message is shown again after its time-out", extra={"error": type(error).__name__})
