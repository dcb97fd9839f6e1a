"""`If-Match` on a persona."""

from __future__ import annotations

import time
from datetime import UTC, datetime

import pytest

from fourfold.http.preconditions import etag_of, require_match
from fourfold.http.problems import ProblemError
from fourfold.ids import new_persona_id
from fourfold.persona import Persona, PersonaStatus

MOST_CPU_SECONDS = 0.5  # quadratic time is many seconds on these headers


@pytest.fixture(scope="module")
def persona() -> Persona:
    now = datetime.now(UTC)
    return Persona(
        id=new_persona_id(),
        workspace_id="ws_one",
        intent="Somebody",
        status=PersonaStatus.GENERATING,
        run_id=None,
        config_hash=None,
        created_at=now,
        updated_at=now,
    )


def test_its_own_tag_matches_in_every_form(persona: Persona) -> None:
    tag = etag_of(persona)
    for headers in ([], ["*"], [" * "], [tag], [f" {tag} "], [f'"x", {tag}'], ['"x"', tag], [f'W/"x",{tag},"y"']):
        require_match(headers, persona)


def test_nothing_else_matches(persona: Persona) -> None:
    tag = etag_of(persona)
    for headers in ([""], ['"x"'], [tag.strip('"')], [f"W/{tag}"], ["*, *"], [f'"x{tag}']):
        with pytest.raises(ProblemError) as refused:
            require_match(headers, persona)
        assert refused.value.headers == {"ETag": tag}


@pytest.mark.parametrize(
    "header",
    [
        '"a"' + " " * 60_000 + "x",
        " " * 60_000 + '"',
        '"a",' * 15_000 + "x",
        '"' * 60_000,
        'W/"' * 20_000,
        '"' + "a" * 60_000,
        "\t" * 30_000 + "," * 30_000,
    ],
    ids=range(7),
)
def test_a_long_header_costs_no_time(persona: Persona, header: str) -> None:
    before = time.thread_time()
    with pytest.raises(ProblemError):
        require_match([header], persona)
    assert time.thread_time() - before < MOST_CPU_SECONDS
