"""Whether a temperature is sent: only to models known to take one; where it is not, the call's record says so."""

from __future__ import annotations

from fourfold.catalogue import takes_temperature

NOT_SENT = "temperature_not_sent"


def sent_temperature(name: str, wished: float | None) -> tuple[float | None, tuple[str, ...]]:
    """The temperature to send to `name`, and the notes for the record."""
    if wished is None:
        return None, ()
    return (wished, ()) if takes_temperature(name) else (None, (NOT_SENT,))
