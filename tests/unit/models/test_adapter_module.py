"""A deployment without a provider's SDK says so to who calls that provider."""

from __future__ import annotations

import sys

import pytest

from fourfold.llm.port import ModelError, ModelFailure
from fourfold.models.adapter_module import adapter_module


@pytest.mark.parametrize("adapter", ["openai", "openai_embedding", "compatible"])
def test_an_absent_sdk_is_a_bad_request_that_names_the_remedy(monkeypatch: pytest.MonkeyPatch, adapter: str) -> None:
    monkeypatch.delitem(sys.modules, f"fourfold.models.{adapter}", raising=False)
    monkeypatch.setitem(sys.modules, "openai", None)
    with pytest.raises(ModelError, match="does not include openai; add its provider to PROVIDERS") as raised:
        adapter_module(adapter)
    assert raised.value.failure is ModelFailure.BAD_REQUEST


def test_a_mistake_of_ours_is_not_taken_for_an_absent_sdk() -> None:
    with pytest.raises(ModuleNotFoundError):
        adapter_module("no_such_adapter")
