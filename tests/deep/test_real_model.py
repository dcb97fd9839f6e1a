"""The product against a real model with its grammar: the words are poor, the plumbing must be perfect."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel

from fourfold.config.presets import default_config
from fourfold.llm.answer_reader import read_answer
from fourfold.llm.port import ChatMessage, ChatRequest, Completion, ModelError, ModelFailure, ModelRequest
from fourfold.models import adapter, resolve, resolve_chat
from fourfold.models.provider import ProviderModel
from fourfold.models.schema import enforced_schema, written_schema
from tests.builders import ALL_STEPS, ScriptedModel, new_state, stepped
from tests.deep.real_model import MODEL, RealServer, is_installed, real_server
from tests.deep.real_product import HONEST, OWN_FAILURES, STEP_ROOM, calls_in, product_on

pytestmark = [
    pytest.mark.deep(part="real"),
    pytest.mark.timeout(1800),
    pytest.mark.skipif(not is_installed(), reason="the packages of the group `deep` are not installed"),
]

NAME = f"compatible:{MODEL}"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RealServer]:
    with real_server(tmp_path_factory.mktemp("llama") / "server.log") as up, pytest.MonkeyPatch.context() as patch:
        patch.setenv("FOURFOLD_COMPATIBLE_BASE_URL", up.url)
        adapter.cache_clear()
        yield up
    adapter.cache_clear()


def _state_before(number: int) -> Any:
    state = new_state(config=default_config([NAME]))
    for step in ALL_STEPS[:number]:
        state = stepped(step, state, ScriptedModel()).state
    return state


@pytest.mark.usefixtures("server")
def test_what_the_server_says_of_itself_is_known() -> None:
    model = adapter(NAME)
    assert isinstance(model, ProviderModel)
    assert model.wire.slots() == 2
    resolve_chat(NAME).reply(ChatRequest("Be brief.", (ChatMessage("user", "Hello?"),), 256, 300.0))


@pytest.mark.usefixtures("server")
@pytest.mark.parametrize("number", range(len(ALL_STEPS)))
def test_every_schema_is_a_grammar_that_is_kept(number: int) -> None:
    """An answer that ended by itself is valid at the first reading; one that was cut off says so."""
    step = ALL_STEPS[number]
    request = replace(step.request(_state_before(number)), max_tokens=STEP_ROOM, timeout_s=420.0)
    completion = _completed(request)
    if isinstance(completion, ModelError):
        assert completion.failure is ModelFailure.TRUNCATED
        assert completion.spent.usage.output_tokens == STEP_ROOM
        return
    read = read_answer(step.output_type, completion.text)
    assert {fault.reason for fault in read.faults} <= {"Value error, minimum must not exceed maximum"} | _BEYOND_GRAMMAR
    assert not completion.usage.estimated


def _completed(request: ModelRequest) -> Completion | ModelError:
    try:
        return resolve(NAME).complete(replace(request, on_progress=lambda _tokens: None))
    except ModelError as error:
        return error


# What no grammar can say: rules over several fields, and blanks that count as a character.
_BEYOND_GRAMMAR = {
    "Value error, each value may be named once",
    'Value error, the value of surface.age is a whole number written in digits, such as "34"',
    "String should have at least 1 character",
}


def test_tokens_are_those_the_server_counted(server: RealServer) -> None:
    messages = (ChatMessage("user", "Name three fruits."),)
    completion = resolve_chat(NAME).reply(ChatRequest("Be brief.", messages, 256, 300.0))
    body = {
        "model": MODEL,
        "messages": [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Name three fruits."}],
        "max_tokens": 256,
    }
    counted = server.chat(body)["usage"]
    assert completion.usage.input_tokens + completion.usage.cache_read_tokens == counted["prompt_tokens"]
    assert abs(completion.usage.output_tokens - server.tokens_in(completion.text)) <= 2


@pytest.mark.usefixtures("server")
def test_a_prompt_that_does_not_fit_is_not_sent() -> None:
    flood = ChatRequest("x", (ChatMessage("user", "word " * 60_000),), 256, 300.0)
    began = time.monotonic()
    with pytest.raises(ModelError) as caught:
        resolve_chat(NAME).reply(flood)
    assert caught.value.failure is ModelFailure.BAD_REQUEST
    assert "8,192" in caught.value.reason
    assert "-c" in caught.value.advice
    assert time.monotonic() - began < 5


def test_prompts_fit_a_slot(server: RealServer) -> None:
    for number, step in enumerate(ALL_STEPS):
        output_type: type[BaseModel] = step.output_type
        request: ModelRequest = step.request(_state_before(number))
        text = "\n".join([request.system, request.task, written_schema(output_type)])
        text += "\n".join(block.text() for block in request.context)
        assert server.tokens_in(text) + 1024 < 8192, step.name
        assert json.dumps(enforced_schema(output_type))


def test_a_persona_is_written_or_its_run_fails_honestly(server: RealServer, tmp_path: Path) -> None:
    """Every step of a run: no failure of our own, and every token the server wrote is in the cost."""
    before = server.written()
    with product_on(server, tmp_path / "home") as product:
        run = product.create()
    calls = calls_in(run)
    assert calls
    assert not {call["failure"] for call in calls} & {failure.value for failure in OWN_FAILURES}
    assert run["status"] == "completed" or run["error"]["code"] in HONEST
    assert not run["usage"]["tokens"]["estimated"]
    assert run["usage"]["tokens"]["output_tokens"] == server.written() - before
