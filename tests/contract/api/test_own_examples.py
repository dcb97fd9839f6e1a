"""Every operation answers the example its description gives, on things that are there, as it is described.

One request each; `make test-deep PART=schemathesis` sends what nobody wrote down.
"""

from __future__ import annotations

import pytest

from functions.api.openapi.operations import Operation
from tests.contract.api.conftest import FULL_KEY, Api
from tests.contract.api.sample_requests import sample_request
from tests.contract.api.served import all_operations
from tests.contract.api.things import ONE_OF_EACH, reachable, things_in, with_ids

OPERATIONS = [operation for operation in all_operations() if operation.documented]
PERSONA = "/v1/personas/{persona_id}"
# What these need more than a new persona: a fingerprint, results of the suite, a slug, a delivery, the workspace's id.
REFUSED = {
    f"GET {PERSONA}/distinctiveness": 409,
    f"GET {PERSONA}/fingerprint/plot": 409,
    f"POST {PERSONA}/drift": 409,
    f"POST {PERSONA}/voice-check": 409,
    f"GET {PERSONA}/test-suite/diff": 404,
    f"GET {PERSONA}/test-suite/junit": 409,
    f"GET {PERSONA}/test-suite/sarif": 409,
    f"GET {PERSONA}/test-suite/runs/{{run_id}}": 404,
    f"GET {PERSONA}/test-suite/runs/{{run_id}}/tests/{{test_id}}": 404,
    "DELETE /v1/evaluations/{evaluation_id}": 409,
    "DELETE /v1/workspace": 422,
    "POST /v1/openai/chat/completions": 404,
    "POST /v1/runs/{run_id}/cancel": 409,
    "POST /v1/webhooks/{endpoint_id}/deliveries/{delivery_id}/replay": 404,
    "PUT /v1/labels/{set_name}": 422,
}


def name_of(operation: Operation) -> str:
    return f"{operation.method} {operation.path}"


@pytest.mark.parametrize("operation", OPERATIONS, ids=name_of)
def test_an_example_is_answered(api: Api, monkeypatch: pytest.MonkeyPatch, operation: Operation) -> None:
    reachable(monkeypatch)
    ids = ONE_OF_EACH.in_place(api)
    path = with_ids(operation.path, {name: ids[name] for name in things_in(operation.path)})
    reply = api.call(operation.method, path, FULL_KEY, **sample_request(api, operation))
    expected = REFUSED.get(name_of(operation))
    assert reply.status_code == expected if expected else reply.status_code < 400, reply.text
