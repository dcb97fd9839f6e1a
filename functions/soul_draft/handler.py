"""Lambda entry of the step soul_draft."""

from fourfold.pipeline.soul_draft import SOUL_DRAFT
from functions.step_entry import step_handler

handler = step_handler(SOUL_DRAFT)
