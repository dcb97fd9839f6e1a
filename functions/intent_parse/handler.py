"""Lambda entry of the step intent_parse, in a run or, for `{"parse": {...}}`, on its own."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from fourfold.http.waiting import MAX_SILENCE_S
from fourfold.models import resolve
from fourfold.models.call_spans import spans_sent
from fourfold.pipeline.intent_parse import INTENT_PARSE
from fourfold.pipeline.parse_brief import ParseInput, parse_brief
from fourfold.trace import Work
from functions.step_entry import deadline_of, step_handler

_step = step_handler(INTENT_PARSE)


def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Returns the run's next state, or for `{"parse": {...}}` what parsing came to."""
    if "parse" not in event:
        return _step(event, context)
    parse_input = ParseInput.model_validate(event["parse"])
    deadline = deadline_of(context, MAX_SILENCE_S)  # an API request waits for the answer
    with spans_sent(Work("parse")):
        models = [resolve(name) for name in parse_input.config.pipeline.intent_parse.chain]
        return parse_brief(parse_input, models, deadline).model_dump(mode="json")
