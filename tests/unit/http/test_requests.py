"""Cursors, preferences and idempotency keys."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel

from fourfold.http.cursors import id_after, opaque_cursor
from fourfold.http.idempotency import fingerprint, scoped_key
from fourfold.http.preferences import preference
from fourfold.http.problems import ProblemError
from fourfold.ids import is_persona_id, new_persona_id


class Body(BaseModel):
    intent: str
    stream: bool = False


def test_a_cursor_leads_back_and_does_not_show_its_inside() -> None:
    persona_id = new_persona_id()
    assert id_after(opaque_cursor(persona_id), is_persona_id) == persona_id
    assert persona_id not in opaque_cursor(persona_id)


@given(st.text(max_size=60))
def test_any_other_text_is_refused(text: str) -> None:
    with pytest.raises(ProblemError):
        id_after(text, is_persona_id)


@pytest.mark.parametrize(
    ("headers", "wait_s", "applied"),
    [
        ([], None, None),
        (["respond-async"], 0.0, "respond-async"),
        (["RESPOND-ASYNC, foo=bar"], 0.0, "respond-async"),
        (["wait=10"], 10.0, "wait=10"),
        (["respond-async", 'wait="5"'], 5.0, "respond-async, wait=5"),
        (["respond-async; note=x"], 0.0, "respond-async"),
        (['note="respond-async, wait=3", wait=4'], 4.0, "wait=4"),
        (["wait=-1", "wait=x", "respond-asynchronously"], None, None),
    ],
)
def test_preferences(headers: list[str], wait_s: float | None, applied: str | None) -> None:
    found = preference(headers)
    assert (found.wait_s, found.applied) == (wait_s, applied)


def test_keys_are_apart_by_workspace_and_route() -> None:
    keys = {scoped_key(["k"], workspace, route) for workspace in ("a", "b") for route in ("POST /x", "POST /y")}
    assert len(keys) == 4
    assert scoped_key([], "a", "POST /x") is None


def test_a_fingerprint_knows_every_field() -> None:
    bodies = [Body(intent="x"), Body(intent="x "), Body(intent="X"), Body(intent="x", stream=True)]
    assert len({fingerprint(body) for body in bodies}) == 4
    assert fingerprint(Body(intent="x")) == fingerprint(Body(intent="x", stream=False))
