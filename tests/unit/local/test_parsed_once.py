"""MiniStack evaluates expressions and permissions as before, with what it has parsed kept."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from ministack.core import iam_evaluator, responses, router
from ministack.services import dynamodb, sts

from infra.local.bridges.parsed_once import ParsedDocuments, caller_arn, parse_expressions_once

ITEM = {"a": {"S": "x"}, "n": {"N": "3"}}
VALUES = {":x": {"S": "x"}, ":n": {"N": "5"}}
NAMES = {"#n": "n"}
EXPRESSIONS = ("a = :x", "a <> :x", "#n < :n AND a = :x", "attribute_exists(b) OR #n BETWEEN :n AND :n")
REFUSED = ("a = ", "a == :x", "((a = :x))", "status = :x")


@pytest.fixture
def kept() -> SimpleNamespace:
    """A copy of the module whose own functions stay as they are."""
    names = ("_tokenize", "_condition_syntax_error", "_check_redundant_parens", "_check_reserved_keyword_usage")
    copy = SimpleNamespace(**{name: getattr(dynamodb, name) for name in names})
    parse_expressions_once(copy)
    return copy


@pytest.mark.parametrize("expression", [*EXPRESSIONS, *REFUSED])
def test_an_expression_means_the_same_the_first_time_and_later(
    expression: str, kept: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = _outcome(expression)
    for name, function in vars(kept).items():
        monkeypatch.setattr(dynamodb, name, function)
    assert [_outcome(expression), _outcome(expression)] == [before, before]


def test_a_reader_that_changes_its_tokens_changes_no_others(kept: SimpleNamespace) -> None:
    tokenize = kept._tokenize  # noqa: SLF001
    tokenize("a = :x").clear()
    assert tokenize("a = :x") == dynamodb._tokenize("a = :x")  # noqa: SLF001 - it has no public name


def test_a_policy_is_parsed_once_and_again_when_it_is_replaced() -> None:
    parsed: list[object] = []

    def parse(document: object) -> list[object]:
        parsed.append(document)
        return [document]

    statements = ParsedDocuments(parse)
    first, second = {"Statement": [1]}, {"Statement": [2]}
    assert [statements(each)[0] for each in (first, first, second, first)] == [first, first, second, first]
    assert parsed == [first, second]


@pytest.mark.parametrize("key", ["ASIAKNOWN", "AKIAUNKNOWN", ""])
def test_the_caller_of_a_request_is_whom_ministack_finds(key: str, monkeypatch: pytest.MonkeyPatch) -> None:
    role = "arn:aws:sts::000000000000:assumed-role/worker/invocation"
    session = {"Arn": role, "SecretAccessKey": "s", "SessionToken": "t", "PrincipalType": "AssumedRole"}
    monkeypatch.setitem(sts._sessions, "ASIAKNOWN", session)  # noqa: SLF001 - no call chooses the key
    headers = {"authorization": f"AWS4-HMAC-SHA256 Credential={key}/20261127/us-east-1/dynamodb/aws4_request"}
    expected = iam_evaluator.request_caller_arn(headers, {})
    assert caller_arn(iam_evaluator, responses, router)(headers, {}) == expected
    assert (expected == role) == (key == "ASIAKNOWN")


def _outcome(expression: str) -> object:
    try:
        return dynamodb._evaluate_condition(expression, ITEM, VALUES, NAMES)  # noqa: SLF001
    except ValueError as error:
        return str(error)
