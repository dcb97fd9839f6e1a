"""Evaluations with the Python clients: estimated, started, read, cancelled and deleted."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from fourfold.client import ApiProblemError, AsyncFourfold, Fourfold
from tests.contract.api.conftest import FULL_KEY, Live
from tests.contract.api.evaluation_machine import EvaluationMachine

REQUEST: dict[str, Any] = {"b": {"method": "naive"}, "briefs": ["A nurse, 40"], "preferences": False}


def test_an_evaluation_from_estimate_to_deletion(live: Live, machine: EvaluationMachine) -> None:
    with Fourfold(api_key=FULL_KEY, base_url=live.url) as client:
        assert client.estimate_evaluation(1, **REQUEST).calls.low > 0
        assert (machine.started, list(client.evaluations())) == ([], [])
        receipt = client.evaluate(1, **REQUEST)
        machine.execute()
        assert list(client.follow(receipt.run_id))[-1]["type"] == "job.completed"
        found = client.evaluation(receipt.evaluation_id)
        assert found.report is not None
        assert (found.status, found.report.verdict) == ("completed", "inconclusive")
        with pytest.raises(ApiProblemError, match="evaluation_finished"):
            client.cancel_evaluation(found.id)
        client.delete_evaluation(found.id)
        assert list(client.evaluations()) == []


def test_the_same_with_asyncio(live: Live, machine: EvaluationMachine) -> None:
    async def go() -> None:
        async with AsyncFourfold(api_key=FULL_KEY, base_url=live.url) as client:
            assert (await client.estimate_evaluation(1, **REQUEST)).calls.low > 0
            receipt = await client.evaluate(1, **REQUEST)
            assert [each.id async for each in client.evaluations()] == [receipt.evaluation_id]
            await client.cancel_evaluation(receipt.evaluation_id)
            machine.execute()
            assert (await client.evaluation(receipt.evaluation_id)).status == "cancelled"
            await client.delete_evaluation(receipt.evaluation_id)
            assert [each.id async for each in client.evaluations()] == []

    asyncio.run(go())
