"""`fourfold voice-check`: what it prints, and the exit codes that a script reads."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import pytest
from typer.testing import CliRunner

from fourfold.cli import voice_check
from fourfold.cli.main import app
from functions.api.voice_checks.examples import examples

PERSONA, MODEL = "per_01kaqf0c5v3y9m2t8z4n6r1w7b", "openai:gpt-6.1-terra"


class Served:
    """An API whose check of the model ends with a verdict, or fails."""

    def __init__(self, verdict: str, ending: Mapping[str, Any]) -> None:
        example = examples()["VoiceCertificate"]
        self.certificate = {**example, "verdict": verdict}
        self.ending = ending
        self.sent: list[Any] = []

    def post(self, path: str, body: Mapping[str, object]) -> dict[str, Any]:
        self.sent.append((path, dict(body)))
        return {"run_id": "run_1"}

    def follow(self, _run_id: str) -> Iterator[Mapping[str, Any]]:
        yield {"type": "job.progress", "done": 5, "total": 50}
        yield self.ending

    def call(self, _method: str, _path: str, **_: Any) -> dict[str, Any]:
        return {"certificates": [self.certificate]}


def ran(monkeypatch: pytest.MonkeyPatch, verdict: str, *arguments: str, **ending: Any) -> tuple[int, str, Served]:
    served = Served(verdict, ending or {"type": "job.completed"})

    @contextmanager
    def connected() -> Iterator[Served]:
        yield served

    monkeypatch.setattr(voice_check, "connected", connected)
    result = CliRunner().invoke(app, ["voice-check", PERSONA, *arguments])
    return result.exit_code, result.output, served


@pytest.mark.parametrize(("verdict", "code"), [("equivalent", 0), ("degraded", 1), ("inconclusive", 1)])
def test_only_a_kept_voice_succeeds(monkeypatch: pytest.MonkeyPatch, verdict: str, code: int) -> None:
    exited, shown, served = ran(monkeypatch, verdict, MODEL)
    assert (exited, served.sent) == (code, [(f"/v1/personas/{PERSONA}/voice-check", {"model": MODEL})])
    assert verdict in shown
    assert "it runs to 15 words a sentence" in shown
    assert "49 of 50 scenarios" in shown


def test_the_suite_is_asked_for_and_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    _, shown, served = ran(monkeypatch, "equivalent", MODEL, "--suite")
    assert served.sent[0][1] == {"model": MODEL, "suite": True}
    assert "33 tests on both: 27 passed on both" in shown
    assert "lost: role.004, jail.002" in shown


def test_the_certificates_are_listed_without_a_check(monkeypatch: pytest.MonkeyPatch) -> None:
    exited, shown, served = ran(monkeypatch, "degraded", "--json")
    assert (exited, served.sent) == (0, [])
    assert '"verdict": "degraded"' in shown
