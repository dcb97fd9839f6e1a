"""Lambda entry of the confirmation of an audit."""

from fourfold.pipeline.audit import CONFIRM_AUDIT
from functions.step_entry import step_handler

handler = step_handler(CONFIRM_AUDIT)
