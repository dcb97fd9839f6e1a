"""Chat and fingerprint, and the suite, of a persona on a real model: done, or honestly failed.

No call is lost or counted twice: the cost is what the server wrote.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.deep.real_model import MODEL, RealServer, is_installed, real_server
from tests.deep.real_product import HONEST, SOME_TESTS, RealProduct, product_on

pytestmark = [
    pytest.mark.timeout(1800),
    pytest.mark.skipif(not is_installed(), reason="the packages of the group `deep` are not installed"),
]


@pytest.mark.deep(part="real-jobs")
def test_a_persona_speaks_and_its_fingerprint_ends(tmp_path: Path) -> None:
    with real_server(tmp_path / "server.log") as server, product_on(server, tmp_path / "home") as product:
        persona_id = product.imported()
        assert product.chat(persona_id)
        fingerprint = product.job(persona_id, "fingerprint")
        assert (
            fingerprint["models"] == [f"compatible:{MODEL}"]
            if fingerprint["status"] == "ready"
            else _fails(fingerprint)
        )
        if "chat" in product.usage:  # the cost of a reply that failed is in no document
            _require_recorded(product, server)


@pytest.mark.deep(part="real-suite")
def test_its_suite_ends(tmp_path: Path) -> None:
    with real_server(tmp_path / "server.log") as server, product_on(server, tmp_path / "home") as product:
        suite = product.job(product.imported(), "test-suite", {"ids": SOME_TESTS})
        asked = {result["id"] for result in suite["results"]}
        assert asked == set(SOME_TESTS) if suite["status"] == "ready" else _fails(suite)
        _require_recorded(product, server)


def _require_recorded(product: RealProduct, server: RealServer) -> None:
    """The tokens of all documents are those that the server wrote, and none is an estimate."""
    assert not any(usage["estimated"] for usage in product.usage.values())
    assert sum(usage["output_tokens"] for usage in product.usage.values()) == server.written()


def _fails(job: dict[str, Any]) -> bool:
    """Whether it failed as a model may that cannot hold a conversation."""
    return job["status"] == "failed" and job["error"]["code"] in HONEST
