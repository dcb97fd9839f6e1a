"""Whether a temperature is sent: only to models known to take it; where it is not, the call's record says so."""

from __future__ import annotations

from fourfold.llm.model_names import greatest_temperature

NOT_SENT = "temperature_not_sent"


def sent_temperature(name: str, wished: float | None) -> tuple[float | None, tuple[str, ...]]:
    """The temperature to send to `name`, and the notes for the record."""
    if wished is None:
        return None, ()
    greatest = greatest_temperature(name)
    return (wished, ()) if greatest and wished <= greatest else (None, (NOT_SENT,))
