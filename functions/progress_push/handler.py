"""Lambda entry: new events of the runs' logs to connected clients, and replays that were set aside."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, process_partial_response
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
from aws_lambda_powertools.utilities.typing import LambdaContext

from fourfold.progress.broadcast import NewEvent, Pusher
from fourfold.progress.followers import Event, RunKey
from fourfold.storage.progress.events import event_of
from functions.progress_wiring import delivery, may_read, threads

logger = Logger()
catch_ups = BatchProcessor(event_type=EventType.SQS)


@cache
def pusher() -> Pusher:
    """What serves the stream."""
    return Pusher(delivery(), may_read, threads())


def handler(event: dict[str, Any], context: LambdaContext) -> Any:  # noqa: ANN401 - None, or SQS's partial response
    """A batch of the RunEvents stream or of the catch-up queue.

    A batch of the stream that raises comes again as a whole: what was sent of it is not sent again.
    """
    if event["Records"][0]["eventSource"] == "aws:sqs":
        return process_partial_response(event=event, record_handler=_catch_up, processor=catch_ups, context=context)
    failures = pusher().push(_new_event(record["dynamodb"]["NewImage"]) for record in event["Records"])
    logger.info("pushed", extra={"events": len(event["Records"])})
    if failures:  # their texts may quote what was sent
        logger.warning("connections ended", extra={"errors": [type(error).__qualname__ for error in failures]})
    return None


def _new_event(image: dict[str, Any]) -> NewEvent:
    run = RunKey(image["workspace_id"]["S"], image["run_id"]["S"])
    return NewEvent(run, image["persona_id"]["S"], Event.of(event_of(image)))


def _catch_up(record: SQSRecord) -> None:
    wanted = json.loads(record.body)
    if "run_id" in wanted:
        delivery().resume(RunKey(wanted["workspace_id"], wanted["run_id"]), wanted["connection_id"])
    else:
        delivery().close(wanted["connection_id"])
