"""Finds the occupation in a brief: a listed title with its modifiers, or a word with the ending of one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from fourfold_offline.brief.matches import Work
from fourfold_offline.brief.work_verbs import find_occupation_by_verb, trade_of
from fourfold_offline.data_files import load
from fourfold_offline.lexicon.foreign_occupations import foreign_titles
from fourfold_offline.lexicon.given_names import is_given_name
from fourfold_offline.lexicon.occupations import job_titles, trades_by_title
from fourfold_offline.lexicon.temperament import speech, temperament

_ENDINGS = re.compile(
    r"\b(?:an?|the|as|is|,)\s+((?:[\w'-]+\s+){0,2}[\w-]+(?:ist|ician|smith|wright|monger|keeper|worker|maker|seller|herd|grower|"
    r"trainer|repairer|restorer|fitter|cleaner|painter|dealer|collector|tender|walker|dresser|hunter|grinder|diver|player|"
    r"operator|inspector|curator|tor|eer|ologist|woman|man|er))\b(?!['’]s)(?!\s+(?:of\s+(?:two|three|four|five|six|a|the)|and\s+father|and\s+mother))",
    re.IGNORECASE,
)
_TURNED = re.compile(
    r"\b(?:turned|became|now an?|retrained as an?)\s+(?:an?\s+)?((?:[\w'-]+\s+){0,2}?[\w-]+(?:ist|ician|smith|wright|monger|keeper|worker|maker|seller|herd|grower|er|or|man|woman))\b(?=\s*(?:[,.;]|$|in\b|at\b|who\b|from\b|and\b))",
    re.IGNORECASE,
)
_MOST_MODIFIERS = 4
_LONGEST = 90


@dataclass(frozen=True, slots=True)
class _TitleWords:
    """English words around a job title.

    `stop_before`: a title does not reach back over them. `never_work` have the ending of a job title and are none.
    `no_title` are listed titles that say no work. `learners` may stand before a further title. `trade_hints` are
    patterns of an unlisted title, each with its trade; the first that matches counts.
    """

    stop_before: frozenset[str]
    never_work: frozenset[str]
    no_title: frozenset[str]
    learners: frozenset[str]
    trade_hints: tuple[tuple[str, str], ...]


@cache
def _words() -> _TitleWords:
    return load("en/job_title_words", _TitleWords)


@cache
def _titles() -> re.Pattern[str]:
    titles = sorted(trades_by_title(), key=len, reverse=True)
    return re.compile(
        rf"(?<![\w-])(?:ex-)?({'|'.join(re.escape(title) for title in titles)})(?:['’]s)?(?![\w-])", re.IGNORECASE
    )


_LABELLED = re.compile(
    r"\b(?:job|occupation|profession|work|trade|role)\s*[:=]\s*(?P<title>[^.,;:|\n]{2,60})", re.IGNORECASE
)
# The newer occupation counts before a former one.
_NEW = re.compile(
    r"\b(?:now(?: works as| working as)?|turned|turns|became|becomes|has become|retrained as|reinvented \w+ as|today|currently|ended up(?: as)?)\s+(?:an?\s+|the\s+)?$",
    re.IGNORECASE,
)
_PAST = re.compile(
    r"(?:\b(?:used to be|was once|once|had been|was|formerly|previously|failed as|trained as|started as|began as|quit as|fired as)\s+(?:an?\s+|the\s+)?)$",
    re.IGNORECASE,
)
_PAST_TITLE = re.compile(
    r"(?:former|ex|ex-.*|failed|one-time|onetime|erstwhile|lapsed|defrocked|disbarred|would-be|aspiring|wannabe)\b",
    re.IGNORECASE,
)


def find_occupation(brief: str, language: str) -> Work | None:
    """The occupation the brief states, the present one before a former one; None if there is none."""
    labelled = _LABELLED.search(brief)
    if labelled is not None and labelled["title"].strip():
        title = labelled["title"].strip()
        return Work(title, _trade(title), labelled.start("title"))
    foreign = _foreign(brief, language)
    if foreign is not None:
        return foreign
    named = list(_named(brief))
    new = next((work for work in named if _NEW.search(brief[: work.start])), None) or _shaped(brief, turned=True)
    if new is not None:
        return new
    lasting = [work for work in named if not _is_past(brief, work)]
    if lasting:
        return lasting[0]
    return find_occupation_by_verb(brief) or (named[0] if named else _shaped(brief))


def _is_past(brief: str, work: Work) -> bool:
    return _PAST_TITLE.match(work.quote) is not None or _PAST.search(brief[: work.start]) is not None


def _named(brief: str) -> Iterator[Work]:
    """The listed titles of the person in their order, each with its modifiers."""
    end = 0
    for match in _titles().finditer(brief):
        title = match.group(1).casefold()
        if match.start() < end or match.group().endswith(("'s", "’s")) or _is_of_someone_else(brief, match.start()):
            continue
        start = _leftmost(brief, match.start())
        if start != match.start() and _is_of_someone_else(brief, start):
            continue
        if (
            title in job_titles().ambiguous
            and start == match.start()
            and not re.search(
                r"(?:^|\b(?:an?|the|as|,|now|turned|became|young|old|retired)\W+)(?:[\w-]+\s+){0,2}$",
                brief[:start],
                re.IGNORECASE,
            )
        ):
            continue
        if title in _words().no_title or (match.group()[0].isupper() and _is_in_a_name(brief, match)):
            continue
        end = match.end()
        if title.split()[-1] in _words().learners:
            further = _titles().match(brief, end + 1) if brief[end : end + 1] == " " else None
            end = further.end() if further is not None else end
        yield Work(_right(brief, start, end), trades_by_title()[title], start)


def _is_in_a_name(brief: str, match: re.Match[str]) -> bool:
    """Whether a title is a family name ("Anna Baker, 40")."""
    before = re.search(r"([A-ZÀ-Þ][\w'’-]+)\s+$", brief[: match.start()])
    return (
        before is not None
        and is_given_name(before.group(1))
        and before.group(1).casefold() not in job_titles().modifiers
    )


_OTHERS = re.compile(
    r"(?:\b(?:daughter|son|wife|husband|widow|child|brother|sister|friend|mother|father|afraid|fear|hates?|killed|loves?|married|marry|wants? (?:to (?:be|become)|(?:her|him|them) to (?:be|become))|wish(?:es)? to (?:be|become)|trying to become|dream\w* of (?:being|becoming)|"
    r"in love with|by|her|his|their|against|like|from|want\w* to be|hopes to (?:be|become)|to become|becoming|instead of|other|reveng\w+ on)\s+(?:of\s+)?(?:an?\s+|the\s+|his\s+|her\s+)?(?:[\w-]+\s+){0,1})$",
    re.IGNORECASE,
)


def _is_of_someone_else(brief: str, start: int) -> bool:
    return _OTHERS.search(brief[:start]) is not None


def _leftmost(brief: str, start: int) -> int:
    """The offset of the title with the modifiers before it."""
    begin, taken = start, 0
    while taken < _MOST_MODIFIERS:
        match = re.search(r"([\w'’-]+)\s+$", brief[:begin])
        if match is None:
            return begin
        word = match.group(1)
        low = word.casefold()
        if (
            low in temperament()
            or low in speech()
            or low in _words().stop_before
            or "year-old" in low
            or low.isdecimal()
        ):
            return begin
        if not (low in job_titles().modifiers or _plain_modifier(word, taken)):
            return begin
        begin, taken = match.start(1), taken + 1
    return begin


def _plain_modifier(word: str, taken: int) -> bool:
    """Whether an unlisted word counts as a modifier: a noun or a compound, and only the first of them."""
    low = word.casefold()
    if word[0].isupper() or taken > 1:
        return False
    return "-" in low or (
        "'" not in low
        and len(low) > _SHORT
        and not low.endswith(("ful", "less", "ous", "ive", "ly", "ed", "ing", "ish", "y"))
    )


_SHORT = 3


def _right(brief: str, start: int, end: int) -> str:
    """The title with a complement such as "of law"; "at a night school" is not part of it."""
    match = re.match(
        r"\s+of\s+(?!age|two|three|four|five|her|his|their|a certain)(?:an?\s+|the\s+)?[a-z-]+(?:\s+(?:law|history|literature|music|engineering|science|home|school|shop|theatre|theater))?",
        brief[end:],
    )
    head = brief[start:end].rsplit(maxsplit=1)[-1].casefold()
    if match is not None and head in {
        "professor",
        "captain",
        "owner",
        "head",
        "director",
        "minister",
        "teacher",
        "student",
        "keeper",
        "editor",
        "seller",
        "translator",
        "manager",
        "dean",
        "lecturer",
    }:
        end += match.end()
    return brief[start:end][-_LONGEST:].strip()


def _shaped(brief: str, *, turned: bool = False) -> Work | None:
    for match in (_TURNED if turned else _ENDINGS).finditer(brief):
        words = match.group(1).split()
        head = words[-1].casefold()
        if (
            head in _words().never_work
            or head in temperament()
            or head in speech()
            or len(head) <= _SHORT
            or head.endswith("year-old")
            or (words[-1][0].isupper() and (match.start(1) > 2 or is_given_name(words[-1])))
        ):
            continue
        end = match.end(1)
        start = _leftmost(brief, end - len(words[-1]))
        if _is_of_someone_else(brief, start) or _is_of_someone_else(brief, end - len(words[-1])):
            continue
        quote = brief[start:end]
        return Work(quote, _trade(quote), start)
    return None


def _trade(title: str) -> str:
    hinted = next((trade for hint, trade in _words().trade_hints if re.search(hint, title, re.IGNORECASE)), None)
    listed = _titles().search(title)
    return trades_by_title()[listed.group(1).casefold()] if listed else hinted or trade_of(title.casefold())


def _foreign(brief: str, language: str) -> Work | None:
    titles = foreign_titles().get(language)
    if titles is None:
        return None
    folded = brief.casefold()
    if len(folded) != len(brief):
        folded = brief.lower() if len(brief.lower()) == len(brief) else brief
    match = _titles_in(language).search(folded)
    if match is None:
        return None
    title = match.group(1)
    return Work(brief[match.start(1) : match.end(1)], titles[title], match.start(1))


@cache
def _titles_in(language: str) -> re.Pattern[str]:
    """A pattern of the titles of a language; scripts without letter case join articles to words."""
    titles = "|".join(re.escape(title) for title in sorted(foreign_titles()[language], key=len, reverse=True))
    if language in {"ja", "zh", "ko", "ar", "he", "hi", "fa"}:
        return re.compile(f"({titles})")
    return re.compile(rf"(?<!\w)({titles})" + (r"(?=(?:s|es)?(?!\w))" if language in {"es", "fr", "it", "pt"} else ""))
