"""Lambda entry of the step intent_parse."""

from fourfold.pipeline.intent_parse import INTENT_PARSE
from functions.step_entry import step_handler

handler = step_handler(INTENT_PARSE)
