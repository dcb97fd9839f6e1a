"""Any server that speaks OpenAI's chat completions: Ollama, vLLM, llama.cpp and the like, at a base URL.

What such a server takes differs from program to program and from model to model, so it is learnt: the strongest form is
sent first, and a refusal that names a parameter leads to the next form. The form that succeeded is kept for the life of
the process (decision 41).
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Mapping
from dataclasses import replace
from functools import cached_property
from http import HTTPStatus
from threading import Lock
from typing import Any, Final

import openai

from fourfold.llm.port import ChatRequest, ModelError, ModelFailure, ModelRequest, OnText
from fourfold.models.compatible_address import BadAddressError, base_url, is_own
from fourfold.models.compatible_body import notes_of, prompt_size, request_body
from fourfold.models.compatible_dialect import Dialect, Refusal, adapted
from fourfold.models.compatible_faults import advised, names_no_model, told_context
from fourfold.models.compatible_reply import Reply, read_stream, read_whole
from fourfold.models.compatible_server import ASK_AGAIN_S, LEAST_ANSWER, ServerFacts, context_in, server_facts
from fourfold.models.credentials import COMPATIBLE_KEY, COMPATIBLE_URL, clean_key
from fourfold.models.openai_faults import openai_fault
from fourfold.models.provider import Fault, ProviderModel, UnreadableReplyError, WireAnswer
from fourfold.models.provider_words import message_in
from fourfold.models.usage import BYTES_PER_TOKEN

# Each refusal rules out one form of a request; more than these there are not.
_MOST_FORMS: Final = 10
_READ: Final = 2_000
_MAX_FACTS: Final = 1_000_000
# Ollama, LM Studio and vLLM do not say; more calls at a time would wait in the server, against their timeouts.
LOCAL_SLOTS: Final = 2
# How far a count of bytes may be off, before and after the server has counted a prompt of its own.
_DOUBT, _LESS_DOUBT = 0.8, 0.97
# Of a shorter prompt, many of the counted tokens are the chat template's: its ratio would refuse long prompts that fit.
_LEAST_SAMPLE_BYTES: Final = 2_000


class CompatibleWire:
    """`compatible:<model>` at `FOURFOLD_COMPATIBLE_BASE_URL` (such as http://127.0.0.1:11434/v1).

    Local servers need no key; `FOURFOLD_COMPATIBLE_API_KEY` is for those that do.
    """

    provider = "compatible"

    def __init__(self, model: str) -> None:
        self.model = model
        self._dialect = Dialect()
        self._facts: ServerFacts | None = None
        self._ask_again_at = 0.0
        self._bytes_per_token: float | None = None
        self._lock = Lock()

    @cached_property
    def _http(self) -> openai.DefaultHttpxClient:
        return openai.DefaultHttpxClient()

    @cached_property
    def _client(self) -> openai.OpenAI:
        return compatible_client(self._http)

    @property
    def address(self) -> str:
        """The base URL requests go to."""
        return str(self._client.base_url).rstrip("/")

    @property
    def dialect(self) -> Dialect:
        """What the server is known to take."""
        return self._dialect

    def facts(self) -> ServerFacts:
        """What the server says of itself. It is asked once; while it does not answer, again after some seconds."""
        with self._lock:
            if self._facts is None or (not self._facts.answered and time.monotonic() >= self._ask_again_at):
                self._facts = server_facts(self.address, self.model, self._fetch)
                self._ask_again_at = time.monotonic() + ASK_AGAIN_S
            return self._facts

    def ask(self, request: ModelRequest) -> WireAnswer:
        """One answer; a request that the server refuses for its form is sent again in another."""
        if request.repair is not None and not self._fits(prompt_size(request)):
            # Without the answer that was wrong: the problems say what to mend.
            request = replace(request, repair=replace(request.repair, answer=""))
        reply, notes = self._sent(request, None)
        return reply.answered(reply.message.answer(), notes)

    def reply(self, request: ChatRequest, on_text: OnText | None) -> WireAnswer:
        """One turn in plain text."""
        reply, notes = self._sent(request, on_text)
        return reply.answered(reply.message.speech(), notes)

    def slots(self) -> int | None:
        """What the server says; else two for a machine of one's own, and no limit for a public address."""
        if (said := self.facts().slots) is not None:
            return said
        return LOCAL_SLOTS if is_own(self.address) else None

    def fault(self, error: Exception) -> Fault | None:
        """What an exception of the SDK means, and what to do about it."""
        fault = openai_fault(error)
        return None if fault is None else advised(fault, self.model, self._facts or ServerFacts())

    def _sent(self, request: ModelRequest | ChatRequest, on_text: OnText | None) -> tuple[Reply, tuple[str, ...]]:
        """The reply to the first form of the request that the server takes, streamed if it can be.

        A stream shows how much was written of an answer that is cut off, and a server notices that a stream is left:
        it stops, and its slot is free.
        """
        dialect, size = self._dialect, prompt_size(request)
        for _ in range(_MOST_FORMS):
            room = self._room(size, min(request.max_tokens, dialect.max_output or request.max_tokens))
            body = request_body(self.model, request, dialect, room)
            try:
                reply = self._posted(body, request, on_text)
            except openai.APIStatusError as error:
                following = self._after(error, dialect, body, size)
                if following is None:
                    raise
                dialect = following
                continue
            self._dialect = dialect
            if reply.prompt_tokens and size >= _LEAST_SAMPLE_BYTES:
                self._bytes_per_token = size / reply.prompt_tokens
            return reply, notes_of(request, body)
        raise UnreadableReplyError("the server refuses every form of the request")

    def _after(
        self, error: openai.APIStatusError, dialect: Dialect, body: Mapping[str, Any], size: int
    ) -> Dialect | None:
        """The dialect to try after a refusal; None where no other form helps.

        Raises:
            ModelError: BAD_REQUEST, the prompt does not fit the server's context.
        """
        words = message_in(error.body) or error.response.text[:_READ]
        if error.status_code == HTTPStatus.NOT_FOUND or names_no_model(error.status_code, words, self.model):
            self.facts()
            return None
        context = told_context(error.body) or context_in(words)
        if context is None or error.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR:
            return adapted(dialect, Refusal(error.status_code, words, frozenset(body)))
        asked = body[dialect.limit]
        self._facts = replace(self.facts(), context=context or self.facts().context, answered=True)
        if context and self._room(size, asked) < asked:
            return dialect  # with a shorter answer it may fit
        advice = self._facts.longer_context(size // BYTES_PER_TOKEN + asked)
        reason = f"compatible:{self.model} at {self.address}: the prompt does not fit the server's context"
        raise ModelError(
            ModelFailure.BAD_REQUEST, f"{reason}{f' of {context:,} tokens' if context else ''}.", advice=advice
        )

    def _posted(self, body: dict[str, Any], request: ModelRequest | ChatRequest, on_text: OnText | None) -> Reply:
        completions = self._client.chat.completions.with_streaming_response
        with completions.create(**body, timeout=request.timeout_s) as response:
            if body.get("stream"):
                return read_stream(response.iter_lines(), on_text, request.on_progress)
            return read_whole(response.iter_bytes())

    def _room(self, size: int, wanted: int) -> int:
        """Tokens for the answer: as many as wanted, as far as prompt and answer fit the context.

        Raises:
            ModelError: BAD_REQUEST, they do not fit.
        """
        facts = self.facts()
        if facts.context is None:
            return wanted
        tokens = size / (self._bytes_per_token or BYTES_PER_TOKEN)
        doubt = _LESS_DOUBT if self._bytes_per_token else _DOUBT
        if tokens * doubt + LEAST_ANSWER > facts.context:
            raise ModelError(
                ModelFailure.BAD_REQUEST,
                f"compatible:{self.model} at {self.address}: the prompt needs about {round(tokens):,} tokens and the "
                f"answer {LEAST_ANSWER} or more; the server's context has {facts.context:,}.",
                advice=facts.longer_context(round(tokens) + wanted),
            )
        return max(LEAST_ANSWER, min(wanted, facts.context - round(tokens / doubt)))

    def _fits(self, size: int) -> bool:
        try:
            self._room(size, LEAST_ANSWER)
        except ModelError:
            return False
        return True

    def _fetch(self, method: str, url: str, body: Mapping[str, Any] | None, seconds: float) -> Any:  # noqa: ANN401
        """The JSON at a URL, read in pieces: an endless body is given up after its first megabyte."""
        headers = {"authorization": f"Bearer {self._client.api_key}"}
        with self._http.stream(method, url, json=body, headers=headers, timeout=seconds) as response:
            response.raise_for_status()
            content = b""
            for piece in response.iter_bytes():
                content += piece
                if len(content) > _MAX_FACTS:
                    raise UnreadableReplyError
        return json.loads(content)


def compatible_client(http: openai.DefaultHttpxClient | None = None) -> openai.OpenAI:
    """A client of the server the environment names, over `http` or connections of its own.

    Raises:
        ModelError: AUTHENTICATION, it names none; BAD_REQUEST, its address is none.
    """
    typed = os.environ.get(COMPATIBLE_URL, "")
    if not typed.strip():
        raise ModelError(
            ModelFailure.AUTHENTICATION, "There is no address of a compatible server.", advice=f"Set {COMPATIBLE_URL}."
        )
    try:
        url = base_url(typed)
    except BadAddressError as error:
        raise ModelError(
            ModelFailure.BAD_REQUEST,
            f"{COMPATIBLE_URL} holds no address: {error}.",
            advice=f"Set {COMPATIBLE_URL} to something like http://127.0.0.1:11434/v1.",
        ) from None
    key = clean_key(os.environ.get(COMPATIBLE_KEY, ""), COMPATIBLE_KEY) or "none"
    return openai.OpenAI(api_key=key, base_url=url, max_retries=0, http_client=http)


def compatible_model(model: str) -> ProviderModel:
    """The model `compatible:<model>`."""
    return ProviderModel(CompatibleWire(model))
