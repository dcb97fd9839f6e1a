"""Values read from a brief, each with the words it rests on; and the words for relatives and animals."""

from __future__ import annotations

from dataclasses import dataclass

OLDEST = 120  # years; the bound of Surface.age


@dataclass(frozen=True, slots=True)
class QuotedValue:
    """A plain value and the words of the brief it rests on."""

    value: str
    quote: str


# Words for people and animals other than the person; the words before one decide whose it is.
KIN = (
    r"(?:step|grand|great-grand|half-|god)?(?:daughter|son|mother|father|brother|sister|child|children|parents?|mum|mom|dad)s?(?:-in-law)?|twins?|kids?|boys?|girls?|baby|"
    r"babies|triplets?|siblings?|nieces?|nephews?|cousins?|aunts?|uncles?|wife|wives|husbands?|spouse|partner|girlfriend|boyfriend|lover|fiancée?|"
    r"grandma|grandpa|friend|roommate|flatmate|neighbou?r|boss|pupils?|students?|apprentice|dogs?|cats?|horses?|mules?|parrots?|ponies|pony|donkeys?|tortoise|goats?"
)


_LONGEST_CONTEXT = 400


def words_before(brief: str, end: int) -> str:
    """The words before an offset, as far as any pattern looks back: longer than what their bounded repeats match."""
    return brief[max(0, end - _LONGEST_CONTEXT) : end]


@dataclass(frozen=True, slots=True)
class Work:
    """An occupation: the words of the brief it rests on, its trade (a key of `trades()`), and its offset in the brief.

    `title` is its plain form where the brief states it by a verb ("keeps bees": beekeeper).
    """

    quote: str
    trade: str
    start: int
    title: str = ""
