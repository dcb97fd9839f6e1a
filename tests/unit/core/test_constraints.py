"""The constraint chain: what code checks after each step."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from fourfold.constraints import (
    Fact,
    Link,
    StatedFact,
    TraitBound,
    VoiceDemand,
    VoiceMarker,
    check_mask,
    check_self,
    check_surface,
    contradictory_bounds,
    locate,
    trait_range,
)
from fourfold.persona import Mask, SelfLayer, Surface, Trait
from fourfold.steps import StepName
from tests.builders import MASK, SELF, SURFACE


def bound(trait: str, low: float = 0.0, high: float = 1.0, source: StepName = StepName.SOUL_DRAFT) -> Link:
    return Link(source=source, constraint=TraitBound(trait=Trait(trait), minimum=low, maximum=high, reason="because"))


def fact(field: Any, value: str, brief: str) -> Link:
    found = locate(brief, StatedFact(field=field, value=value, quote=value))
    assert found is not None
    return Link(source=StepName.INTENT_PARSE, constraint=found)


def demand(marker: str) -> Link:
    return Link(source=StepName.SOUL_DRAFT, constraint=VoiceDemand(marker=VoiceMarker(marker), reason="because"))


def mask(**changes: Any) -> Mask:
    return Mask.model_validate({**MASK["mask"], **changes})


def test_a_fact_is_located_whatever_its_case_and_keeps_its_span() -> None:
    found = locate("Born in ISTANBUL, still there", StatedFact(field="other", value="x", quote="istanbul"))
    assert found is not None
    assert (found.span.start, found.span.end) == (8, 16)


def test_a_quote_the_brief_does_not_hold_is_no_fact() -> None:
    assert locate("a baker", StatedFact(field="surface.age", value="34", quote="34")) is None


def test_a_quote_is_matched_as_text_not_as_a_pattern() -> None:
    assert locate("aged 34", StatedFact(field="other", value="x", quote="a.ed")) is None


@pytest.mark.parametrize("value", ["thirty-four", "-3", "34.5", ""])
def test_an_age_is_written_in_digits(value: str) -> None:
    with pytest.raises(ValidationError):
        StatedFact(field="surface.age", value=value, quote="34")


def test_bounds_of_several_steps_intersect() -> None:
    chain = [bound("extraversion", high=0.6), bound("extraversion", low=0.2, high=0.4), bound("openness", low=0.7)]
    assert trait_range(chain, Trait.EXTRAVERSION) == (0.2, 0.4)
    assert trait_range(chain, Trait.NEUROTICISM) == (0.0, 1.0)


def test_contradictory_bounds_are_charged_to_the_step_that_came_last() -> None:
    chain = [bound("extraversion", high=0.3, source=StepName.INTENT_PARSE), bound("extraversion", low=0.6)]
    [violation] = contradictory_bounds(chain)
    assert violation.source is StepName.SOUL_DRAFT
    assert violation.field == "constraints.extraversion"


def test_a_level_outside_its_bounds_names_trait_and_reason() -> None:
    layer = SelfLayer.model_validate(SELF["self"])
    [violation] = check_self(layer, [bound("extraversion", low=0.5)])
    assert violation.field == "self.big_five.extraversion"
    assert violation.observed == "0.25"
    assert "because" in violation.demand
    assert check_self(layer, [bound("extraversion", high=0.25)]) == []


@pytest.mark.parametrize(
    ("marker", "breaks", "keeps"),
    [
        ("hedges", {"signature_phrases": ["It is so.", "Go."]}, {"signature_phrases": ["I suppose it is.", "Go."]}),
        ("asks_before_asserting", {"signature_phrases": ["Do it.", "Go."]}, {"signature_phrases": ["May I?", "Go."]}),
        ("never_exclaims", {"signature_phrases": ["Wow!", "Go."]}, {"signature_phrases": ["Wow.", "Go."]}),
        (
            "terse",
            {"signature_phrases": ["One two three four five six seven eight nine.", "One two three four five six."]},
            {"signature_phrases": ["Not today.", "Ask your mother."]},
        ),
        (
            "expansive",
            {"signature_phrases": ["Not today.", "No."]},
            {
                "signature_phrases": [
                    "Well now, let me tell you how that went.",
                    "It was a Tuesday, as I recall it now.",
                ]
            },
        ),
        ("formal", {"register": "casual"}, {"register": "formal"}),
        ("informal", {"register": "frozen"}, {"register": "intimate"}),
    ],
)
def test_voice_demands(marker: str, breaks: dict[str, Any], keeps: dict[str, Any]) -> None:
    [violation] = check_mask(mask(**breaks), [demand(marker)], "en")
    assert "because" in violation.demand
    assert check_mask(mask(**keeps), [demand(marker)], "en") == []


def test_english_hedge_words_are_not_asked_of_a_turkish_voice() -> None:
    assert check_mask(mask(signature_phrases=["Olur.", "Git."]), [demand("hedges")], "tr") == []


def test_words_are_not_counted_where_nothing_separates_them() -> None:
    assert check_mask(mask(signature_phrases=["はい。", "いいえ。"]), [demand("expansive")], "ja-JP") == []


def test_a_demand_code_cannot_tell_is_left_to_the_audit() -> None:
    assert check_mask(mask(), [demand("blunt"), demand("self_deprecating")], "en") == []


@pytest.mark.parametrize(
    ("field", "value", "changes"),
    [
        ("surface.age", "34", {"age": 35}),
        ("surface.location", "Istanbul", {"location": "Ankara"}),
        ("surface.occupation", "founder", {"occupation": "consultant"}),
        ("surface.name", "Leyla", {"name": "Deniz Aksoy"}),
    ],
)
def test_a_changed_fact_is_a_violation(field: str, value: str, changes: dict[str, Any]) -> None:
    layer = Surface.model_validate({**SURFACE["surface"], **changes})
    [violation] = check_surface(layer, [fact(field, value, f"... {value} ...")])
    assert violation.field == field
    assert value in violation.demand


def test_facts_hold_within_longer_text_and_in_any_case() -> None:
    layer = Surface.model_validate({**SURFACE["surface"], "name": "LEYLA Aksoy", "location": "Kadıköy, ISTANBUL"})
    brief = "Leyla, founder, Istanbul, 034"
    chain = [
        fact("surface.name", "Leyla", brief),
        fact("surface.location", "Istanbul", brief),
        fact("surface.occupation", "founder", brief),
        fact("surface.age", "034", brief),
    ]
    assert check_surface(layer, chain) == []


def test_other_facts_are_for_the_audit() -> None:
    layer = Surface.model_validate(SURFACE["surface"])
    link = fact("other", "two daughters", "two daughters")
    assert isinstance(link.constraint, Fact)
    assert check_surface(layer, [link]) == []
