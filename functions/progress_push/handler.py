"""Lambda entry: pushes new run events to connected clients, measures them, and continues replays from a queue."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from functools import cache
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, process_partial_response
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
from aws_lambda_powertools.utilities.typing import LambdaContext
from pydantic import ValidationError

from fourfold.progress.broadcast import NewEvent, Pusher
from fourfold.progress.events import event_from
from fourfold.progress.measurements import Measurement, measurements
from fourfold.progress.ports import EncodedEvent, RunKey
from fourfold.storage.progress.events import event_of, persona_in
from functions import metrics
from functions.preload import preload
from functions.progress_wiring import delivery, may_read, threads

logger = Logger()


@cache
def pusher() -> Pusher:
    """The pusher for the stream."""
    return Pusher(delivery(), may_read, threads())


def handler(event: dict[str, Any], context: LambdaContext) -> Any:  # noqa: ANN401 - None, or SQS's partial response
    """Handles a batch of the RunEvents stream or of the catch-up queue.

    If a batch of the stream raises, the whole batch is redelivered; events already sent are not sent again. A batch is
    measured once it is pushed, so that redelivery does not count it twice.
    """
    if event["Records"][0]["eventSource"] == "aws:sqs":
        processor = BatchProcessor(event_type=EventType.SQS)  # it keeps a batch's failures: one for each invocation
        return process_partial_response(event=event, record_handler=_catch_up, processor=processor, context=context)
    images = [record["dynamodb"]["NewImage"] for record in event["Records"]]
    failures = pusher().push(_new_event(image) for image in images)
    metrics.record(measurement for image in images for measurement in _measured(image))
    logger.info("pushed", extra={"events": len(event["Records"])})
    if failures:  # log types only: the messages may quote events
        logger.warning("connections ended", extra={"errors": [type(error).__qualname__ for error in failures]})
    return None


def _new_event(image: dict[str, Any]) -> NewEvent:
    run = RunKey(image["workspace_id"]["S"], image["run_id"]["S"])
    return NewEvent(run, persona_in(image), EncodedEvent.of(event_of(image)))


def _measured(image: dict[str, Any]) -> Iterator[Measurement]:
    try:
        event = event_from(json.loads(image["doc"]["S"]))
    except ValidationError:  # of a newer release, during a deployment
        return
    yield from measurements(event)


def _catch_up(record: SQSRecord) -> None:
    request = json.loads(record.body)
    if "run_id" in request:
        delivery().resume(RunKey(request["workspace_id"], request["run_id"]), request["connection_id"])
    else:
        delivery().close(request["connection_id"])


preload(os.environ)
