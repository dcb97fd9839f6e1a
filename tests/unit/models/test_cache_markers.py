"""A cache marker is set where it pays, and what it wasted is counted."""

from __future__ import annotations

from fourfold.llm.port import CACHE_WRITE_WASTED
from fourfold.models.cache_markers import LIFE_S, PAUSE_S, CacheMarkers
from fourfold.models.usage import ReportedUsage

WROTE, READ, NEITHER = ReportedUsage(cache_write_tokens=1200), ReportedUsage(cache_read_tokens=1200), ReportedUsage()


class Server:
    """A model of one floor: it writes what is marked, and reads it within its life if `reads`."""

    def __init__(self, *, reads: bool = True) -> None:
        self.now = 0.0
        self.reads = reads
        self.markers = CacheMarkers("anthropic:claude-sonnet-4-6", lambda: self.now)
        self.written_at: float | None = None
        self.notes: list[tuple[str, ...]] = []

    def called(self, at: float, prefix: str = "soul") -> bool:
        """Whether the call at a time was marked."""
        self.now = at
        marking = self.markers.marks(prefix)
        alive = self.written_at is not None and at - self.written_at < LIFE_S
        usage = NEITHER if not marking.marked else READ if alive and self.reads else WROTE
        if marking.marked:
            self.written_at = at
        self.now = at + 1
        self.notes.append(self.markers.answered(marking, usage))
        return marking.marked


def test_a_prefix_is_marked_when_it_repeats_within_its_life() -> None:
    server = Server()
    assert [server.called(at) for at in (0, 10, 20)] == [False, True, True]
    assert not server.called(20 + LIFE_S + 5), "nothing is left to read"
    assert server.markers.wasted_writes == 0


def test_prefixes_are_apart() -> None:
    server = Server()
    assert [server.called(at, prefix) for at, prefix in ((0, "a"), (1, "b"), (2, "a"))] == [False, False, True]


def test_a_write_that_is_not_read_within_its_life_is_counted() -> None:
    server = Server()
    server.called(0)
    server.called(10)
    server.called(400)
    assert (server.markers.wasted_writes, server.markers.wasted_tokens) == (1, 1200)


def test_a_prefix_that_is_never_read_is_left_unmarked() -> None:
    server = Server(reads=False)
    assert [server.called(at) for at in (0, 10, 20, 30, 40)] == [False, True, True, False, False]
    assert server.markers.wasted_writes == 1
    assert server.notes == [(), (), (CACHE_WRITE_WASTED,), (), ()], "the call that shows it says so, once"
    assert [server.called(25 + PAUSE_S), server.called(30 + PAUSE_S)] == [False, True]


def test_writes_of_calls_at_the_same_time_are_no_waste() -> None:
    """Twenty scenarios begin together: none can read what another is about to write."""
    markers = CacheMarkers("m", lambda: 5.0)
    markers.marks("persona")
    together = [markers.marks("persona") for _ in range(3)]
    for marking in together:
        markers.answered(marking, WROTE)
    assert markers.wasted_writes == 0
    assert markers.marks("persona").marked
