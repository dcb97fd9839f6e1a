"""Brings the brief's own words into the soul: a wish, a dread, a habit nobody has explained, the dead by name."""

from __future__ import annotations

import re

from fourfold_offline.brief.life_events import LifeFact
from fourfold_offline.grammar import Gender, capitalised, plural_verb, pronouns, tell, with_article
from fourfold_offline.inference.culture import people_for
from fourfold_offline.lexicon.names import listed
from fourfold_offline.soul.core import Core
from fourfold_offline.soul.scene_people import own_names
from fourfold_offline.step_input import Material

_Options = tuple[tuple[str, tuple[str, ...]], ...]

# For each kind of fact, the fields its sentence may open, and the sentences. `{clause}` follows "she".
_CLAUSE: _Options = (
    ("wound", (
        "{They} {clause}. <Ask why and there are three stories; this is not one of them.|People ask about it at parties, and are given something else.|It has a beginning, which is not the one {they} [gives].>",
        "That {they} {clause} <is no secret|is known up and down the street|comes up in every introduction>. <How it started is another matter.|What came before has never come up.|It is the end of a story, and only the end gets told.>",
        "<Friends|Colleagues|The neighbours> will say that {they} {clause}. <None of them was there for this.|They were not told the rest.|They mean it as a description.>",
        "<Everyone needs something to be known for|There is always one thing people repeat>: {they} {clause}. <Before it came this.|The other thing goes unrepeated.|It is easier to say than what follows.>",
    )),
    ("growth_arc", (
        "<However it goes|Whatever comes of it>, {they} {clause}, <and no change worth the name will leave that out|and any change will have to get past that|so nothing here can be done by halves>.",
        "{They} {clause}. <It will have to be counted in.|Nothing that follows can go round it.|The road leads through that, and not past it.>",
    )),
    ("fear", (
        "Because {they} {clause}, people think they know what {they} [is] afraid of. <They are one door off.|It is a good guess.|They have the street right and not the house.>",
        "{They} {clause}, <and it draws the eye|and people look no further|which is easier to talk about>. <The fear lives behind it.|What {they} [dreads] is elsewhere.|The other thing is smaller and worse.>",
    )),
)  # fmt: skip
_OPTIONS: dict[str, _Options] = {
    "wish": (("desire", (
        "{They} {clause}; that much {they} will tell anyone. <Underneath it lies something older.|The rest is not for telling.|It is even true, as far as it goes.>",
        "Out loud, {they} {clause}. <Not out loud, it goes on.|There is a second sentence, and it is the heavier one.|Then {they} [changes] the subject.>",
        "{They} {clause}. <Behind that stands something that has waited longer.|It is the want with a plan attached; the other has none.|That is the part with a date on it.>",
        "Ask, and {they} {clause}. <Ask twice.|Ask late, on the way home, and there is more.|Most people leave it there.>",
    )),),
    "dread": (("fear", (
        "{They} {clause}, and <says so|makes a joke of it|has an explanation ready>. <That is the fear that can be mentioned.|The other has no anecdote.|It does for company.>",
        "That {they} {clause} <is no secret|has been told to everyone>. <It covers something.|It does duty for the rest.|One fear that can be laughed at is worth having.>",
        "Everyone knows {they} {clause}. <Hardly anyone asks what it stands in front of.|It makes a good fence.|They are kind about it, and stop there.>",
    )),),
    "obsession": (("desire", (
        "{They} {clause}, and <people take that for the whole of it|it looks like the main thing>. <It is the handle and not the door.|It is where the other thing goes to be busy.|There is a want under it that needs no equipment.>",
        "That {they} {clause} is the part {they} can explain. <The rest goes like this.|The rest has been put less often into words.|What drives it is plainer.>",
    )), *_CLAUSE),
    "clause": _CLAUSE,
    "holding": (("wound", (
        "{They} {clause}, <which people notice first|and people ask about that|and so the talk begins there>. <They do not ask about this.|It seldom gets as far as this.|It is a good place to stop.>",
    )), *_CLAUSE[1:]),
    "whose": (("wound", (
        "{Their} {clause}. <Everyone has heard; hardly anyone has heard this.|It came on top of something older.|That is the event people date things by; {they} [dates] them by another.>",
    )), ("fear", ("{Their} {clause}, and {they} [has] been <waiting for the next|listening for the second one> ever since.",))),
    "children": (("growth_arc", (
        "{They} {clause}; <what {they} [does] not settle will be handed on|they have begun to watch how it is done>.",
        "{They} {clause}, <who have begun to ask|and they are old enough to notice>.",
    )), ("desire", ("{They} {clause}, <and would say that is the whole of it|which answers most questions>.",))),
    "married": (("growth_arc", ("{They} {clause}, and will not be doing this alone.", "{They} {clause}; <there will be a witness|somebody will notice>.")),),
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
    r"^(?:lost|buried|mourns|grieves|sold|gambled|went|fled|left|emigrated|immigrated|survived|served|has|hasn't|no longer)\b",
    re.I,
)
# A relative clause that starts like this is one ("sings", "cannot", "drowned"); "a dream of the sea" is none.
_FINITE = re.compile(
    r"^(?:(?:still|secretly|never|always|once|only|really|also|no longer|now|just|almost|nearly|often|desperately)\s+)*"
    r"(?:is|was|has|had|does|did|can|cannot|can't|could|couldn't|will|won't|would|wouldn't|must|doesn't|didn't|hasn't|isn't|wasn't|"
    r"lost|left|grew|built|fell|kept|sold|told|wrote|taught|gave|took|went|came|fled|hid|broke|ran|made|spent|saw|quit|[a-z]+ed|"
    r"[a-z]{2,}(?<!ou)(?<!s)s)\b",
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
        words = None if _somebody_elses(material.brief, fact) else _clause(fact, plural=slots["they"] == "they")
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


def _somebody_elses(brief: str, fact: LifeFact) -> bool:
    """Whether the words belong to another: the grandmother who raised them, the garden of a house they save for."""
    before = brief[: max(brief.find(fact.quote), 0)]
    if fact.kind == "children":
        return re.search(r"\b(?:her|his|their|by an?|with an?|of an?)\s+$", before, re.I) is not None
    return fact.kind == "holding" and _PLACE_WITH.search(before) is not None


_PLACE_WITH = re.compile(
    r"\b(?:house|home|flat|apartment|cottage|room|shop|place|town|village|car|boat|farm|hotel|job|one|somebody|someone)\s+with\s+$",
    re.I,
)


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
    elif re.match(r"(?:mourning|grieving|losing)\s+(?:a|an|the|her|his|their)\b", value, re.I):
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


def lost_slots(material: Material, life: list[LifeFact], taken: frozenset[str] = frozenset()) -> dict[str, str]:
    """Who died, as slots: what they were to the person, their name and pronouns. Someone is always given."""
    taken = taken | own_names(material)
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
        "lost_name": next((name for name in draw.shuffled("lost-name", names) if name not in taken), names[0]),
        "lost_they": named["they"],
        "lost_them": named["them"],
    }


_HALF = 0.5
