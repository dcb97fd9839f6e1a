"""Brings the brief's own words into the soul: a wish, a dread, a habit nobody has explained, the dead by name."""

from __future__ import annotations

import re

from fourfold.models.offline.assumptions import people_for
from fourfold.models.offline.brief_life import LifeFact
from fourfold.models.offline.grammar import Gender, capitalised, plural_verb, pronouns, tell, with_article
from fourfold.models.offline.lexicon_names import listed
from fourfold.models.offline.material import Material
from fourfold.models.offline.soul_core import Core

_Options = tuple[tuple[str, tuple[str, ...]], ...]

# For each kind of fact, the fields its sentence may open, and the sentences. `{clause}` follows "she".
_CLAUSE: _Options = (
    ("wound", ("{They} {clause}. <Asked why, {they} [tells] one of three stories. This one {they} [leaves] out.|It has a beginning, which {they} [skips].>", "That {they} {clause}, people know. <Where it starts they don't.|The rest is this.>", "<Before|Long before> anyone could say of {them} that {they} {clause}, there was this.")),
    ("growth_arc", ("{They} {clause}, and that will have to come along.", "It will not pass by the fact that {they} {clause}.")),
    ("fear", ("{They} {clause}; <it keeps the rest at a distance|no one looks behind it>.",)),
)  # fmt: skip
_OPTIONS: dict[str, _Options] = {
    "wish": (("desire", ("{They} {clause}; that much anyone may know. <Further in it goes like this.|The rest {they} [keeps] to {themself}.>", "{They} {clause}. <Behind that, older and harder to say:|It is the presentable part.>", "Out loud, {they} {clause}. <Not out loud:|There is a second sentence.>")),),
    "dread": (("fear", ("{They} {clause}, and <says so, cheerfully|has an explanation ready>. It is a fear that can be mentioned. The other cannot.", "That {they} {clause} <is no secret|everyone has been told>. It covers something.", "Everyone knows {they} {clause}. <Hardly anyone asks what it stands in front of.|It makes a good fence.>")),),
    "obsession": (("desire", ("{They} {clause}, and <people take that for the whole of it|it looks like the main thing>. <It is the handle, not the door.|It isn't.>", "That {they} {clause} is the part {they} can explain.")), *_CLAUSE),
    "clause": _CLAUSE,
    "holding": (("wound", ("{They} {clause}, <which people notice first|and people ask about that>. They do not ask about this.",)), *_CLAUSE[1:]),
    "whose": (("wound", ("{Their} {clause}. <Everyone has heard; hardly anyone has heard this.|It came on top of something older.>",)), ("fear", ("{Their} {clause}, and {they} [has] been waiting for the next ever since.",))),
    "children": (("growth_arc", ("{They} {clause}; <what {they} [does] not settle will be handed on|they have begun to watch how it is done>.",)), ("desire", ("{They} {clause}, <and would say that is the whole of it|which answers most questions>.",))),
    "married": (("growth_arc", ("{They} {clause}, and will not be doing this alone.",)),),
}  # fmt: skip
_FATES = frozenset(
    "dead_sibling dead_child dead_parent widowed divorced prison war ruin migration addiction adopted twin estranged".split()
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
    r"^(?:lost|losing|buried|mourn\w*|griev\w+|sold|gambled|went|fled|left|emigrated|immigrated|survived|served|has|hasn't|no longer)\b",
    re.I,
)
_ADVERBS = frozenset("still secretly never always once only really also".split())
_KIN = re.compile(
    r"\b(brother|sister|sibling|twin|son|daughter|child|baby|mother|father|mum|mom|dad|parents?|wife|husband|spouse|partner|fianc\u00e9e?)\b",
    re.I,
)
_HIS = frozenset("brother son father dad husband".split())
_HERS = frozenset("sister daughter mother mum mom wife".split())
_DEFAULT_LOST = {"dead_sibling": "brother", "dead_child": "child", "dead_parent": "father"}


def leads(material: Material, core: Core, life: list[LifeFact], slots: dict[str, str]) -> list[tuple[str, str]]:
    """Fields of the soul with the sentence that opens each; facts the core itself is about need none."""
    draw, made = material.draw, dict[str, str]()
    for fact in life:
        words = _clause(fact, plural=slots["they"] == "they")
        if words is None or fact.kind in core.kinds or not re.match(r"[A-Za-z]", words):
            continue
        if material.intent.language.split("-")[0] != "en" and not material.brief.isascii() and fact.kind == "whose":
            continue
        options = _OPTIONS.get(fact.kind, _CLAUSE if fact.kind in _FATES else ())
        for field, texts in options:
            if field not in made:
                text = draw.pick(f"lead/{fact.kind}/{field}", texts)
                made[field] = capitalised(tell(text, slots | {"clause": words}, draw, f"lead/{fact.kind}"))
                break
    return list(made.items())


def _clause(fact: LifeFact, *, plural: bool) -> str | None:
    """The fact as what follows "she" ("hates the sea", "is a widow"), or None if it has no such form."""
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
    elif fact.kind in _FATES | {"children", "married"} and not _VERBS.match(value):
        return None
    if plural:
        words = value.split(" ")
        place = 1 if words[0] in _ADVERBS and len(words) > 1 else 0
        words[place] = plural_verb(words[place])
        value = " ".join(words)
    return value


def lost_slots(material: Material, life: list[LifeFact]) -> dict[str, str]:
    """Who died, as slots: what they were to the person, their name and pronouns. Someone is always given."""
    fact = next((fact for fact in life if fact.kind.startswith("dead_") or fact.kind == "widowed"), None)
    own = material.gender
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
    people, draw = people_for(material), material.constant
    gender: Gender = (
        "male" if noun in _HIS else "female" if noun in _HERS else "male" if draw.unit("lost") < _HALF else "female"
    )
    names = {
        "male": listed(people.men_older) + listed(people.men_younger),
        "female": listed(people.women_older) + listed(people.women_younger),
    }[gender]
    named = pronouns(gender)
    return {
        "lost": noun,
        "lost_name": draw.pick("lost-name", names),
        "lost_they": named["they"],
        "lost_them": named["them"],
    }


_HALF = 0.5
