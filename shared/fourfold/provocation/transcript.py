"""The transcript of a test run, which oracles and judges work on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from fourfold.persona import Document


class Exchange(Document):
    """One turn: the message to the persona (`said`), and its reply. `refused`: the model refused to answer."""

    said: str
    reply: str
    refused: bool = False


class Transcript(Document):
    """The conversations of a test, in order."""

    conversations: tuple[tuple[Exchange, ...], ...]

    def replies(self) -> Iterator[Reply]:
        """Yields all replies in order, with their position."""
        for conversation, exchanges in enumerate(self.conversations, start=1):
            for turn, exchange in enumerate(exchanges, start=1):
                yield Reply(conversation, turn, exchange.reply)


@dataclass(frozen=True, slots=True)
class Reply:
    """A reply and its position: `conversation` and `turn` count from 1."""

    conversation: int
    turn: int
    text: str


class Evidence(Document):
    """A quotation behind a verdict: its source, criterion and position (null: no quotation)."""

    source: str
    criterion: str
    quote: str = ""
    note: str = ""
    conversation: int | None = None
    turn: int | None = None
