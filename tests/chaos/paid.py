"""A provider that keeps when each of its calls was paid, by what was asked."""

from __future__ import annotations

import hashlib
import json
import threading
import time
from collections import defaultdict
from dataclasses import dataclass
from typing import Any, Final

from tests.providers.behaviours import Reply
from tests.providers.server import ProviderServer
from tests.providers.wires import Received

CHAT_MESSAGE: Final = "How was day"
"""What every message of the load's chats begins with."""


@dataclass(frozen=True, slots=True)
class Span:
    """From one moment to another, in seconds of the Unix clock."""

    begun: float
    ended: float

    def meets(self, other: Span, slack_s: float = 0.0) -> bool:
        """Whether both overlap, or one begins at most `slack_s` after the end of the other."""
        return self.begun <= other.ended + slack_s and other.begun <= self.ended + slack_s


class PaidProvider(ProviderServer):
    """Every call is paid as it arrives, whether its answer is read or not."""

    def __init__(self, *arguments: Any, **more: Any) -> None:
        self._calls: dict[str, list[Span]] = defaultdict(list)
        self._audits: set[str] = set()
        self._of_jobs: set[str] = set()
        self._writing = threading.Lock()
        super().__init__(*arguments, **more)

    def calls(self) -> dict[str, list[Span]]:
        """The calls of each question, in the order of their arrival."""
        with self._writing:
            return {question: list(spans) for question, spans in self._calls.items()}

    def audits(self) -> set[str]:
        """The questions of audits among them."""
        with self._writing:
            return set(self._audits)

    def of_jobs(self) -> set[str]:
        """The questions of background jobs among them: no step's task, and no message of this load's chats."""
        with self._writing:
            return set(self._of_jobs)

    def paid(self) -> int:
        """The number of calls so far."""
        with self._writing:
            return sum(map(len, self._calls.values()))

    def _meet(self, call: Received) -> tuple[Reply, float]:
        now = time.time()
        reply, delay_s = super()._meet(call)
        asked = json.dumps([call.path, call.body], sort_keys=True)
        question = hashlib.sha256(asked.encode()).hexdigest()
        with self._writing:
            if "Task: audit." in asked:
                self._audits.add(question)
            if "Task: judge." in asked or ("Task: " not in asked and CHAT_MESSAGE not in asked):
                self._of_jobs.add(question)
            self._calls[question].append(Span(now, now + delay_s))
        return reply, delay_s
