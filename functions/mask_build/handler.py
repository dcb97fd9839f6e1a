"""Lambda entry of the step mask_build."""

from fourfold.pipeline.mask_build import MASK_BUILD
from functions.step_entry import step_handler

handler = step_handler(MASK_BUILD)
