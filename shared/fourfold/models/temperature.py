"""Whether a temperature and an effort are sent: only to models known to take them; the call's record says if not."""

from __future__ import annotations

from dataclasses import replace
from typing import TypeVar

from fourfold.llm.model_names import traits_of
from fourfold.llm.port import ChatRequest, ModelRequest

TEMPERATURE_NOT_SENT = "temperature_not_sent"
EFFORT_NOT_SENT = "effort_not_sent"

Asked = TypeVar("Asked", ModelRequest, ChatRequest)


def sendable(name: str, request: Asked) -> tuple[Asked, tuple[str, ...]]:
    """The request with what the model `name` takes, and the notes for the record.

    A temperature goes only to models known to take it. An effort goes to those not known to refuse it: it was set for
    the configured model, and a fallback may have none.
    """
    traits, notes = traits_of(name), list[str]()
    temperature, effort = request.temperature, request.effort
    if temperature is not None and not (traits.greatest_temperature and temperature <= traits.greatest_temperature):
        temperature = None
        notes.append(TEMPERATURE_NOT_SENT)
    if effort is not None and traits.efforts is not None and effort not in traits.efforts:
        effort = None
        notes.append(EFFORT_NOT_SENT)
    return replace(request, temperature=temperature, effort=effort), tuple(notes)
