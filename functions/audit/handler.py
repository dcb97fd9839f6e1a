"""Lambda entry of the step audit."""

from fourfold.pipeline.audit import AUDIT
from functions.step_entry import step_handler

handler = step_handler(AUDIT)
