"""Reads an occupation stated by a verb ("drives a school bus", "keeps bees") as a job title."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from fourfold_offline.brief.matches import KIN, Work
from fourfold_offline.data_files import load
from fourfold_offline.lexicon.occupations import trades_by_title

_OBJECT = r"(?P<object>(?:an?\s+|the\s+|his\s+|her\s+|their\s+|my\s+|our\s+|a\s+few\s+|two\s+|three\s+)?(?:[a-zà-ÿ][\w'’-]*\s+){0,3}?(?:[a-zà-ÿ][\w'’-]*|English|French|Spanish|German|Latin|Arabic|Italian|Turkish|Greek|Russian|Mandarin|Japanese|Chinese|Hebrew|Sanskrit))"
_STOP = r"(?=\s*(?:[,.;:!?)–—]|$|\b(?:in|on|at|from|to|for|and|by|near|with|who|that|but|out|outside|off|of|along|under|through|around|every|all|while|since|part|door|until|where|across|between|over|up|as|because|when|like|online|than|called|named|which|whose|under|again)\b))"
_THEY = r"(?:^|\b(?:who|and|she|he|they|I|but|that|now|still|also|only|secretly|quietly|proudly|then|mostly|,)\s+|[,.;]\s*|[A-ZÀ-Þ][\w'’-]+\s+)"
_NOT_THEM = re.compile(
    rf"\b(?:her|his|their|my|our|an?|the|with|of)\s+(?:[\w'’-]+\s+){{0,2}}?(?:{KIN})\s+(?:who\s+|that\s+)?$|\bwhose\s+(?:[\w'’-]+\s+){{1,3}}?(?:who\s+)?$"
    r"|\b(?:no longer|never|cannot|can't|not|doesn't|stopped|quit|used to|wants to|hopes to|dreams of)\s+$",
    re.IGNORECASE,
)
_HEAD_KIN = re.compile(
    rf"^\s*(?:(?:an?|the)\s+)?(?:[\w'’-]+\s+){{0,3}}?(?:{KIN})\s+(?:who\s+|that\s+)?$", re.IGNORECASE
)


def _is_a_relative(before: str) -> bool:
    """Whether the subject is a relative; a relative at the beginning is the person ("A grandmother who ...")."""
    return _NOT_THEM.search(before) is not None and _HEAD_KIN.match(before) is None


def _forms(verb: str, further: Sequence[str]) -> list[str]:
    """The third person, the plain form and the -ing form of a verb, and the listed further forms."""
    stem = verb.removesuffix("e")
    sibilant = verb.endswith(("s", "x", "sh", "ch", "z"))
    third = f"{verb}es" if sibilant else f"{verb[:-1]}ies" if re.search("[^aeou]y$", verb) else f"{verb}s"
    doubled = f"{verb}{verb[-1]}" if re.fullmatch("[^aeiou]{1,2}[aeiou][bdgnpt]", verb) else stem
    return [third, verb, f"{doubled}ing", *further]


@dataclass(frozen=True, slots=True)
class _Verb:
    """A verb of work: its further forms, the noun for its doer, and the objects with which it is work.

    With `only`, these objects alone; with `never`, all but these. BUSINESS and INSTITUTIONS stand for those lists.
    """

    verb: str
    other_forms: tuple[str, ...]
    doer: str
    only: tuple[str, ...] = ()
    never: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _WorkVerbs:
    """The word lists of this module.

    `titles`: the title by verb and object, where it is not object and doer. `bare`: verbs that are work before a
    place or a purpose, as pattern of the verb, title, pattern of what follows. `trade_hints`: patterns of a title,
    each with its trade. `business_endings`: endings of nouns for a business. `workplaces`: those not in the other two
    lists.
    """

    verbs: tuple[_Verb, ...]
    titles: dict[str, str]
    bare: tuple[tuple[str, str, str], ...]
    trade_hints: tuple[tuple[str, str], ...]
    adjectives: frozenset[str]
    businesses: tuple[str, ...]
    business_endings: tuple[str, ...]
    institutions: tuple[str, ...]
    workplaces: frozenset[str]
    plurals: dict[str, str]


@dataclass(frozen=True, slots=True)
class _Rule:
    """The noun for the doer of a verb, the listed objects, and whether these are the only ones that make it work."""

    doer: str
    only: bool
    objects: frozenset[str]


@cache
def _words() -> _WorkVerbs:
    return load("en/work_verbs", _WorkVerbs)


@cache
def _workplaces() -> frozenset[str]:
    return _words().workplaces | {*_words().businesses, *_words().institutions}


@cache
def _rules() -> dict[str, _Rule]:
    """The rule of each verb, by its plain form."""
    lists = {"BUSINESS": _words().businesses, "INSTITUTIONS": _words().institutions}
    return {
        verb.verb: _Rule(
            verb.doer,
            bool(verb.only),
            frozenset(noun for name in (verb.only or verb.never) for noun in lists.get(name, (name,))),
        )
        for verb in _words().verbs
    }


@cache
def _lemmas() -> dict[str, str]:
    """The plain form of each form of a verb."""
    return {form: verb.verb for verb in _words().verbs for form in _forms(verb.verb, verb.other_forms)}


@cache
def _verb_and_object() -> re.Pattern[str]:
    return re.compile(rf"\b(?P<verb>{'|'.join(sorted(_lemmas(), key=len, reverse=True))})\s+{_OBJECT}{_STOP}")


@cache
def _bare_verb() -> re.Pattern[str]:
    alternatives = (
        rf"\b(?P<v{index}>(?:{verb})\s+(?:{after}))" for index, (verb, _, after) in enumerate(_words().bare)
    )
    return re.compile("|".join(alternatives))


_EMPLOYED = re.compile(
    rf"\b(?:works?|working|is employed|job)\s+(?:nights?\s+|days\s+|part-time\s+|the night shift\s+|late\s+|shifts\s+)?(?P<how>as|in|at|for)\s+{_OBJECT}{_STOP}"
)


def find_occupation_by_verb(brief: str) -> Work | None:
    """The first occupation that a verb states of the person, or None."""
    found = [*_by_rule(brief), *_bare(brief), *_employed(brief)]
    return min(found, key=lambda work: work.start, default=None)


def _by_rule(brief: str) -> list[Work]:
    found = []
    for match in _verb_and_object().finditer(brief):
        lemma = _lemmas()[match["verb"]]
        if not _is_the_person(brief, match.start(), match["verb"], lemma):
            continue
        title = _title(lemma, match["object"])
        if title:
            found.append(Work(match.group(), trade_of(title), match.start(), title))
    return found


def _is_the_person(brief: str, start: int, verb: str, lemma: str) -> bool:
    before = brief[:start]
    if _is_a_relative(before):
        return False
    if verb.endswith("ing"):
        return (
            re.search(r"(?:,|\b(?:now|currently|is|am|are|spends \w+ \w+|living|days|nights))\s+$", before) is not None
        )
    if verb == lemma:  # the plain form counts only after "I", "we" or "they"
        return (
            re.search(r"\b(?:I|[Tt]hey|we)\s+(?:\w+ly\s+|also\s+|still\s+)?$|\bI\b[^.]*\band\s+$", before) is not None
        )
    return re.search(rf"{_THEY}(?:\w+ly\s+|still\s+|also\s+|now\s+)?$", before) is not None


_OWNERS = re.compile(rf"(?!children)(?:{KIN})['’]s?", re.IGNORECASE)


def _title(lemma: str, object_words: str) -> str | None:
    """The title of a verb and its object, or None where they are no work."""
    words = object_words.split()
    possessed = words[0].casefold() in {"his", "her", "their", "my", "our"}
    owners = [index for index, word in enumerate(words) if _OWNERS.fullmatch(word)]
    words = words[owners[-1] + 1 :] if owners else words  # "her late husband's hardware store"
    while words and words[0].casefold() in _words().adjectives | {"my", "our"}:
        words.pop(0)
    if not words:
        return None
    words[-1] = singular(words[-1])
    head, thing = words[-1], " ".join(words)
    rule = _rules()[lemma]
    doer = rule.doer
    listed = (
        head in rule.objects
        or thing.replace(" ", "-") in rule.objects
        or (doer == "owner" and head.endswith(_words().business_endings))
    )
    if lemma in {"run", "manage"} and head in _words().institutions:
        doer, listed = ("director" if lemma == "run" else doer), True
    if rule.only != listed or (
        possessed and lemma in {"sell", "teach", "drive", "fix", "repair", "mend", "paint", "write", "translate"}
    ):
        return None
    special = _words().titles.get(f"{lemma} {thing}") or _words().titles.get(f"{lemma} {head}")
    if special:
        extra = " ".join(words[:-1])
        return (
            f"{extra} {special}"
            if extra and f"{lemma} {thing}" not in _words().titles and lemma in {"teach", "write"}
            else special
        )
    return f"{thing} {doer}"


def _bare(brief: str) -> list[Work]:
    found = []
    for match in _bare_verb().finditer(brief):
        _, title, _ = _words().bare[int((match.lastgroup or "v0")[1:])]
        if not _is_a_relative(brief[: match.start()]) and re.search(
            rf"{_THEY}(?:\w+ly\s+|still\s+|also\s+)?$", brief[: match.start()]
        ):
            found.append(Work(match.group(), trade_of(title), match.start(), title))
    return found


def _employed(brief: str) -> list[Work]:
    """Occupations of "works as a ...", in any words, and of "works in a bank"."""
    found = []
    for match in _EMPLOYED.finditer(brief):
        words = match["object"].split()
        if _is_a_relative(brief[: match.start()]):
            continue
        while words and words[0].casefold() in _words().adjectives:
            words.pop(0)
        if not words:
            continue
        head = singular(words[-1])
        if match["how"] == "as":
            found.append(Work(match["object"], trade_of(" ".join(words)), match.start("object"), " ".join(words)))
        elif head in _workplaces() or head.endswith(_words().business_endings):
            title = f"{' '.join([*words[:-1], head])} worker"
            found.append(Work(match.group(), trade_of(title), match.start(), title))
    return found


def trade_of(title: str) -> str:
    """The trade of a title: as listed, else by its words, else "shop"."""
    if title in trades_by_title():
        return trades_by_title()[title]
    return next((trade for words, trade in _words().trade_hints if re.search(rf"\b(?:{words})", title)), "shop")


def singular(noun: str) -> str:
    """The singular of an English noun by its ending; a mass noun unchanged."""
    if noun in _words().plurals:
        return _words().plurals[noun]
    if noun.endswith("ies") and len(noun) > 4:
        return f"{noun[:-3]}y"
    if noun.endswith(("ches", "shes", "xes", "sses", "toes", "goes")) and len(noun) > 4:
        return noun[:-2]
    if noun.endswith("s") and not noun.endswith(("ss", "us", "is", "news", "as")):
        return noun[:-1]
    return noun
