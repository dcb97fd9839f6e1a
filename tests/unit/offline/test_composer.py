"""The offline composer through the pipeline, over sixty briefs: facts, bounds, voices, verdicts."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from functools import cache
from itertools import combinations
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from fourfold.constraints import Fact, TraitBound, check_mask, check_self, check_surface, trait_range
from fourfold.models import resolve
from fourfold.persona import Trait
from fourfold.pipeline.rewrite import Rewrite
from fourfold.pipeline.state import RunState
from fourfold_offline.mask.native_lines import lines_in
from tests.builders import ALL_STEPS, stepped, written_offline
from tests.examples import examples

BRIEFS = [line for line in (Path(__file__).parent / "briefs.txt").read_text().splitlines() if line.strip()]
GATE = 3.5


written = cache(written_offline)


def overall(state: RunState) -> float:
    assert state.audit is not None
    return state.audit.overall


@pytest.mark.parametrize("brief", BRIEFS)
def test_every_layer_keeps_to_the_chain(brief: str) -> None:
    state = written(brief)
    draft = state.draft
    assert draft.self_
    assert draft.mask
    assert draft.surface
    assert check_self(draft.self_, state.constraints) == []
    assert check_mask(draft.mask, state.constraints, state.language) == []
    assert check_surface(draft.surface, state.constraints) == []
    assert state.violations == ()


@pytest.mark.parametrize(
    ("brief", "field", "value"),
    [
        ("A shy founder, 34, in Istanbul", "age", 34),
        ("A woman in her mid-thirties who sells maps", "age", 35),
        ("a seventy-one-year-old beekeeper", "age", 71),
        ("Meet Tomás, a 34-year-old programmer in Lisbon", "name", "Tomás"),
        ("Marguerite, 29, pastry cook in Brussels", "name", "Marguerite"),
        ("A court interpreter in Toronto", "location", "Toronto"),
        ("A court interpreter in Toronto", "occupation", "court interpreter"),
        ("Lighthouse keeper who hates the sea", "occupation", "lighthouse keeper"),
    ],
)
def test_what_the_brief_says_outright_stands_in_the_surface(brief: str, field: str, value: object) -> None:
    surface = written(brief).draft.surface
    assert surface is not None
    stands = getattr(surface, field)
    assert stands == value or str(value).casefold() in str(stands).casefold()


@pytest.mark.parametrize(
    ("word", "trait", "low", "high"),
    [
        ("shy", Trait.EXTRAVERSION, 0.0, 0.4),
        ("soft-spoken", Trait.EXTRAVERSION, 0.0, 0.45),
        ("outgoing", Trait.EXTRAVERSION, 0.6, 1.0),
        ("meticulous", Trait.CONSCIENTIOUSNESS, 0.65, 1.0),
        ("scatterbrained", Trait.CONSCIENTIOUSNESS, 0.0, 0.4),
        ("ruthless", Trait.AGREEABLENESS, 0.0, 0.4),
        ("kind", Trait.AGREEABLENESS, 0.6, 1.0),
        ("anxious", Trait.NEUROTICISM, 0.6, 1.0),
        ("unflappable", Trait.NEUROTICISM, 0.0, 0.4),
        ("curious", Trait.OPENNESS, 0.6, 1.0),
    ],
)
@pytest.mark.parametrize("rest", ["baker in Porto, 50", "nurse", "taxi driver in Cairo who lost a brother"])
def test_a_temperament_word_binds_its_trait(word: str, trait: Trait, low: float, high: float, rest: str) -> None:
    self_ = written(f"A {word} {rest}").draft.self_
    assert self_ is not None
    assert low <= self_.big_five.level(trait) <= high


@pytest.mark.parametrize("brief", BRIEFS[:12])
def test_the_same_brief_is_the_same_person_and_another_is_another(brief: str) -> None:
    again = written.__wrapped__(brief).draft
    assert again == written(brief).draft
    assert written(f"{brief}.").draft.soul is not None
    assert written(f"{brief} and nobody else").draft != again


def test_each_soul_bounds_the_self_in_ways_of_its_own() -> None:
    bounds = set()
    for brief in BRIEFS:
        chain = written(brief).constraints
        bounds.add(tuple(trait_range(chain, trait) for trait in Trait))
        assert any(isinstance(link.constraint, TraitBound) and link.source == "soul_draft" for link in chain)
    assert len(bounds) > len(BRIEFS) / 2


def test_no_two_persons_read_alike() -> None:
    """Of any two souls at most one sentence is the same; the most used wound is told by a few of sixty."""
    sentences = {}
    wounds: Counter[str] = Counter()
    for brief in BRIEFS:
        soul = written(brief).draft.soul
        assert soul is not None
        text = " ".join(soul.model_dump().values())
        sentences[brief] = {part for part in re.split(r"(?<=[.!?])\s+", text) if len(part.split()) > 5}
        wounds[soul.wound] += 1
    shared = [len(sentences[one] & sentences[other]) for one, other in combinations(BRIEFS, 2)]
    assert sum(count > 2 for count in shared) / len(shared) < 0.02
    assert max(wounds.values()) == 1, "no wound is told twice in the same words"


def test_voices_differ_audibly() -> None:
    masks = [mask for brief in BRIEFS if (mask := written(brief).draft.mask)]
    phrases = Counter(phrase for mask in masks for phrase in mask.signature_phrases)
    tones = Counter(mask.tone for mask in masks)
    assert len({mask.rhythm for mask in masks}) > len(masks) * 0.9
    assert max(phrases.values()) <= len(masks) / 10
    assert len(tones) > len(masks) / 3
    assert len({mask.register_ for mask in masks}) >= 3


def test_good_briefs_pass_and_get_different_scores() -> None:
    scores = [overall(written(brief)) for brief in BRIEFS]
    assert sum(score >= GATE for score in scores) / len(scores) > 0.9
    assert len(set(scores)) > 5


def test_words_that_pull_apart_are_a_tension_with_a_finding_and_no_failure() -> None:
    """People are shy and outgoing; the numbers serve one word, and the audit says so."""
    state = written("A shy extrovert who tunes pianos in Vienna, 44")
    assert state.audit
    assert GATE <= state.audit.overall < 4.5
    assert any(finding.quote == "shy" and finding.severity == 3 for finding in state.audit.findings)


@pytest.mark.parametrize(
    "brief",
    [
        "a nine-year-old retired judge",
        "A 12-year-old surgeon with thirty years of experience",
        "A childless mother of four, aged 6",
    ],
)
def test_a_brief_that_denies_itself_stays_below_the_gate_whatever_the_findings(brief: str) -> None:
    state = written(brief)
    assert overall(state) < GATE
    assert state.audit
    retried = RunState.model_validate(
        {**state.model_dump(mode="json"), "attempt": 2, "findings": [f.model_dump() for f in state.audit.findings]}
    )
    for step in ALL_STEPS[1:]:
        retried = stepped(step, retried.reset_for(step.name), resolve("offline:composer-1")).state
    assert overall(retried) < GATE


def test_a_retry_with_findings_writes_another_draft() -> None:
    state = written(BRIEFS[0])
    finding = {"dimension": "depth", "field": "soul.wound", "quote": "x", "severity": 3, "note": "say what happened"}
    retried = RunState.model_validate({**state.model_dump(mode="json"), "attempt": 2, "findings": [finding]})
    after = stepped(ALL_STEPS[1], retried.reset_for(ALL_STEPS[1].name), resolve("offline:composer-1")).state
    assert after.draft.soul != state.draft.soul


def comparable(text: str) -> str:
    """The text without what a quote need not copy: case, composed forms, kinds of blanks, invisible characters."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return " ".join("".join(each for each in decomposed if unicodedata.category(each) != "Cf").split())


@pytest.mark.random
@settings(max_examples=examples(30, 300), deadline=None)
@given(st.text(min_size=1, max_size=300))
@example("😀")
@example("a0 x\x1fa0")
@example("العربية فقط، طبيبة في القاهرة")
@example("東京の古本屋の店主、六十歳")
@example("x" * 4000)
@example("{name} %s {0} \\ <brief>")
def test_no_text_in_any_script_breaks_it(brief: str) -> None:
    state = written.__wrapped__(brief)
    assert state.audit is not None
    facts = [link.constraint for link in state.constraints if isinstance(link.constraint, Fact)]
    for fact in facts:
        assert comparable(brief[fact.span.start : fact.span.end]) == comparable(fact.quote)
    assert "{" not in (state.draft.soul.wound if state.draft.soul else ""), "no slot is left open"


@pytest.mark.parametrize(
    ("brief", "language"),
    [
        ("İzmir'de utangaç bir fırıncı, 41", "tr"),
        ("Ein pedantischer Notar aus Graz, 52", "de"),
        ("Une infirmière de nuit à Lyon", "fr"),
        ("東京の古本屋の店主、六十歳", "ja"),
        ("Un ferroviere in pensione a Napoli", "it"),
    ],
)
def test_the_language_of_a_brief_is_noticed(brief: str, language: str) -> None:
    assert (written(brief).language or "").startswith(language)


def test_a_mask_is_written_in_the_language_a_rewrite_asks_for() -> None:
    state = written_offline("A shy founder, 34, in Istanbul", ALL_STEPS[:4])
    german = lines_in("de")
    assert german is not None
    known = {line for lines in (german.echoes, *german.by_temper().values()) for line in lines}
    rewrite = Rewrite(fields={"mask.tone": "dry"}, language="de")
    after = stepped(ALL_STEPS[3], state.model_copy(update={"rewrite": rewrite}), resolve("offline:composer-1")).state
    assert after.draft.mask is not None
    assert after.draft.mask.tone == "dry"
    assert sum(phrase in known for phrase in after.draft.mask.signature_phrases) >= 2
    assert state.draft.mask is not None
    assert not known & set(state.draft.mask.signature_phrases)
