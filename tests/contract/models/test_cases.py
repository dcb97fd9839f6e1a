"""Every provider through the same table of cases: what each kind of failure leads to, whoever it comes from."""

from __future__ import annotations

from itertools import product
from typing import Any

import pytest

from tests.providers.behaviours import CASES, ODD, answer, rate_limited
from tests.providers.case_runs import CALL_SECONDS, run_case
from tests.providers.composer import Composer
from tests.providers.wires import Provider

# The failures a case leads to when it does not pass, in order; then the fallback answers.
LASTING: dict[str, list[str]] = {
    "rate_limited": ["rate_limited"] * 3,
    "overloaded": ["overloaded"] * 3,
    "server_error": ["server_error"] * 3,
    "reset": ["unreachable"] * 3,
    "non_json_200": ["server_error"] * 3,
    "non_json_200_html": ["server_error"] * 3,
    "timeout": ["timeout"] * 2,
    "hang_mid_body": ["timeout"] * 2,
    "drip": ["timeout"] * 2,
    "malformed_json": ["invalid_output"] * 2,
    "wrong_schema": ["invalid_output"] * 2,
    "truncated": ["truncated"] * 2,
    "refusal": ["refused"] * 2,
    "content_filter": ["refused"] * 2,
    "quota": ["quota"],
    "bad_key": ["authentication"],
    "forbidden": ["authentication"],
    "bad_request": ["bad_request"],
    "unknown_model": ["bad_request"],
}
# A second call helps with these: it is the same call again, or a repair.
PASSING = [case for case, failures in LASTING.items() if len(failures) > 1]
REPAIRED = {"malformed_json", "wrong_schema", "truncated", "refusal", "content_filter"}
TIMED_OUT = {"timeout", "hang_mid_body", "drip"}
# Enough for a request to arrive; and, where the second call is answered, for that answer too.
TIMES_OUT_S, ANSWERS_IN_S = 1.0, 2.0
# Of the ninety seconds that a drip takes.
BOUNDED_S = 30

each_provider = pytest.mark.parametrize("provider", list(Provider))


def matrix(cases: list[str]) -> list[Any]:
    return [pytest.param(provider, case, id=f"{provider}-{case}") for case, provider in product(cases, Provider)]


def test_the_table_names_every_case() -> None:
    assert set(LASTING) == set(CASES) - {"answer"}


@each_provider
def test_an_answer_is_taken(provider: Provider) -> None:
    run = run_case(provider, default=Composer())
    assert run.failures == [None]
    assert run.answered_by == provider.value
    assert run.requests == 1


@pytest.mark.parametrize(("provider", "case"), matrix(list(LASTING)))
def test_what_lasts_is_told_apart_and_the_next_model_answers(provider: Provider, case: str) -> None:
    call_seconds = TIMES_OUT_S if case in TIMED_OUT else CALL_SECONDS
    run = run_case(provider, default=CASES[case](), call_seconds=call_seconds)
    assert run.failures == LASTING[case]
    assert run.answered_by == "scripted"
    assert run.requests == len(run.calls), "no SDK asked again by itself"
    assert [call.repair for call in run.calls] == [case in REPAIRED and place > 0 for place in range(len(run.calls))]
    if case in TIMED_OUT:
        assert run.seconds < BOUNDED_S, "each call was bounded by the clock, not by the read"


@pytest.mark.parametrize(("provider", "case"), matrix(PASSING))
def test_what_passes_is_tried_again_and_the_same_model_answers(provider: Provider, case: str) -> None:
    call_seconds = ANSWERS_IN_S if case in TIMED_OUT else CALL_SECONDS
    run = run_case(provider, CASES[case](), default=Composer(), call_seconds=call_seconds)
    assert run.failures == [LASTING[case][0], None]
    assert run.answered_by == provider.value
    assert run.calls[1].repair == (case in REPAIRED)
    assert len(run.pauses) == (0 if case in REPAIRED else 1)


@pytest.mark.parametrize("provider", [provider for provider in Provider if provider is not Provider.BEDROCK])
@pytest.mark.parametrize(
    ("asked_s", "pauses", "asked_again"),
    [
        pytest.param(7, [7.0], True, id="waited for"),
        pytest.param(30, [], False, id="longer than patience while another model stands ready"),
        pytest.param(3600, [], False, id="past the deadline"),
    ],
)
def test_retry_after_is_honoured(provider: Provider, asked_s: int, pauses: list[float], asked_again: bool) -> None:
    run = run_case(provider, rate_limited(retry_after=asked_s), default=Composer())
    assert list(run.pauses) == pauses
    assert run.failures == ["rate_limited", None][: 1 + asked_again]
    assert (run.answered_by == provider.value) is asked_again


@pytest.mark.parametrize(("provider", "odd"), matrix(list(ODD)))
def test_no_odd_reply_ends_a_run(provider: Provider, odd: str) -> None:
    run = run_case(provider, default=ODD[odd]())
    assert run.answered_by == "scripted"
    assert run.calls
    assert set(run.failures) <= {"server_error", "invalid_output", "refused"}


@each_provider
@pytest.mark.parametrize(
    ("case", "billed"), [("reset", True), ("timeout", True), ("bad_key", False), ("overloaded", False)]
)
def test_what_was_cut_off_is_estimated_and_what_was_refused_is_free(
    provider: Provider, case: str, billed: bool
) -> None:
    call_seconds = TIMES_OUT_S if case in TIMED_OUT else CALL_SECONDS
    call = run_case(provider, default=CASES[case](), call_seconds=call_seconds).calls[0]
    assert call.tokens.estimated is billed
    assert (call.tokens.input_tokens > 0) is billed
    if provider is not Provider.COMPATIBLE:
        assert call.cost_usd is not None
        assert (call.cost_usd > 0) is billed


@each_provider
def test_a_call_that_never_left_is_free(provider: Provider) -> None:
    run = run_case(provider, default=Composer(), unreachable=True)
    assert run.failures == ["unreachable"] * 3
    assert [(call.tokens.input_tokens, call.cost_usd) for call in run.calls] == [(0, 0.0)] * 3


@each_provider
def test_an_answer_without_usage_is_estimated_and_never_free(provider: Provider) -> None:
    run = run_case(provider, ODD["usage_null"](), default=Composer())
    assert run.failures[0] == "invalid_output"
    assert run.calls[0].tokens.estimated
    assert run.calls[0].cost_usd is None if provider is Provider.COMPATIBLE else (run.calls[0].cost_usd or 0) > 0


@each_provider
def test_an_answer_that_breaks_the_chain_is_repaired_once(provider: Provider) -> None:
    loud = (
        '{"soul": {"desire": "x", "fear": "x", "wound": "x", "growth_arc": "x"}, "constraints": '
        '[{"kind": "trait_bound", "trait": "extraversion", "minimum": 0.8, "maximum": 1.0, "reason": "loud"}]}'
    )
    run = run_case(provider, answer(loud), default=Composer())
    assert run.failures == ["constraints_broken", None]
    stubborn = run_case(provider, default=answer(loud))
    assert stubborn.failures == ["constraints_broken"] * 2
    assert stubborn.answered_by == "scripted"
