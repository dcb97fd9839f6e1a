"""What a compatible server says of itself: which program it is, its context and its slots."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Final

from fourfold.models.compatible_address import root_of
from fourfold.models.deadline import within

# Asks one address of the server within the given seconds: method, URL, JSON body. Raises where there is no JSON.
Fetch = Callable[[str, str, Mapping[str, Any] | None, float], Any]

LEAST_ANSWER: Final = 256
_PROBE_S, _ALL_PROBES_S = 2.0, 4.0
# Of a server that does not answer, by the names of the client's exceptions.
_GONE: Final = frozenset({"ConnectError", "ConnectTimeout", "ReadTimeout", "CallTimeoutError"})
# Seconds after which a server that did not answer is asked about itself again.
ASK_AGAIN_S: Final = 30.0
_MANY_SLOTS: Final = 64
_LONGEST_CONTEXT: Final = 100_000_000
_CONTEXT_WORDS: Final = re.compile(r"context|n_ctx|max_model_len|(?:prompt|input) is too long|too many tokens")
_CONTEXT_NUMBER: Final = re.compile(
    r"(?:context(?: window)? (?:length|size|window)|n_ctx|max_model_len|maximum context)"
    r"[^0-9]{0,60}?([0-9][0-9,_]{2,9})"
)


@dataclass(frozen=True, slots=True)
class ServerFacts:
    """What is known of a server. `context` is in tokens of one slot; None for what it does not say.

    `answered` is False for a server that did not respond in time: it may do so later.
    """

    kind: str = ""
    context: int | None = None
    slots: int | None = None
    models: tuple[str, ...] = ()
    answered: bool = True

    def longer_context(self, tokens: int) -> str:
        """How to start the server with room for `tokens`."""
        wanted = 1 << max(13, (tokens - 1).bit_length())  # a step's prompt and its answer need some 4,500
        slots = f" (llama.cpp splits it over its {self.slots} slots: -c {wanted * self.slots})" if self.slots else ""
        return {
            "llama.cpp": f"Start the server with -c {wanted}{slots}.",
            "ollama": f"Start the server with OLLAMA_CONTEXT_LENGTH={wanted}.",
            "vllm": f"Start the server with --max-model-len {wanted}.",
            "lm studio": f"Load the model with a context of {wanted} tokens.",
        }.get(
            self.kind,
            f"Start the server with a context of {wanted} tokens "
            f"(llama.cpp: -c {wanted}; Ollama: OLLAMA_CONTEXT_LENGTH={wanted}; vLLM: --max-model-len {wanted}).",
        )


def server_facts(url: str, model: str, fetch: Fetch) -> ServerFacts:
    """Asks the server at the base URL `url` about itself, for at most some seconds; what fails is left out."""
    facts = ServerFacts()
    ends = time.monotonic() + _ALL_PROBES_S
    root = root_of(url)
    for method, address, body, read in (
        ("GET", f"{url}/models", None, _from_models),
        ("GET", f"{root}/props", None, _from_props),
        ("GET", f"{root}/api/ps", None, _from_ollama_running),
        ("POST", f"{root}/api/show", {"model": model}, _from_ollama_model),
        ("GET", f"{root}/api/v0/models", None, _from_lm_studio),
    ):
        seconds = min(ends - time.monotonic(), _PROBE_S)
        if _is_complete(facts):
            break
        if seconds <= 0:
            return replace(facts, answered=False)
        try:
            # By the clock as well: a body that drips keeps the client's own timeout from ending the request.
            reply = within(seconds, partial(fetch, method, address, body, seconds))
            facts = read(facts, reply, model)
        except Exception as error:  # noqa: BLE001 - an endpoint that a server lacks, in whatever way it says so
            if type(error).__name__ in _GONE:
                return replace(facts, answered=False)  # the call itself will give the reason
    return facts


def _is_complete(facts: ServerFacts) -> bool:
    return facts.context is not None and (facts.slots is not None or facts.kind not in {"", "llama.cpp"})


def context_in(words: str) -> int | None:
    """The context's size in a server's complaint about a prompt that is too long; 0 if it names none.

    None: the complaint is about something else.
    """
    words = words.casefold()
    if not _CONTEXT_WORDS.search(words):
        return None
    found = _CONTEXT_NUMBER.search(words)
    return 0 if found is None else int(found[1].replace(",", "").replace("_", ""))


def _from_models(facts: ServerFacts, reply: Any, model: str) -> ServerFacts:  # noqa: ANN401 - a JSON value
    entries = [entry for entry in _entries(reply, "data") if isinstance(entry.get("id"), str)]
    facts = replace(facts, models=tuple(entry["id"] for entry in entries)[:20])
    entry = next((entry for entry in entries if entry["id"] == model), entries[0] if len(entries) == 1 else {})
    owner = str(entry.get("owned_by", "")).casefold()
    kind = {"llamacpp": "llama.cpp", "vllm": "vllm", "library": "ollama"}.get(owner, "")
    meta = entry.get("meta")
    sizes = (entry.get(name) for name in ("max_model_len", "context_length", "context_window", "max_context_length"))
    size = next(filter(None, map(_size, sizes)), None) or _size(meta.get("n_ctx") if isinstance(meta, dict) else None)
    return replace(facts, kind=kind, context=size)


def _from_props(facts: ServerFacts, reply: Any, _model: str) -> ServerFacts:  # noqa: ANN401
    settings = reply.get("default_generation_settings") or {}
    context = _size(settings.get("n_ctx") or reply.get("n_ctx"))
    slots = reply.get("total_slots")
    known = isinstance(slots, int) and 0 < slots <= _MANY_SLOTS
    if context is None and not known:
        return facts
    return replace(facts, kind="llama.cpp", context=context or facts.context, slots=slots if known else None)


def _from_ollama_running(facts: ServerFacts, reply: Any, model: str) -> ServerFacts:  # noqa: ANN401
    running = next(
        (entry for entry in _entries(reply, "models") if model in {entry.get("name"), entry.get("model")}), {}
    )
    return replace(facts, kind="ollama", context=_size(running.get("context_length")) or facts.context)


def _from_ollama_model(facts: ServerFacts, reply: Any, _model: str) -> ServerFacts:  # noqa: ANN401
    """The context the model is started with, if its file sets one; else the greatest it was trained for."""
    set_to = re.search(r"\bnum_ctx\s+(\d{3,9})", str(reply.get("parameters", "")))
    info = reply.get("model_info")
    trained = next((size for name, size in info.items() if name.endswith(".context_length")), None) if info else None
    size = _size(int(set_to[1])) if set_to else _size(trained)
    return facts if size is None else replace(facts, kind="ollama", context=facts.context or size)


def _from_lm_studio(facts: ServerFacts, reply: Any, model: str) -> ServerFacts:  # noqa: ANN401
    entry = next(entry for entry in _entries(reply, "data") if entry.get("id") == model)
    size = _size(entry.get("loaded_context_length")) or _size(entry.get("max_context_length"))
    return replace(facts, kind="lm studio", context=size)


def _entries(reply: Any, name: str) -> Iterator[dict[str, Any]]:  # noqa: ANN401
    yield from (entry for entry in reply[name] if isinstance(entry, dict))


def _size(value: object) -> int | None:
    is_size = isinstance(value, int) and not isinstance(value, bool) and LEAST_ANSWER <= value <= _LONGEST_CONTEXT
    return value if is_size else None  # type: ignore[return-value]
