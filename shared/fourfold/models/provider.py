"""What all adapters share: the call bounded by the clock, its cost, and failures in one vocabulary."""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import partial
from http import HTTPStatus
from json import JSONDecodeError
from math import isfinite
from typing import Generic, Protocol, TypeVar

from fourfold.errors import FourfoldError
from fourfold.llm.port import (
    ChatRequest,
    Completion,
    ModelError,
    ModelFailure,
    ModelRequest,
    OnProgress,
    OnText,
    Spent,
)
from fourfold.llm.reasoning import without_reasoning
from fourfold.models.credentials import api_key
from fourfold.models.deadline import CallTimeoutError, within
from fourfold.models.prices import cost_usd
from fourfold.models.prompt import input_bytes, material
from fourfold.models.provider_words import keys_in, shown
from fourfold.models.slots import NoSlotError, Slots
from fourfold.models.temperature import sendable
from fourfold.models.usage import BYTES_PER_TOKEN, ReportedUsage

Client = TypeVar("Client")

logger = logging.getLogger(__name__)

_LEAST_S = 1.0
# What a client raises before a request has left the machine, by name: the SDKs bring clients of their own.
_NEVER_SENT = frozenset(
    {"ConnectError", "ConnectTimeout", "PoolTimeout", "ProxyError", "LocalProtocolError", "UnsupportedProtocol"}
    | {"EndpointConnectionError", "ConnectTimeoutError", "ProxyConnectionError"}
)
# What they raise while a response is read, which not every SDK translates.
_READ_TIMEOUTS = frozenset({"ReadTimeout", "ReadTimeoutError", "WriteTimeout"})
_LOST_CONNECTIONS = frozenset({"ReadError", "RemoteProtocolError", "IncompleteRead", "ResponseStreamingError"})


@dataclass(frozen=True, slots=True)
class WireAnswer:
    """What came over the wire: the answer's text, its usage, and `failure` if it is not a full answer.

    `notes` name what of the request was not sent as asked.
    """

    text: str
    usage: ReportedUsage
    failure: ModelFailure | None = None
    notes: tuple[str, ...] = ()

    @property
    def is_cut_speech(self) -> bool:
        """Whether it is the beginning of a chat reply that reached its greatest length, and not only reasoning."""
        return self.failure is ModelFailure.TRUNCATED and bool(without_reasoning(self.text))


class UnreadableReplyError(FourfoldError):
    """A success that is not what the provider's API answers with; `words` are those of the reply."""

    def __init__(self, words: str = "") -> None:
        super().__init__("not the provider's API")
        self.words = words


@dataclass(frozen=True, slots=True)
class Fault:
    """What an SDK's exception means. `billed`: the provider may have worked before it failed.

    `status` is the HTTP status and `words` the provider's own message, both as they came; `advice` says what to do
    where the general advice for `failure` is not enough.
    """

    failure: ModelFailure
    retry_after_s: float | None = None
    billed: bool = False
    status: int | None = None
    words: str = ""
    advice: str = ""


class Wire(Protocol):
    """One provider's SDK, as thin as it can be."""

    provider: str
    model: str

    @property
    def address(self) -> str:
        """The base URL requests go to; empty where it is not known."""

    def ask(self, request: ModelRequest) -> WireAnswer:
        """One call with no retries, with the temperature as it is; raises what the SDK raises, or ModelError."""

    def reply(self, request: ChatRequest, on_text: OnText | None) -> WireAnswer:
        """The same for a chat turn; with `on_text` as a stream."""

    def fault(self, error: Exception) -> Fault | None:
        """What the exception means, or None for one that is not the provider's."""

    def slots(self) -> int | None:
        """How many calls the provider works on at a time; None where there is no such number."""


_Asked = ModelRequest | ChatRequest


class _Relay:
    """Passes pieces and progress on until it is closed: a call that was given up may still receive some.

    What a receiver of progress raises ends the call; `raised` keeps it for the caller's thread.
    """

    def __init__(self, on_text: OnText | None, on_progress: OnProgress | None) -> None:
        self._on_text = on_text
        self._on_progress = on_progress
        self._open = True
        self._lock = threading.Lock()
        self._tokens = self._bytes = 0
        self.raised: FourfoldError | None = None

    @property
    def received(self) -> int:
        """Bytes of the answer so far: of its pieces, or of as many tokens as there were, reasoning among them."""
        return max(self._bytes, self._tokens * BYTES_PER_TOKEN)

    def text(self, piece: str) -> None:
        with self._lock:
            if not self._open:
                raise CallTimeoutError  # no one waits for the rest: its thread and its connection end here
            self._bytes += _bytes(piece)
            if piece and self._on_text is not None:
                self._on_text(piece)

    def progress(self, tokens: int) -> None:
        with self._lock:
            if not self._open:
                raise CallTimeoutError
            self._tokens = tokens
            if self._on_progress is None:
                return
            try:
                self._on_progress(tokens)
            except FourfoldError as stop:
                self.raised = stop
                raise
            except Exception as error:  # noqa: BLE001 - a display that fails must not cost the answer
                logger.warning("progress was not taken: %s", type(error).__name__)

    def close(self) -> None:
        with self._lock:
            self._open = False


class ProviderModel:
    """A language model behind a wire."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire
        self._slots: Slots | None = None
        self._lock = threading.Lock()

    @property
    def name(self) -> str:
        """`provider:model`."""
        return f"{self._wire.provider}:{self._wire.model}"

    @property
    def wire(self) -> Wire:
        """The provider's SDK."""
        return self._wire

    def complete(self, request: ModelRequest) -> Completion:
        """Answers once.

        Raises:
            ModelError: no usable answer; usage and cost are those of the failed call.
        """
        request, notes = sendable(self.name, request)
        relay = _Relay(None, request.on_progress)
        request = replace(request, on_progress=relay.progress)
        answer = self._called(request, partial(self._wire.ask, request), relay)
        spent = self._spent_on(request, answer)
        if answer.failure is not None:
            raise self._unusable(answer.failure, spent)
        return self._completion(answer, spent, notes)

    def reply(self, request: ChatRequest, on_text: OnText | None = None, /) -> Completion:
        """Answers a turn of a chat once.

        Raises:
            ModelError: no usable answer; usage and cost are those of the failed call.
        """
        request, notes = sendable(self.name, request)
        relay = _Relay(on_text, request.on_progress)
        request = replace(request, on_progress=relay.progress)
        streamed = None if on_text is None else relay.text
        answer = self._called(request, partial(self._wire.reply, request, streamed), relay)
        spent = self._spent_on(request, answer)
        if answer.failure is not None and not answer.is_cut_speech:
            raise self._unusable(answer.failure, spent)
        return replace(self._completion(answer, spent, notes), truncated=answer.failure is not None)

    def _called(self, request: _Asked, call: Callable[[], WireAnswer], relay: _Relay) -> WireAnswer:
        """What came over the wire, within the request's time.

        Raises:
            ModelError: nothing came, or not all of it; its cost counts what was received.
            FourfoldError: a receiver of progress ended the call.
        """
        try:
            with self._slot(request) as timeout_s:
                return within(timeout_s, call)
        except CallTimeoutError:
            relay.close()
            fault = Fault(ModelFailure.TIMEOUT, billed=True, words=_overdue(request))
            raise self._error(request, fault, relay.received) from None
        except ModelError:
            raise
        except Exception as error:  # noqa: BLE001 - SDKs trip over odd replies in ways of their own; none may end a run
            if relay.raised is not None:
                raise relay.raised from None
            # Not chained: an SDK's exception holds the request, and with it the brief.
            raise self._error(request, self._meaning(error), relay.received) from None
        finally:
            relay.close()

    def _spent_on(self, request: _Asked, answer: WireAnswer) -> Spent:
        return self._spent(request, answer.usage, _bytes(answer.text))

    def _unusable(self, failure: ModelFailure, spent: Spent) -> ModelError:
        reason = f"{self.name} {_ENDINGS.get(failure, 'gave no usable answer')}."
        return ModelError(failure, reason, spent=spent)

    def _completion(self, answer: WireAnswer, spent: Spent, notes: tuple[str, ...]) -> Completion:
        provider, model = self._wire.provider, self._wire.model
        return Completion(answer.text, provider, model, spent.usage, spent.cost_usd, (*notes, *answer.notes))

    @contextmanager
    def _slot(self, request: _Asked) -> Iterator[float]:
        """A slot of the provider, and the seconds the call may take; waiting for one does not count against them.

        Raises:
            ModelError: TIMEOUT, no slot was free in time; nothing was sent.
        """
        slots = self._limit()
        if slots is None:
            yield request.timeout_s
            return
        began = time.monotonic()
        left = request.timeout_s if request.left_s is None else request.left_s
        try:
            with slots.taken(left):
                yield max(_LEAST_S, min(request.timeout_s, left - (time.monotonic() - began)))
        except NoSlotError:
            reason = f"{self.name} had no free slot for {left:.0f} s: its other calls took all the time."
            raise ModelError(ModelFailure.TIMEOUT, reason) from None

    def _limit(self) -> Slots | None:
        with self._lock:
            if self._slots is None and (count := self._wire.slots()) is not None:
                self._slots = Slots(f"{self.name} at {self._wire.address}", count)
            return self._slots

    def _meaning(self, error: Exception) -> Fault:
        if isinstance(error, UnreadableReplyError):
            advice = "Check its address: a proxy or another program seems to have answered."
            return Fault(ModelFailure.SERVER_ERROR, billed=True, words=error.words or _NOT_ITS_API, advice=advice)
        fault = None if isinstance(error, JSONDecodeError) else self._wire.fault(error) or _connection_fault(error)
        if fault is None:
            # A success that is not the provider's, or not as it should be: something in between answered, or broke.
            logger.warning("unreadable reply from %s: %s", self.name, type(error).__name__)
            return Fault(ModelFailure.SERVER_ERROR, billed=True, words=_NOT_ITS_API)
        return replace(fault, billed=False) if _never_sent(error) else fault

    def _spent(self, request: _Asked, usage: ReportedUsage, answer_bytes: int) -> Spent:
        used = usage.completed(input_bytes(request), answer_bytes)
        return Spent(used, cost_usd(self._wire.provider, self._wire.model, used))

    def _error(self, request: _Asked, fault: Fault, received: int) -> ModelError:
        spent = Spent()
        if fault.billed:
            spent = self._spent(request, ReportedUsage(), received)
        return ModelError(
            fault.failure,
            self._reason(fault, request),
            advice=fault.advice,
            spent=spent,
            retry_after_s=fault.retry_after_s,
        )

    def _reason(self, fault: Fault, request: _Asked) -> str:
        """What happened in one sentence: the model, its address, the status and the provider's words."""
        address = shown(self._wire.address, (), ())
        said = shown(fault.words, material(request), keys_in(os.environ))
        if not said and fault.failure is ModelFailure.TIMEOUT and fault.status is None:
            said = _overdue(request)  # an SDK's own timeout has no words
        status = "" if fault.status is None else f" answered {fault.status}"
        where = f"{self.name}{f' at {address}' if address else ''}{status}"
        what = f": {said}" if said else f": {fault.failure.replace('_', ' ')}"
        return f"{where}{what}" + ("" if said.endswith((".", "!", "?")) else ".")


CUT_OFF = "the stream ended before the answer did"
_NOT_ITS_API = "the reply was not what the provider's API answers with"
_ENDINGS = {
    ModelFailure.REFUSED: "refused to answer",
    ModelFailure.TRUNCATED: "was cut off at its greatest length",
    ModelFailure.INVALID_OUTPUT: "gave an answer that is not in the form asked for",
    ModelFailure.SERVER_ERROR: "failed while it answered",
}


def _overdue(request: _Asked) -> str:
    return f"no whole answer within {request.timeout_s:.0f} s"


def _bytes(text: str) -> int:
    return len(text.encode("utf-8", "replace"))


class KeyedClient(Generic[Client]):
    """An SDK's client, kept as long as its key stays the same; a changed key makes a new client."""

    def __init__(self, provider: str, make: Callable[[str], Client]) -> None:
        self._provider = provider
        self._make = make
        self._made: tuple[str, Client] | None = None
        self._making = threading.Lock()

    @property
    def made(self) -> Client | None:
        """The client, if there is one already."""
        return None if self._made is None else self._made[1]

    def get(self) -> Client:
        """The client for the present key.

        Raises:
            ModelError: AUTHENTICATION, there is no key.
        """
        key = api_key(self._provider)
        with self._making:
            if self._made is None or self._made[0] != key:
                self._made = (key, self._make(key))
            return self._made[1]


def cause_of(error: BaseException) -> str:
    """Why a connection failed, in the words of the client below the SDK."""
    cause = error.__cause__ or error.__context__ or error
    words = str(cause)
    return words or type(cause).__name__


def _connection_fault(error: Exception) -> Fault | None:
    """What an exception of the client below an SDK means, or None for any other."""
    kind = type(error).__name__
    if kind in _READ_TIMEOUTS:
        return Fault(ModelFailure.TIMEOUT, billed=True, words="the answer stopped arriving")
    if kind in _LOST_CONNECTIONS:
        return Fault(ModelFailure.UNREACHABLE, billed=True, words=cause_of(error))
    return None


def _never_sent(error: BaseException) -> bool:
    """Whether the request was never sent, so that nothing is billed."""
    causes = (error, error.__cause__, error.__context__)
    return any(type(cause).__name__ in _NEVER_SENT for cause in causes)


def retry_after(headers: object) -> float | None:
    """Seconds of a Retry-After header (RFC 9110 section 10.2.3), its HTTP date form included; None without one."""
    get = getattr(headers, "get", None)
    value = get("retry-after") if callable(get) else None
    return None if value is None else seconds_of(str(value))


def seconds_of(text: str) -> float | None:
    """Seconds of a number, a protobuf duration ("17s") or an HTTP date; None for anything else."""
    try:
        seconds = float(text.removesuffix("s"))
    except ValueError:
        return _until(text)
    return max(0.0, seconds) if isfinite(seconds) else None


def _until(date: str) -> float | None:
    try:
        return max(0.0, (parsedate_to_datetime(date) - datetime.now(UTC)).total_seconds())
    except (ValueError, TypeError):
        return None


_OF_STATUS = {
    400: ModelFailure.BAD_REQUEST,
    401: ModelFailure.AUTHENTICATION,
    402: ModelFailure.QUOTA,
    403: ModelFailure.AUTHENTICATION,
    408: ModelFailure.TIMEOUT,
    429: ModelFailure.RATE_LIMITED,
    503: ModelFailure.OVERLOADED,
    529: ModelFailure.OVERLOADED,
}


def failure_of_status(status: int) -> ModelFailure:
    """What an HTTP status says of a failed call, where the provider's body does not say more."""
    other = ModelFailure.SERVER_ERROR if status >= HTTPStatus.INTERNAL_SERVER_ERROR else ModelFailure.BAD_REQUEST
    return _OF_STATUS.get(status, other)
