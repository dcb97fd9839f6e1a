"""Lambda entry of the single call, the baseline method that generates all layers in one call."""

from fourfold.pipeline.single_call import SINGLE_CALL
from functions.step_entry import step_handler

handler = step_handler(SINGLE_CALL)
