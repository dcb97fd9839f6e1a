"""One step asked of one provider that behaves as a case says, with a model that answers well standing by."""

from __future__ import annotations

import time
from dataclasses import dataclass

from fourfold.llm.fallback import Deadline
from fourfold.llm.port import ModelCall
from fourfold.models import resolve
from fourfold.pipeline.run_step import StepOutcome, run_step
from fourfold.pipeline.soul_draft import SOUL_DRAFT
from tests.builders import ScriptedModel, Watching, state_before
from tests.providers.behaviours import Behaviour
from tests.providers.composer import Composer
from tests.providers.server import ProviderServer
from tests.providers.setting import MODELS, reached_by_all
from tests.providers.wires import Provider

# More than any answer of a loopback server takes, however busy the machine is.
CALL_SECONDS = 30.0


@dataclass(frozen=True)
class CaseRun:
    """What came of it: the calls made to the provider, who answered in the end, the pauses between, seconds in all."""

    calls: tuple[ModelCall, ...]
    answered_by: str
    pauses: tuple[float, ...]
    requests: int
    seconds: float

    @property
    def failures(self) -> list[str | None]:
        """The kind of failure of each call to the provider, None for an answer that held."""
        return [call.failure.value if call.failure else None for call in self.calls]

    def summary(self) -> str:
        """The run in a few words, for a table."""
        kinds = [failure or "answered" for failure in self.failures]
        grouped = [f"{kinds.count(kind)}x {kind}" for kind in dict.fromkeys(kinds)]
        return ", ".join(grouped) + ("" if self.answered_by != "scripted" else " -> fallback")


def run_case(
    provider: Provider,
    *behaviours: Behaviour,
    default: Behaviour,
    call_seconds: float = CALL_SECONDS,
    unreachable: bool = False,
) -> CaseRun:
    """Asks `provider` for a soul: it meets `behaviours` in turn, then `default`. Pauses are kept, not slept.

    A call may take `call_seconds`; the configuration's minimum is 1. `unreachable`: connections are refused.
    """
    pauses = list[float]()
    with ProviderServer(default) as server, reached_by_all(server):
        if unreachable:
            server.stop_listening()
        elif call_seconds < CALL_SECONDS:  # a first call makes the client, which takes seconds on a busy machine
            server.play(Composer())
            _asked(provider, CALL_SECONDS, pauses)
            server.requests.clear()
        server.play(*behaviours)
        began = time.monotonic()
        outcome = _asked(provider, call_seconds, pauses)
        seconds = time.monotonic() - began
        requests = len(server.requests)
    calls = tuple(call for call in outcome.calls if call.provider != "scripted")
    return CaseRun(calls, outcome.provider, tuple(pauses), requests, seconds)


def _asked(provider: Provider, call_seconds: float, pauses: list[float]) -> StepOutcome:
    state = state_before(SOUL_DRAFT)
    config = state.config.pipeline.soul_draft.model_copy(update={"timeout_s": call_seconds})
    pipeline = state.config.pipeline.model_copy(update={"soul_draft": config})
    state = state.model_copy(update={"config": state.config.model_copy(update={"pipeline": pipeline})})
    return run_step(
        SOUL_DRAFT,
        state,
        [resolve(MODELS[provider]), ScriptedModel()],
        Deadline(time.monotonic() + 60, sleep=pauses.append),
        Watching(),
    )
