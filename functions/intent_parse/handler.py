"""Lambda entry of the step intent_parse, in a run or, for `{"parse": {...}}`, alone."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from fourfold.http.waiting import LONGEST_SILENCE_S
from fourfold.models import resolve
from fourfold.pipeline.intent_parse import INTENT_PARSE
from fourfold.pipeline.parse_brief import ParseInput, parse_brief
from functions.step_entry import deadline_of, step_handler

_in_a_run = step_handler(INTENT_PARSE)


def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Answers with the run's next state, or with what was read in the brief."""
    if "parse" not in event:
        return _in_a_run(event, context)
    request = ParseInput.model_validate(event["parse"])
    models = [resolve(name) for name in request.config.pipeline.intent_parse.chain]
    deadline = deadline_of(context, LONGEST_SILENCE_S)  # a caller of the API waits for the answer
    return parse_brief(request, models, deadline).model_dump(mode="json")
