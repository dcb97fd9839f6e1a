"""A signal stops the server, whichever of its threads the system delivers it to."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator

import pytest

from infra.local.__main__ import stop_on_signals, wait_until

ENDING = (signal.SIGINT, signal.SIGTERM)


@pytest.fixture
def stop() -> Iterator[threading.Event]:
    before = [signal.getsignal(number) for number in ENDING]
    yield stop_on_signals(serving=lambda: True)
    for number, handler in zip(ENDING, before, strict=True):
        signal.signal(number, handler)


@pytest.mark.timeout(120)
@pytest.mark.parametrize("number", ENDING, ids=lambda number: number.name)
def test_a_signal_to_another_thread_stops_the_server(stop: threading.Event, number: signal.Signals) -> None:
    other = threading.Timer(0.2, lambda: signal.pthread_kill(threading.get_ident(), number))
    other.start()
    wait_until(stop)
    other.join()
    assert stop.is_set()
