"""Sentences that open a field of the soul with the brief's own words, and slots for a person who died."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from fourfold_offline.brief.language import local_language
from fourfold_offline.brief.life_events import LifeEvent
from fourfold_offline.data_files import load
from fourfold_offline.grammar import Gender, capitalised, fill_template, plural_verb, pronouns, with_article
from fourfold_offline.inference.culture import people_for
from fourfold_offline.soul.core import Core
from fourfold_offline.soul.scene_people import names_of_the_person
from fourfold_offline.step_input import StepInput


@dataclass(frozen=True, slots=True)
class _Opening:
    """Sentences that may open a field of the soul; `{clause}` follows "she"."""

    field: str
    sentences: tuple[str, ...]


@cache
def _openings() -> dict[str, tuple[_Opening, ...]]:
    """The openings for each kind of life event, the preferred first; "fate" for every kind of `_FATES`."""
    return load("en/soul_openings", dict[str, tuple[_Opening, ...]])


_FATES = frozenset(
    [
        "dead_sibling",
        "dead_child",
        "dead_parent",
        "widowed",
        "divorced",
        "prison",
        "war",
        "ruin",
        "migration",
        "addiction",
        "adopted",
        "twin",
        "estranged",
    ]
)
_STATES = re.compile(
    r"^(?:afraid|terrified|scared|frightened|obsessed|in love|haunted|hiding|famous|known|desperate|determined|estranged|divorced|"
    r"widowed|separated|orphaned|adopted|exiled|bankrupt|sober|undocumented|pregnant|married|addicted|twice|recently|newly|jailed|disowned|laid off|fired|jilted|on parole|in debt|out of)\b",
    re.IGNORECASE,
)
_NOUNS = re.compile(
    r"^(?:widow(?:er)?|orphan|refugee|immigrant|exile|expat|alcoholic|addict|recovering \w+|ex-con(?:vict)?|former prisoner|war veteran|veteran .+|"
    r"(?:identical )?twin|foundling|divorcee|asylum seeker|(?:single )?(?:mother|father|mom|mum|dad|parent)\b.*|grand(?:mother|father)\b.*|newlywed)$",
    re.IGNORECASE,
)
_VERBS = re.compile(
    r"^(?:lost|buried|mourns|grieves|sold|gambled|went|fled|left|emigrated|immigrated|survived|served|has|hasn't|no longer)\b",
    re.IGNORECASE,
)
# A finite verb at the beginning ("sings", "cannot", "drowned"), as opposed to a noun ("a dream of the sea").
_FINITE = re.compile(
    r"^(?:(?:still|secretly|never|always|once|only|really|also|no longer|now|just|almost|nearly|often|desperately)\s+)*"
    r"(?:is|was|has|had|does|did|can|cannot|can't|could|couldn't|will|won't|would|wouldn't|must|doesn't|didn't|hasn't|isn't|wasn't|"
    r"lost|left|grew|built|fell|kept|sold|told|wrote|taught|gave|took|went|came|fled|hid|broke|ran|made|spent|saw|quit|[a-z]+ed|"
    r"[a-z]{2,}(?<!ou)(?<!s)s)\b",
    re.IGNORECASE,
)
_ADVERBS = frozenset(["still", "secretly", "never", "always", "once", "only", "really", "also"])
_KIN = re.compile(
    r"\b(brother|sister|sibling|twin|son|daughter|child|baby|mother|father|mum|mom|dad|parents?|wife|husband|spouse|partner|fianc\u00e9e?)\b",
    re.IGNORECASE,
)
_HIS = frozenset(["brother", "son", "father", "dad", "husband"])
_HERS = frozenset(["sister", "daughter", "mother", "mum", "mom", "wife"])
_DEFAULT_LOST = {"dead_sibling": "brother", "dead_child": "child", "dead_parent": "father"}


def openings_for(inputs: StepInput, core: Core, life: list[LifeEvent], slots: dict[str, str]) -> list[tuple[str, str]]:
    """Fields of the soul, each with a sentence to open it; events that the core is about are skipped."""
    draw, made = inputs.draw, dict[str, str]()
    for fact in life:
        words = None if _is_of_someone_else(inputs.brief, fact) else _clause(fact, plural=slots["they"] == "they")
        if words is None or fact.kind in core.kinds or not re.match(r"[A-Za-z]", words):
            continue
        if (
            fact.kind == "whose"
            and not inputs.brief.isascii()
            and local_language(inputs.brief, inputs.intent.locale) != "en"
        ):
            continue
        for opening in _openings().get("fate" if fact.kind in _FATES else fact.kind, ()):
            if opening.field not in made:
                text = draw.pick(f"lead/{fact.kind}/{opening.field}", opening.sentences)
                made[opening.field] = capitalised(
                    fill_template(text, slots | {"clause": words}, draw, f"lead/{fact.kind}")
                )
                break
    return list(made.items())


def _is_of_someone_else(brief: str, fact: LifeEvent) -> bool:
    """Whether the event is that of a relative or a thing ("by a mother of two", "a house with a garden")."""
    before = brief[: max(brief.find(fact.quote), 0)]
    if fact.kind == "children":
        return re.search(r"\b(?:her|his|their|by an?|with an?|of an?)\s+$", before, re.IGNORECASE) is not None
    return fact.kind == "holding" and _PLACE_WITH.search(before) is not None


_PLACE_WITH = re.compile(
    r"\b(?:house|home|flat|apartment|cottage|room|shop|place|town|village|car|boat|farm|hotel|job|one|somebody|someone)\s+with\s+$",
    re.IGNORECASE,
)


def _clause(fact: LifeEvent, *, plural: bool) -> str | None:
    """The event as a predicate ("hates the sea", "is a widow"), or None if it has no such form."""
    value = fact.value.strip()
    if fact.kind == "whose":
        return value
    if value.casefold().startswith(
        (
            "with a fear",
            "with two",
            "with three",
            "with four",
            "with five",
            "with six",
            "with grown",
            "with a",
            "with seven",
            "with young",
        )
    ):
        value = f"has {value[5:]}"
    elif _STATES.match(value):
        value = f"is {value[0].lower()}{value[1:]}"
    elif _NOUNS.match(value):
        value = f"is {with_article(value[0].lower() + value[1:])}"
    elif fact.kind == "holding":
        value = f"has {value}"
    elif re.match(r"(?:mourning|grieving|losing)\s+(?:a|an|the|her|his|their)\b", value, re.IGNORECASE):
        value = f"is {value}"
    elif fact.kind in _FATES | {"children", "married"} and not _VERBS.match(value):
        return None
    if not _FINITE.match(value):
        return None
    if plural:
        words = value.split(" ")
        place = 1 if words[0] in _ADVERBS and len(words) > 1 else 0
        words[place] = plural_verb(words[place])
        value = " ".join(words)
    return value


def deceased_slots(inputs: StepInput, life: list[LifeEvent], taken: frozenset[str] = frozenset()) -> dict[str, str]:
    """Slots for the person who died: relation, name and pronouns; a spouse where the brief mentions no death."""
    taken = taken | names_of_the_person(inputs)
    fact = next((fact for fact in life if fact.kind.startswith("dead_") or fact.kind == "widowed"), None)
    own = inputs.gender
    noun = (
        {"female": "husband", "male": "wife", "nonbinary": "partner"}[own]
        if fact is None or fact.kind == "widowed"
        else ""
    )
    match = _KIN.search(fact.value) if fact is not None else None
    if match is not None:
        noun = match.group(1).casefold()
    elif fact is not None and not noun:
        noun = _DEFAULT_LOST[fact.kind]
    noun = {
        "parent": "father",
        "parents": "mother",
        "mum": "mother",
        "mom": "mother",
        "dad": "father",
        "baby": "child",
    }.get(noun, noun)
    people, draw = people_for(inputs), inputs.stable_draw
    gender: Gender = (
        "male" if noun in _HIS else "female" if noun in _HERS else "male" if draw.unit("lost") < _HALF else "female"
    )
    names = {
        "male": people.men.older + people.men.younger,
        "female": people.women.older + people.women.younger,
    }[gender]
    named = pronouns(gender)
    return {
        "lost": noun,
        "lost_name": next((name for name in draw.shuffled("lost-name", names) if name not in taken), names[0]),
        "lost_they": named["they"],
        "lost_them": named["them"],
    }


_HALF = 0.5
