"""Restoring a version: the layers of then to the byte, with what belongs to them, and nothing else."""

from __future__ import annotations

import json
from datetime import timedelta
from itertools import count
from typing import Any

import pytest

from fourfold.persona import Persona, PersonaStatus
from fourfold.persona_versions import UNSIGNED
from fourfold.personas.changes import PersonaChanges, change_persona
from fourfold.personas.restoring import NoSuchVersionError, restore_version
from fourfold.personas.storing import PersonaUpdater, RunUnfinishedError
from tests.builders import START
from tests.examples import examples
from tests.unit.personas.memory import PERSONA_ID, OnePersona, chance, persona, random_edit

# Of one version: what a restoration brings back.
RESTORED = ("soul", "self", "mask", "surface", "language", "audit", "run_id", "config_hash", "usage", "providers")
CASES = examples(20, 500)


def bytes_of(text: str, fields: tuple[str, ...] = RESTORED) -> dict[str, str]:
    content = json.loads(text)
    found: dict[str, Any] = content.get("persona", content)
    return {name: json.dumps(found[name], ensure_ascii=False) for name in fields}


@pytest.mark.random
def test_any_version_comes_back_to_the_byte_after_any_edits() -> None:
    """CASES random histories of edits, slugs and restorations."""
    for seed in range(CASES):
        picks, kept = chance(seed), OnePersona.of(persona())
        ticks = count(1)
        updater = PersonaUpdater(kept, lambda: START + timedelta(seconds=next(ticks)))  # noqa: B023 - used at once
        for _ in range(picks.randint(2, 8)):
            past = dict(kept.versions)
            before = kept.doc
            if picks.random() < 0.6:
                fields = {"slug": f"s{next(ticks)}"} if picks.random() < 0.3 else {}
                change_persona("ws_one", PERSONA_ID, PersonaChanges(fields, random_edit(picks)), updater)
            else:
                number = picks.choice(list(past))
                after = restore_version("ws_one", PERSONA_ID, number, UNSIGNED, updater)
                assert after is not None
                assert bytes_of(kept.doc) == bytes_of(past[number])
                assert bytes_of(kept.doc, ("slug", "visibility")) == bytes_of(before, ("slug", "visibility"))
            assert {number: kept.versions[number] for number in past} == past, "no version is ever rewritten"
            assert json.loads(kept.doc)["version"] == max(kept.versions)


def restored(first: Persona, number: int = 1) -> Persona:
    kept = OnePersona.of(first)
    updater = PersonaUpdater(kept, lambda: START)
    change_persona("ws_one", PERSONA_ID, PersonaChanges({}, random_edit(chance(1))), updater)
    after = restore_version("ws_one", PERSONA_ID, number, UNSIGNED, updater)
    assert after is not None
    return after


def test_the_status_of_then_returns_and_an_archive_stays_one() -> None:
    flagged = OnePersona.of(persona(status=PersonaStatus.FLAGGED))
    updater = PersonaUpdater(flagged, lambda: START)
    change_persona("ws_one", PERSONA_ID, PersonaChanges({"archived": True}, random_edit(chance(1))), updater)
    away = restore_version("ws_one", PERSONA_ID, 1, UNSIGNED, updater)
    assert away is not None
    assert (away.status, away.archived_from) == (PersonaStatus.ARCHIVED, PersonaStatus.FLAGGED)
    back = change_persona("ws_one", PERSONA_ID, PersonaChanges({"archived": False}), updater)
    assert back is not None
    assert back.status is PersonaStatus.FLAGGED


def test_results_of_the_restored_version_are_not_stale() -> None:
    summary = {
        "run_id": "run_01kaqf0c5v3y9m2t8z4n6r1w7c",
        "embedder": "stylometry",
        "scenario_set": "1",
        "grade": "strong",
        "eer": 0.0,
        "created_at": START,
    }
    for computed_from, stale in ((1, False), (None, True)):
        after = restored(persona(fingerprint={**summary, "persona_version": computed_from}))
        assert after.fingerprint is not None
        assert after.fingerprint.stale is stale


def test_what_cannot_be_restored() -> None:
    with pytest.raises(NoSuchVersionError):
        restored(persona(), 7)
    busy = OnePersona.of(persona(pending_run_id="run_01kaqf0c5v3y9m2t8z4n6r1w7c"))
    with pytest.raises(RunUnfinishedError):
        restore_version("ws_one", PERSONA_ID, 1, UNSIGNED, PersonaUpdater(busy, lambda: START))
    assert list(busy.versions) == [1]
