"""Delivers a message of a job queue to its worker."""

from __future__ import annotations

import time
from importlib import import_module

from tests.invocation import Invocation


def delivered(body: str, kind: str, receives: int = 1) -> bool:
    """Whether the queue is done with a message; if not, it brings it again."""
    record = {
        "messageId": f"m-{time.monotonic_ns()}", "receiptHandle": "r", "body": body, "eventSource": "aws:sqs",
        "eventSourceARN": f"arn:aws:sqs:eu-central-1:123456789012:{kind}",
        "attributes": {"ApproximateReceiveCount": str(receives)}, "messageAttributes": {}, "awsRegion": "eu-central-1",
    }  # fmt: skip
    reply = import_module(f"functions.{kind}.handler").handler({"Records": [record]}, Invocation())
    return not reply["batchItemFailures"]
