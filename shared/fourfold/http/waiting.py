"""How long a response may be silent.

API Gateway closes a Regional API's connection after five minutes without a byte, even if the integration may take
longer. So a response that is sent whole is sent after at most MAX_SILENCE_S; a stream has a heartbeat.
"""

from __future__ import annotations

from typing import Final

IDLE_LIMIT_S: Final = 300.0
"""The idle time-out of a Regional REST API, in seconds. It cannot be changed."""

MAX_SILENCE_S: Final = 240.0
"""The longest a caller waits for the first byte, in seconds; the rest of IDLE_LIMIT_S is for reading and writing."""
