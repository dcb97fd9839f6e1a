"""What reading a brief yields: a plain value and the words it rests on."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Found:
    """A plain value and the words of the brief it rests on."""

    value: str
    quote: str


# Persons and animals beside the one a brief is about; only what stands before such a word tells whose it is.
KIN = (
    r"(?:step|grand|great-grand|half-|god)?(?:daughter|son|mother|father|brother|sister|child|children|parents?|mum|mom|dad)s?(?:-in-law)?|twins?|kids?|boys?|girls?|baby|"
    r"babies|triplets?|siblings?|nieces?|nephews?|cousins?|aunts?|uncles?|wife|wives|husbands?|spouse|partner|girlfriend|boyfriend|lover|fiancée?|"
    r"grandma|grandpa|friend|roommate|flatmate|neighbou?r|boss|pupils?|students?|apprentice|dogs?|cats?|horses?|mules?|parrots?|ponies|pony|donkeys?|tortoise|goats?"
)


@dataclass(frozen=True, slots=True)
class Work:
    """An occupation: the words of the brief it rests on, its trade (a key of the trades' lexicon), where it stands.

    `title` is its plain form where the brief tells it otherwise than by a title ("keeps bees": beekeeper).
    """

    quote: str
    trade: str
    start: int
    title: str = ""
