"""The claims ledger: what it reads in a brief, and what became of it in a persona."""

from __future__ import annotations

import time

import pytest

from fourfold.constraints import Fact, Span
from fourfold.evaluation.briefs import brief_set
from fourfold.evaluation.claims import MAX_CLAIMS, claims_of
from fourfold.evaluation.ledger import PersonaText, check_claims, claim_counts
from fourfold.persona import BigFive, Mask, SelfLayer, Soul, Surface

BRIEF = 'Marguerite Oakes, 47, piano tuner in Whitby since 1998, two daughters, says "mind the dog" to everyone'


def persona(wound: str = "It happened.", others: str = "", **surface: object) -> PersonaText:
    """`others` are the other three texts of the soul."""
    given = {"name": "Marguerite Oakes", "age": 47, "location": "Whitby", "occupation": "piano tuner", **surface}
    return PersonaText(
        Soul(
            desire=others or "To be heard.",
            fear=others or "Silence.",
            wound=wound,
            growth_arc=others or "From waiting to asking.",
        ),
        SelfLayer(
            big_five=BigFive(openness=0.5, conscientiousness=0.5, extraversion=0.5, agreeableness=0.5, neuroticism=0.5),
            archetype="sage",
            values=("face", "humility", "hedonism"),
            attachment_style="secure",
        ),
        Mask(
            register_="casual",
            tone="dry",
            rhythm="Short.",
            vocabulary=("fork", "felt", "string"),
            signature_phrases=("Mind the dog!", "Not yet."),
            social_role="neighbour",
        ),
        Surface.model_validate({"appearance": "Grey coat.", **given}),
    )


@pytest.mark.parametrize(
    ("brief", "found"),
    [
        (
            BRIEF,
            ["name Marguerite Oakes", "age 47", "name Whitby", "year 1998", "number two", "quote mind the dog"],
        ),
        ("A 15-year-old surf lifesaver in Gisborne", ["age 15", "name Gisborne"]),
        ("Zollbeamtin aus Passau, 46, die dem Lächeln der Leute misstraut", ["name Passau", "age 46"]),
        ("Conteur à Thiès, 72 ans, depuis 30 ans", ["name Thiès", "age 72", "number 30"]),
        ("長崎の坂の上の豆腐屋、七十一歳", ["age 七十一"]),
        ("ساعاتي في حلب، 67 عاما", ["age 67"]),
        ("Реставратор икон, 33, Вологда", ["age 33", "name Вологда"]),
        ("Ankara'da değil ama Mersin'de, 45 yaşında", ["name Mersin", "age 45"]),
        ("Seventeen, the eldest of five in Dhaka", ["age Seventeen", "number five", "name Dhaka"]),
        ('{"soul": {"desire": "to be parsed"}} opens at 11:50, costs $12, version 2.5', []),
        ("<b>a shy baker</b>", []),
        ("Zollbeamtin aus Passau, 46, misstraut jedem Lächeln", ["name Passau", "age 46"]),
        ("Conteuse, dit toujours « la nuit écoute »", ["quote la nuit écoute"]),
    ],
)
def test_what_the_ledger_reads(brief: str, found: list[str]) -> None:
    claims = claims_of(brief)
    assert [f"{claim.kind} {claim.text}" for claim in claims] == found
    assert all(brief[claim.span.start : claim.span.end] == claim.text for claim in claims)


def test_a_faithful_persona_keeps_all() -> None:
    checked = check_claims(claims_of(BRIEF), persona("Since 1998 she tunes alone. Her two daughters left."))
    assert [each.outcome for each in checked] == ["kept"] * 6


@pytest.mark.parametrize(
    ("text", "broken"),
    [
        (persona("In 1998 her two daughters left.", age=31), {"47": ("changed", "31")}),
        (persona("In 1998 her three daughters left."), {"two": ("changed", "three daughters")}),
        (persona("Her two daughters left."), {"1998": ("lost", None)}),
        (persona("In 1998 her two daughters left.", location="Leeds"), {"Whitby": ("lost", None)}),
        (persona("In 1998 it ended.", name="Ada Finch"), {"Marguerite Oakes": ("lost", None), "two": ("lost", None)}),
    ],
)
def test_what_is_changed_and_what_is_lost(text: PersonaText, broken: dict[str, tuple[str, str | None]]) -> None:
    checked = check_claims(claims_of(BRIEF), text)
    found = {each.claim.text: (each.outcome, each.observed) for each in checked if each.outcome != "kept"}
    assert found == broken
    counts = claim_counts(checked)
    assert (counts.kept, counts.total) == (6 - len(broken), 6)


@pytest.mark.parametrize(
    ("brief", "wound", "outcome", "observed"),
    [
        ("Relojera en Cuenca, 58 años, con 3 hermanas", "Sus tres hermanas no la quisieron más.", "kept", None),
        (
            "Relojera en Cuenca, 58 años, con 3 hermanas",
            "Sus dos hermanas no la quisieron más.",
            "changed",
            "dos hermanas",
        ),
        ("Tamirci, 45 yaşında, 3 kızı var", "Bir gün üç kızı da gitti, ama o ne dedi?", "kept", None),
        (
            "Conteuse, 72 ans, mère de 6 enfants",
            "Elle avait quatre enfants et une maison.",
            "changed",
            "quatre enfants",
        ),
        ("Ein 34-jähriger, der mit 12 Jahren alles verlor", "Mit 15 Jahre war er der Letzte.", "changed", "15 jahre"),
        ("Mother of 6 in Cork", "She is an elf on the shelf: sei brava, neuf.", "lost", None),
    ],
)
def test_small_numbers_are_read_in_the_language_of_the_persona(
    brief: str, wound: str, outcome: str, observed: str | None
) -> None:
    [number] = [
        each for each in check_claims(claims_of(brief), persona(wound, wound, age=1)) if each.claim.kind == "number"
    ]
    assert (number.outcome, number.observed) == (outcome, observed)


def test_facts_of_a_parse_are_held_to_their_field() -> None:
    facts = [
        Fact(field="surface.occupation", value="piano tuner", quote="piano tuner", span=Span(start=22, end=33)),
        Fact(field="surface.location", value="Whitby", quote="Whitby", span=Span(start=37, end=43)),
        Fact(field="other", value="two daughters", quote="two daughters", span=Span(start=56, end=69)),
    ]
    claims = claims_of(BRIEF, facts)
    assert [claim.kind for claim in claims] == ["name", "age", "occupation", "place", "year", "number", "quote"]
    checked = check_claims(claims, persona(occupation="baker", location="near Whitby, by the sea"))
    outcomes = {each.claim.kind: (each.outcome, each.observed) for each in checked}
    assert outcomes["occupation"] == ("changed", "baker")
    assert outcomes["place"] == ("kept", None)


def test_an_inflected_name_is_the_same_name() -> None:
    claims = claims_of("Ведущий свадеб из Самары, 42 года")
    checked = check_claims(claims, persona(location="Самара", age=42))
    assert [each.outcome for each in checked] == ["kept", "kept"]


@pytest.mark.parametrize("text", ["1 " * 2000, "A a " * 1000, '"' * 4000, "twenty-" * 570, "«" * 4000, "Ab " * 1300])
def test_hostile_briefs_take_bounded_time_and_claims(text: str) -> None:
    began = time.process_time()
    claims = claims_of(text[:4000])
    check_claims(claims, persona("word " * 150))
    assert time.process_time() - began < 2
    assert len(claims) <= MAX_CLAIMS


def test_most_shipped_briefs_have_facts_to_follow() -> None:
    briefs = brief_set("standard@1").briefs
    with_facts = [brief for brief in briefs if claims_of(brief.text)]
    assert len(with_facts) > 0.75 * len(briefs)
