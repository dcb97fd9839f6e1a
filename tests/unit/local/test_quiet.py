"""Background jobs wait for generations to end, and not for ever."""

from __future__ import annotations

import threading
import time

from infra.local.bridges.quiet import Quiet

LONG_S = 60.0


def _waits(quiet: Quiet, *, quiet_s: float = 0.0, most_s: float = LONG_S) -> threading.Thread:
    waiting = threading.Thread(target=quiet.wait, args=(quiet_s, most_s), daemon=True)
    waiting.start()
    return waiting


def test_a_job_begins_at_once_where_nothing_is_made() -> None:
    began = time.monotonic()
    Quiet().wait()
    assert time.monotonic() - began < LONG_S / 2


def test_a_job_begins_when_the_last_generation_has_ended() -> None:
    quiet = Quiet()
    with quiet.execution():
        with quiet.execution():
            waiting = _waits(quiet)
        waiting.join(0.05)
        assert waiting.is_alive()
    waiting.join(LONG_S)
    assert not waiting.is_alive()


def test_the_pause_between_two_generations_is_not_quiet() -> None:
    quiet = Quiet()
    with quiet.execution():
        waiting = _waits(quiet, quiet_s=LONG_S / 2)
    with quiet.execution():
        pass
    waiting.join(0.05)
    assert waiting.is_alive()


def test_a_job_waits_no_longer_than_its_limit() -> None:
    quiet = Quiet()
    with quiet.execution():
        quiet.wait(most_s=0.01)
