"""Whatever is wrong with a server's address, key, model or answers: one clear sentence, in time, and its cost."""

from __future__ import annotations

import re
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import parse_headers
from typing import Any

import pytest

from fourfold.config.models import ModelConfig
from fourfold.llm.fallback import Deadline
from fourfold.llm.port import ChatMessage, ModelError, ModelFailure
from fourfold.models import resolve_chat
from fourfold.voice.chat_turn import ChatTurn, ask
from tests.providers.behaviours import CASES, Fails, answer, non_json_200
from tests.providers.server import ProviderServer
from tests.providers.setting import reached_by_all
from tests.providers.wires import Fault, Provider

MODEL = "llama3.1:8b"
SECRET = "What did the tinsmith of Zzyzx leave behind?"
DEADLINE_S, CALL_S = 12.0, 1
SLACK_S = 10  # for a busy machine: without a deadline the wait is minutes or has no end
# One sentence for what happened: no line ends, no markup, and not a page of it.
SENTENCE = re.compile(r"[^\n<>]{20,500}[.!?]")


@dataclass(frozen=True)
class Bad:
    """A way to be wrong, and what is said of it. `worked`: the server may have worked, so the prompt is in the cost."""

    failure: ModelFailure
    reason: str
    advice: str
    behaviour: Any = None
    facts: dict[str, Any] | None = None
    address: Callable[[], str] | None = None
    key: str = ""
    worked: bool = False


def _refused() -> str:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{taken.getsockname()[1]}/v1"


NO_SUCH_MODEL = Fails(dict.fromkeys(Provider, Fault(404, "api_error", f"model '{MODEL}' not found, try pulling it")))
TOO_SMALL = {"/props": {"default_generation_settings": {"n_ctx": 256}, "total_slots": 1}}
BASE_URL = "FOURFOLD_COMPATIBLE_BASE_URL"

BAD = {
    "nothing listens there": Bad(ModelFailure.UNREACHABLE, "Connection refused", BASE_URL, address=_refused),
    "no address": Bad(ModelFailure.BAD_REQUEST, "holds no address", BASE_URL, address=lambda: "http://a b c/v1"),
    "another program": Bad(
        ModelFailure.BAD_REQUEST, "answered 404", "/v1", behaviour=Fails(dict.fromkeys(Provider, Fault(404, "x", "no")))
    ),
    "an unknown model": Bad(ModelFailure.BAD_REQUEST, "not found", f"ollama pull {MODEL}", behaviour=NO_SUCH_MODEL),
    "a context too small": Bad(ModelFailure.BAD_REQUEST, "context has 256", "-c 8192", facts=TOO_SMALL),
    "a key on two lines": Bad(
        ModelFailure.AUTHENTICATION, "FOURFOLD_COMPATIBLE_API_KEY", "on one line", key="sk-secret\nsk-secret"
    ),
    "it hangs": Bad(
        ModelFailure.TIMEOUT, "no whole answer within 1 s", "engine.chat.timeout_s", CASES["timeout"](), worked=True
    ),
    "it drips": Bad(ModelFailure.TIMEOUT, "within 1 s", "engine.chat.timeout_s", CASES["drip"](), worked=True),
    "it answers HTML": Bad(ModelFailure.SERVER_ERROR, "a web page", "address", non_json_200("text/html"), worked=True),
}


@pytest.mark.parametrize("bad", BAD.values(), ids=BAD.keys())
def test_it_ends_in_one_clear_sentence_in_time(bad: Bad) -> None:
    with ProviderServer(bad.behaviour or answer(), facts=bad.facts) as server, _reached(server) as patch:
        if bad.address is not None:
            patch.setenv(BASE_URL, bad.address())
        if bad.key:
            patch.setenv("FOURFOLD_COMPATIBLE_API_KEY", bad.key)
        _is_clear(_asked(), bad)


def test_a_server_that_closes_every_connection_does_too() -> None:
    with _closing_server() as url, ProviderServer() as server, _reached(server) as patch:
        patch.setenv(BASE_URL, url)
        _is_clear(_asked(), Bad(ModelFailure.UNREACHABLE, "disconnected", BASE_URL, worked=True))


@contextmanager
def _reached(server: ProviderServer) -> Iterator[pytest.MonkeyPatch]:
    """Every adapter calls `server`; what the patch changes is put back before the addresses are."""
    with reached_by_all(server), pytest.MonkeyPatch.context() as patch:
        yield patch


def _asked() -> ModelError:
    """What a chat turn of a persona fails with, within its deadline and what a busy machine adds."""
    turn = ChatTurn("You are Ana.", (ChatMessage("user", SECRET),))
    config = ModelConfig(model=f"compatible:{MODEL}", timeout_s=5).model_copy(update={"timeout_s": CALL_S})
    began = time.monotonic()
    deadline = Deadline(began + DEADLINE_S, sleep=lambda _seconds: None)
    with pytest.raises(ModelError) as caught:
        ask(turn, [resolve_chat(config.model)], config, deadline)
    assert time.monotonic() - began < DEADLINE_S + SLACK_S
    return caught.value


def _is_clear(error: ModelError, bad: Bad) -> None:
    assert error.failure is bad.failure
    assert bad.reason in error.reason
    assert bad.advice in error.advice
    assert SENTENCE.fullmatch(error.reason), error.reason
    assert "\n" not in error.advice
    assert "Zzyzx" not in str(error)
    assert "sk-secret" not in str(error)
    assert error.calls
    for call in error.calls:
        assert (call.tokens.input_tokens > 0) is bad.worked


@contextmanager
def _closing_server() -> Iterator[str]:
    """Accepts connections, reads a request whole, and closes them: what is unread would make the close a reset."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            while True:
                try:
                    connection, _ = listener.accept()
                except OSError:
                    return
                with connection, connection.makefile("rb") as received:
                    received.readline()
                    received.read(int(parse_headers(received).get("Content-Length", "0")))

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}/v1"
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            thread.join()
