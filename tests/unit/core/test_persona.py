"""The persona's status machine and its documents."""

from __future__ import annotations

import json

import pytest
from pydantic import ValidationError

from fourfold.config.engine import EngineConfig, RunSettings
from fourfold.persona import Audit, BigFive, Dimension, Persona, PersonaStatus, SelfLayer, Surface
from fourfold.pipeline.new_run import new_run
from tests.builders import BRIEF, SELF, START, SURFACE


def generating() -> Persona:
    return new_run(BRIEF, "ws_test", RunSettings(EngineConfig()), START).persona


@pytest.mark.parametrize("status", [PersonaStatus.ACTIVE, PersonaStatus.FLAGGED, PersonaStatus.FAILED])
def test_a_run_ends_in_one_of_three(status: PersonaStatus) -> None:
    assert generating().with_status(status, START).status is status


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (PersonaStatus.ACTIVE, PersonaStatus.FAILED),
        (PersonaStatus.FAILED, PersonaStatus.ACTIVE),
        (PersonaStatus.ARCHIVED, PersonaStatus.GENERATING),
    ],
)
def test_the_status_machine_refuses_what_cannot_happen(before: PersonaStatus, after: PersonaStatus) -> None:
    persona = generating().model_copy(update={"status": before})
    with pytest.raises(ValueError, match="cannot go from"):
        persona.with_status(after, START)


def test_the_layers_are_top_level_objects_under_their_own_names() -> None:
    persona = generating().model_copy(update={"self_": SelfLayer.model_validate(SELF["self"])})
    body = persona.model_dump(mode="json")
    assert body["self"]["big_five"]["extraversion"] == 0.25
    assert "self_" not in body
    assert Persona.model_validate_json(persona.model_dump_json()) == persona


@pytest.mark.parametrize("level", [-0.01, 1.01])
def test_big_five_levels_lie_between_0_and_1(level: float) -> None:
    with pytest.raises(ValidationError):
        BigFive(openness=level, conscientiousness=0.5, extraversion=0.5, agreeableness=0.5, neuroticism=0.5)


def test_an_unknown_field_is_an_error() -> None:
    with pytest.raises(ValidationError):
        Surface.model_validate({**SURFACE["surface"], "star_sign": "leo"})


def test_a_value_is_named_once() -> None:
    layer = SELF["self"]
    SelfLayer.model_validate(layer, strict=False)
    with pytest.raises(ValidationError, match="once"):
        SelfLayer.model_validate({**layer, "values": ["face", "face", "face"]}, strict=False)


def test_an_audit_stored_before_confirmations_is_read() -> None:
    scores = dict.fromkeys(Dimension, 4.0)
    stored = {"overall": 4.0, "scores": scores, "findings": [], "attempt": 2, "judge": "offline:composer-1"}
    audit = Audit.model_validate_json(json.dumps(stored))
    assert (audit.overall, audit.attempt) == (4.0, 2)
    assert (audit.first_score, audit.confirmed_score, audit.attempts, audit.rubric_version) == (None, None, None, None)
