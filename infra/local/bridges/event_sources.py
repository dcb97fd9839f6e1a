"""Bridge: MiniStack polls queues and streams from the moment their mappings are loaded; here from the moment their
functions can be invoked, since what waited over a stop is there at once.
"""

from __future__ import annotations


class EventSources:
    """The poller of MiniStack's event source mappings, held until `open`."""

    def __init__(self) -> None:
        from ministack.services import lambda_svc

        self._lambda = lambda_svc
        self._start = lambda_svc._ensure_poller  # noqa: SLF001 - no setting holds it
        lambda_svc._ensure_poller = lambda: None  # noqa: SLF001

    def open(self) -> None:
        """Begin to poll, and do so for every mapping made from now on."""
        self._lambda._ensure_poller = self._start  # noqa: SLF001
        self._start()
