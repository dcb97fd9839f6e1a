"""Paid answers: kept in waves, and never more than a wave of them unpaid for twice."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Collection, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import pytest

from fourfold.jobs.answers import WAVE, PaidAnswers, PartOfAnswers, texts_of_part
from fourfold.progress.log import RunOverError


@dataclass
class Memory:
    """Checkpoints in memory; counts the writes, and refuses them once the run is over."""

    texts: dict[str, str] = field(default_factory=dict)
    writes: int = 0
    over: bool = False

    def read(self) -> Mapping[str, str]:
        return dict(self.texts)

    def find(self, key: str) -> str | None:
        return self.texts.get(key)

    def add(self, texts: Mapping[str, str], replaced: Collection[str] = ()) -> None:
        if self.over:
            raise RunOverError
        self.writes += 1
        self.texts = {key: text for key, text in self.texts.items() if key not in replaced} | dict(texts)


@dataclass
class Paying:
    """Counts what is paid for, and watches how much of it is not stored."""

    memory: Memory
    paid: Counter[str] = field(default_factory=Counter)
    most_unstored: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def answer(self, key: str) -> str:
        with self.lock:
            self.paid[key] += 1
            self.most_unstored = max(self.most_unstored, len(self.paid.keys() - self.memory.texts.keys()))
        return f"answer to {key}"


@pytest.mark.parametrize("threads", [1, 5, 20, 40])
def test_a_kill_at_any_moment_loses_at_most_a_wave(threads: int) -> None:
    memory = Memory()
    answers, paying = PaidAnswers(memory), Paying(memory)
    keys = [f"k{number}" for number in range(200)]
    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(lambda key: answers.get_or_make(key, lambda: paying.answer(key)), keys))
    assert paying.most_unstored <= WAVE
    answers.store()
    assert memory.read() == {key: f"answer to {key}" for key in keys}
    assert memory.writes <= 200 / 15 + 1, "a write for a wave, not for an answer"
    later = PaidAnswers(memory)
    for key in keys:
        assert later.get_or_make(key, lambda: pytest.fail("paid twice")) == f"answer to {key}"
    assert set(paying.paid.values()) == {1}


def test_an_answer_that_fails_leaves_room_for_the_next() -> None:
    answers = PaidAnswers(Memory())

    def fail() -> str:
        raise RuntimeError("a provider's bad day")

    for number in range(3 * WAVE):
        with pytest.raises(RuntimeError, match="bad day"):
            answers.get_or_make(f"k{number}", fail)
    assert answers.get_or_make("k", lambda: "answered") == "answered"


def test_what_is_not_stored_is_told_from_what_is() -> None:
    memory = Memory({"before": "x"})
    answers = PaidAnswers(memory)
    answers.get_or_make("now", lambda: "y")
    assert answers.all() == {"before": "x", "now": "y"}
    assert answers.stored(["before", "now"]) == 1
    answers.store()
    assert answers.stored(["before", "now"]) == 2
    writes = memory.writes
    answers.store()
    assert memory.writes == writes, "nothing waits: nothing is written"


def test_a_finished_item_replaces_the_answers_it_was_made_of() -> None:
    memory = Memory()
    answers = PaidAnswers(memory)
    answers.get_or_make("~a/1", lambda: "first")
    answers.store()
    answers.get_or_make("~a/2", lambda: "second")
    answers.get_or_make("~b/1", lambda: "another item's")
    answers.add("a", "both", replaces="~a/")
    answers.store()
    assert memory.read() == {"~b/1": "another item's", "a": "both"}


def test_a_run_that_is_over_stops_at_its_next_wave() -> None:
    memory = Memory()
    answers = PaidAnswers(memory)
    memory.over = True
    paid = 0

    def pay() -> str:
        nonlocal paid
        paid += 1
        return "x"

    for number in range(WAVE):
        answers.get_or_make(f"k{number}", pay)
    with pytest.raises(RunOverError):
        answers.get_or_make("one more", pay)
    assert paid == WAVE


def test_parts_with_the_same_keys_keep_answers_of_their_own() -> None:
    memory = Memory()
    answers = PaidAnswers(memory)
    for name in ("before", "after"):
        part = PartOfAnswers(answers, name)
        for key in ("~paid/one/1", "~paid/one/2", "~paid/two/1"):
            part.get_or_make(key, lambda key=key, name=name: f"{name} {key}")  # type: ignore[misc]
    answers.store()
    PartOfAnswers(answers, "before").add("one", "done", replaces="~paid/one/")
    answers.store()
    assert texts_of_part(memory.read(), "before") == {"one": "done", "~paid/two/1": "before ~paid/two/1"}
    again = PartOfAnswers(PaidAnswers(memory), "after")
    for key in ("~paid/one/1", "~paid/one/2", "~paid/two/1"):
        assert again.get_or_make(key, lambda: pytest.fail("paid twice")) == f"after {key}"
    assert PartOfAnswers(answers, "after").find("one") is None
