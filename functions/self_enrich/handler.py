"""Lambda entry of the step self_enrich."""

from fourfold.pipeline.self_enrich import SELF_ENRICH
from functions.step_entry import step_handler

handler = step_handler(SELF_ENRICH)
