"""Bridge: MiniStack parses an expression again for every item it looks at, and the policies of the caller's role twice
for every request; together a fifth of its CPU time. Here each text is parsed once.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any, Final

from infra.local.bridges.ministack_types import Handle, Module

_KEPT: Final = 1024

Token = tuple[str, str]


def install_parsed_once() -> None:
    """Has MiniStack's DynamoDB and its permissions keep what they parse."""
    from ministack.core import iam_evaluator, responses, router
    from ministack.services import dynamodb

    parse_expressions_once(dynamodb)
    iam_evaluator.parse_policy_document = ParsedDocuments(iam_evaluator.parse_policy_document)
    iam_evaluator.request_caller_arn = caller_arn(iam_evaluator, responses, router)


def parse_expressions_once(dynamodb: Module) -> None:
    """Has the functions of MiniStack's DynamoDB that depend on an expression's text alone keep their results."""
    tokens_of = lru_cache(_KEPT)(lambda expression: tuple(tokenize(expression)))
    tokenize: Callable[[str], list[Token]] = dynamodb._tokenize  # noqa: SLF001 - they have no public names
    dynamodb._tokenize = lambda expression: list(tokens_of(expression))  # noqa: SLF001 - its readers own the list
    dynamodb._condition_syntax_error = lru_cache(_KEPT)(dynamodb._condition_syntax_error)  # noqa: SLF001
    for name in ("_check_redundant_parens", "_check_reserved_keyword_usage"):
        setattr(dynamodb, name, _by_tokens(getattr(dynamodb, name)))


def _by_tokens(check: Callable[..., str | None]) -> Callable[..., str | None]:
    kept = lru_cache(_KEPT)(check)
    return lambda tokens, *slot: kept(tuple(tokens), *slot)


class ParsedDocuments:
    """Takes the place of `parse_policy_document`. A document that is replaced is another object, and parsed again."""

    def __init__(self, parse: Callable[[Any], list[Any]]) -> None:
        self._parse = parse
        self._parsed: dict[int, tuple[object, list[Any]]] = {}

    def __call__(self, document: object) -> list[Any]:
        """The document's statements."""
        known = self._parsed.get(id(document))
        if known is None or known[0] is not document:
            if len(self._parsed) >= _KEPT:
                self._parsed.clear()
            known = self._parsed[id(document)] = (document, self._parse(document))
        return known[1]


def caller_arn(evaluator: Module, responses: Module, router: Module) -> Handle:
    """A function that takes the place of `request_caller_arn`: it reads who the caller is, and no policy."""

    def request_caller_arn(headers: dict[str, str], query: dict[str, list[str]] | None = None) -> str:
        account = responses.get_account_id()
        key = router.extract_access_key_id(headers or {}, query or {})
        of_session = responses._account_from_sts_session  # noqa: SLF001 - it has no public name
        known = evaluator.resolve_credential(key, of_session(key) or account) if key else None
        return getattr(known, "principal_arn", "") or f"arn:aws:iam::{account}:root"

    return request_caller_arn
