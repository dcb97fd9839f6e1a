"""Finds the work of a person in a brief: a listed title with its modifiers, or a word that has the shape of one."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from fourfold.models.offline.lexicon_occupations import AMBIGUOUS, FOREIGN, MODIFIERS, OCCUPATIONS
from fourfold.models.offline.lexicon_temperament import SPEECH, TEMPERAMENT


@dataclass(frozen=True, slots=True)
class Work:
    """An occupation as the brief puts it, its trade (a key of the trades' lexicon), and where it stands."""

    quote: str
    trade: str
    start: int


_STOPPING = frozenset(
    "a an the is as was who and or in from of at on to with her his their its my our your for by but very old young aging ageing "
    "elderly middle-aged year-old years-old woman man girl boy female male lady guy person another some than being became become "
    "works working work worked job lonely single married divorced widowed happy poor rich wealthy tall short fat thin beautiful "
    "handsome pretty ugly sharp good bad great best worst only once still also just really quite lost named called old-school "
    "blind deaf one-eyed pregnant gay lesbian queer trans black white asian latino latina muslim christian jewish catholic "
    "nine-year-old two three four five six seven eight nine ten first last smart wise clever dying turned brilliant secretly "
    "tired grizzled widowed orphaned ordinary typical average hardened world-weary nameless mysterious local-born beloved hated "
    "same other every any no not never always nonbinary non-binary it be she he they that this these those i you we".split()
)
_ENDINGS = re.compile(
    r"\b(?:an?|the|as|is|,)\s+((?:[\w'-]+\s+){0,2}[\w-]+(?:ist|ician|smith|wright|monger|keeper|worker|maker|seller|herd|grower|"
    r"trainer|repairer|restorer|fitter|cleaner|painter|dealer|collector|tender|walker|dresser|hunter|grinder|diver|player|"
    r"operator|inspector|curator|tor|eer|ologist|woman|man|er))\b(?!\s+(?:of\s+(?:two|three|four|five|six|a|the)|and\s+father|and\s+mother))",
    re.IGNORECASE,
)
_NO_WORK = frozenset(
    "mother father brother sister daughter grandmother grandfather stepmother stepfather mother-in-law lover loner teenager stranger "
    "dreamer survivor river winter summer water other never number paper letter dinner winner loser cancer partner foster order corner "
    "former younger elder older newcomer foreigner outsider insider villager islander chatterbox optimist pessimist perfectionist "
    "narcissist idealist realist feminist atheist communist pacifist racist believer drinker smoker talker sleeper character "
    "computer after over under ever her per daycare later better center monster power woman man gentleman human german chairman "
    "leader follower listener thinker worrier pleaser people-pleaser hoarder liar seller silver copper fever weather tower remember "
    "december november october september laughter stutter daughter-in-law prayer master quarter disaster whether together another "
    "matter either neither rather flower hunger anger danger sober bitter clever eager proper tender super somewhere answer slaughter "
    "actor-less factor doctor-less motor editor-less mentor ancestor traitor creditor visitor neighbor neighbour member cheater fighter "
    "hypochondriac kleptomaniac realtor-less overachiever underachiever procrastinator daydreamer early-riser night-owl sufferer widower "
    "twist wrist list fist mist exist insist resist artist-less career pioneer volunteer-less deer beer peer cheer queer steer seer shelter "
    "counter hamster sweater slipper ladder shoulder finger supper butter murder wonder thunder border gender charter chapter poster theater "
    "meter liter litter splitter glitter twitter filter starter encounter adventurer commander-less defender contender offender elder-care".split()
)
_TRADE_HINTS: tuple[tuple[str, str], ...] = (
    ("nurs|medic|therap|doctor|health|midwi|care|vet|patient", "care"),
    ("bak|chef|cook|brew|wine|food|kitchen|cheese|tea|coffee|tast", "kitchen"),
    ("boat|ship|sea|sail|pilot|driv|captain|ferry|diver", "sea"),
    ("farm|garden|herd|grow|tree|horse|animal|bee|pick|forest|dog|bird|crab", "land"),
    ("paint|music|sing|act|danc|writ|poet|sculpt|photo|artist|ist\\b.*organ|tuner|restor", "stage"),
    ("teach|instruct|train|tutor|librar|curat|museum", "teaching"),
    ("smith|wright|mak|repair|weld|build|mechan|fitter|grind|bind|sew|tail|clean", "building"),
    ("ologist|physic|chem|scien|engineer|research", "science"),
    ("sell|deal|shop|keeper|collect|clerk|dress", "shop"),
    ("guard|polic|soldier|inspect|detect|officer", "uniform"),
    ("programm|softw|data|tech|web|cod", "software"),
)
_MOST_MODIFIERS = 4
_LONGEST = 90


@lru_cache(maxsize=1)
def _titles() -> re.Pattern[str]:
    words = sorted(OCCUPATIONS, key=len, reverse=True)
    return re.compile(
        rf"(?<![\w-])(?:ex-)?({'|'.join(re.escape(word) for word in words)})(?:'s)?(?![\w-])", re.IGNORECASE
    )


def find_work(brief: str, language: str) -> Work | None:
    """The first occupation the brief gives the person, or None."""
    foreign = _foreign(brief, language)
    if foreign is not None:
        return foreign
    best: Work | None = None
    for match in _titles().finditer(brief):
        title = match.group(1).casefold()
        if match.group().endswith("'s") or _somebody_elses(brief, match.start()):
            continue
        start = _leftmost(brief, match.start())
        if (
            title in AMBIGUOUS
            and start == match.start()
            and not re.search(r"(?:^|\b(?:an?|as|,|young|old|retired)\W+)(?:[\w-]+\s+){0,2}$", brief[:start], re.I)
        ):
            continue
        work = Work(_right(brief, start, match.end()), OCCUPATIONS[title], start)
        if work.trade in {"idle", "school"} and title in {
            "widow",
            "widower",
            "grandmother",
            "grandfather",
            "child",
            "kid",
            "teen",
            "teenager",
            "toddler",
            "refugee",
            "exile",
            "baby",
        }:
            best = best or None
            continue
        return work
    return best or _shaped(brief)


_OTHERS = re.compile(
    r"(?:\b(?:daughter|son|wife|husband|widow|child|brother|sister|friend|mother|father|afraid|fear|hates?|killed|loves?|married|marry|wants? to (?:be|become)|dream\w* of (?:being|becoming)|"
    r"in love with|by|her|his|their|against|like|from|want\w* to be|hopes to (?:be|become)|to become|becoming|instead of|other|reveng\w+ on)\s+(?:of\s+)?(?:an?\s+|the\s+|his\s+|her\s+)?(?:[\w-]+\s+){0,1})$",
    re.IGNORECASE,
)


def _somebody_elses(brief: str, start: int) -> bool:
    return _OTHERS.search(brief[:start]) is not None


def _leftmost(brief: str, start: int) -> int:
    """Where the title begins once the modifiers before it are taken in."""
    begin, taken = start, 0
    while taken < _MOST_MODIFIERS:
        match = re.search(r"([\w'’-]+)\s+$", brief[:begin])
        if match is None:
            return begin
        word = match.group(1)
        low = word.casefold()
        if low in TEMPERAMENT or low in SPEECH or low in _STOPPING or "year-old" in low or low.isdecimal():
            return begin
        if not (low in MODIFIERS or _plain_modifier(word, taken)):
            return begin
        begin, taken = match.start(1), taken + 1
    return begin


def _plain_modifier(word: str, taken: int) -> bool:
    """A word not listed is taken once, if it looks like a noun or a compound ("zither", "two-truck")."""
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
    """Takes in "of law", "at a night school" does not belong."""
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


def _shaped(brief: str) -> Work | None:
    for match in _ENDINGS.finditer(brief):
        words = match.group(1).split()
        head = words[-1].casefold()
        if (
            head in _NO_WORK
            or head in TEMPERAMENT
            or head in SPEECH
            or len(head) <= _SHORT
            or head.endswith("year-old")
        ):
            continue
        end = match.end(1)
        start = _leftmost(brief, end - len(words[-1]))
        quote = brief[start:end]
        trade = next((trade for hint, trade in _TRADE_HINTS if re.search(hint, quote, re.I)), "building")
        return Work(quote, trade, start)
    return None


def _foreign(brief: str, language: str) -> Work | None:
    titles = FOREIGN.get(language)
    if titles is None:
        return None
    folded = brief.casefold()
    hits = []
    for title, trade in titles.items():
        spaced = title.isascii() or title[0] < "\u0590"
        match = re.search(rf"(?<!\w){re.escape(title)}" if spaced else re.escape(title), folded)
        if match is not None:
            hits.append((match.start(), -len(title), title, trade))
    if not hits or len(folded) != len(brief):
        return None
    start, length, _, trade = min(hits)
    return Work(brief[start : start - length], trade, start)
