"""What was said in one run of a test: the only thing oracles and judges get to see of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from fourfold.persona import Document


class Exchange(Document):
    """One turn: what was said to the persona, and its reply. `refused`: the model itself gave no reply."""

    said: str
    reply: str
    refused: bool = False


class Transcript(Document):
    """The conversations of a test, in order."""

    conversations: tuple[tuple[Exchange, ...], ...]

    def replies(self) -> Iterator[Reply]:
        """All replies in order, each with its place."""
        for conversation, exchanges in enumerate(self.conversations, start=1):
            for turn, exchange in enumerate(exchanges, start=1):
                yield Reply(conversation, turn, exchange.reply)


@dataclass(frozen=True, slots=True)
class Reply:
    """A reply and its place: `conversation` and `turn` count from 1."""

    conversation: int
    turn: int
    text: str


class Evidence(Document):
    """The words a verdict rests on: who pointed at them, for what, and where they stand (null: they are missing)."""

    source: str
    criterion: str
    quote: str = ""
    note: str = ""
    conversation: int | None = None
    turn: int | None = None
