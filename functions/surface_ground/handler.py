"""Lambda entry of the step surface_ground."""

from fourfold.pipeline.surface_ground import SURFACE_GROUND
from functions.step_entry import step_handler

handler = step_handler(SURFACE_GROUND)
