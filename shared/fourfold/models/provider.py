"""What all adapters share: the call bounded by the clock, its cost, and failures told in one vocabulary."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
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
    OnText,
    Spent,
)
from fourfold.models.credentials import api_key
from fourfold.models.deadline import CallTimeoutError, within
from fourfold.models.prices import cost_usd
from fourfold.models.prompt import input_bytes
from fourfold.models.temperature import sent_temperature
from fourfold.persona import TokenUsage

Client = TypeVar("Client")

logger = logging.getLogger(__name__)

# English and JSON come to about four bytes a token with every provider's tokenizer; used only where none reported.
_BYTES_PER_TOKEN = 4
# What a client raises before a request has left the machine, by name: the SDKs bring clients of their own.
_NEVER_SENT = frozenset(
    {"ConnectError", "ConnectTimeout", "PoolTimeout", "ProxyError", "LocalProtocolError", "UnsupportedProtocol"}
    | {"EndpointConnectionError", "ConnectTimeoutError", "ProxyConnectionError"}
)


@dataclass(frozen=True, slots=True)
class WireAnswer:
    """What came over the wire: the answer's text, its usage (None if untold), and `failure` if it is no full answer."""

    text: str
    usage: TokenUsage | None
    failure: ModelFailure | None = None


class UnreadableReplyError(FourfoldError):
    """A success that is not what the provider's API answers with: something in between spoke."""


@dataclass(frozen=True, slots=True)
class Fault:
    """What an SDK's exception means. `billed`: the provider may have worked before it failed."""

    failure: ModelFailure
    retry_after_s: float | None = None
    billed: bool = False


class Wire(Protocol):
    """One provider's SDK, as thin as it can be."""

    provider: str
    model: str

    def ask(self, request: ModelRequest) -> WireAnswer:
        """One call with no retries, with the temperature as it stands; raises what the SDK raises, or ModelError."""

    def reply(self, request: ChatRequest, heard: OnText | None) -> WireAnswer:
        """The same for a turn of a chat; with `heard` as a stream, each piece told as it comes."""

    def fault(self, error: Exception) -> Fault | None:
        """What the exception means, or None for one that is not the provider's."""


_Asked = ModelRequest | ChatRequest


class _Ear:
    """Passes on what is heard until it is closed: a call that was given up may go on talking."""

    def __init__(self, heard: OnText) -> None:
        self._heard = heard
        self._open = True
        self._lock = threading.Lock()

    def hear(self, piece: str) -> None:
        with self._lock:
            if self._open and piece:
                self._heard(piece)

    def close(self) -> None:
        with self._lock:
            self._open = False


class ProviderModel:
    """A language model behind a wire."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    @property
    def name(self) -> str:
        """`provider:model`."""
        return f"{self._wire.provider}:{self._wire.model}"

    def complete(self, request: ModelRequest) -> Completion:
        """Answers once.

        Raises:
            ModelError: no usable answer; usage and cost are those of the failed call.
        """
        temperature, notes = sent_temperature(self.name, request.temperature)
        request = replace(request, temperature=temperature)
        return self._answered(request, partial(self._wire.ask, request), notes)

    def reply(self, request: ChatRequest, heard: OnText | None = None) -> Completion:
        """Answers a turn of a chat once.

        Raises:
            ModelError: no usable answer; usage and cost are those of the failed call.
        """
        temperature, notes = sent_temperature(self.name, request.temperature)
        request = replace(request, temperature=temperature)
        if heard is None:
            return self._answered(request, partial(self._wire.reply, request, None), notes)
        scorer = _Ear(heard)
        try:
            return self._answered(request, partial(self._wire.reply, request, scorer.hear), notes)
        finally:
            scorer.close()

    def _answered(self, request: _Asked, call: Callable[[], WireAnswer], notes: tuple[str, ...]) -> Completion:
        try:
            answer = within(request.timeout_s, call)
        except CallTimeoutError:
            raise self._error(request, Fault(ModelFailure.TIMEOUT, billed=True)) from None
        except ModelError:
            raise
        except Exception as error:  # noqa: BLE001 - SDKs trip over odd replies in ways of their own; none may end a run
            # Not chained: an SDK's exception holds the request, and with it the brief.
            raise self._error(request, self._meaning(error)) from None
        spent = self._spent(request, answer)
        if answer.failure is not None:
            raise ModelError(answer.failure, f"from {self.name}", spent=spent)
        provider, model = self._wire.provider, self._wire.model
        return Completion(answer.text, provider, model, spent.usage, spent.cost_usd, notes)

    def _meaning(self, error: Exception) -> Fault:
        fault = None if isinstance(error, JSONDecodeError | UnreadableReplyError) else self._wire.fault(error)
        if fault is None:
            # A success that is not the provider's, or not as it should be: something in between spoke, or broke.
            logger.warning("unreadable reply from %s: %s", self.name, type(error).__name__)
            return Fault(ModelFailure.SERVER_ERROR, billed=True)
        return replace(fault, billed=False) if _never_sent(error) else fault

    def _spent(self, request: _Asked, answer: WireAnswer) -> Spent:
        usage = answer.usage
        if usage is None:
            written = len(answer.text.encode("utf-8", "replace")) // _BYTES_PER_TOKEN
            usage = self._prompt_alone(request).model_copy(update={"output_tokens": written})
        return Spent(usage, cost_usd(self._wire.provider, self._wire.model, usage))

    def _error(self, request: _Asked, fault: Fault) -> ModelError:
        spent = Spent()
        if fault.billed:
            usage = self._prompt_alone(request)
            spent = Spent(usage, cost_usd(self._wire.provider, self._wire.model, usage))
        return ModelError(fault.failure, f"from {self.name}", spent=spent, retry_after_s=fault.retry_after_s)

    def _prompt_alone(self, request: _Asked) -> TokenUsage:
        return TokenUsage(input_tokens=input_bytes(request) // _BYTES_PER_TOKEN, estimated=True)


class KeyedClient(Generic[Client]):
    """An SDK's client, kept as long as its key stays the same: a key that was changed is taken up."""

    def __init__(self, provider: str, make: Callable[[str], Client]) -> None:
        self._provider = provider
        self._make = make
        self._made: tuple[str, Client] | None = None
        self._making = threading.Lock()

    def get(self) -> Client:
        """The client for the key of the moment.

        Raises:
            ModelError: AUTHENTICATION, there is no key.
        """
        key = api_key(self._provider)
        with self._making:
            if self._made is None or self._made[0] != key:
                self._made = (key, self._make(key))
            return self._made[1]


def _never_sent(error: BaseException) -> bool:
    """Whether the request never left: nothing was worked on, nothing is billed."""
    causes = (error, error.__cause__, error.__context__)
    return any(type(cause).__name__ in _NEVER_SENT for cause in causes)


def retry_after(headers: object) -> float | None:
    """Seconds of a Retry-After header (RFC 9110 section 10.2.3), its HTTP date form included; None without one."""
    get = getattr(headers, "get", None)
    value = get("retry-after") if callable(get) else None
    return None if value is None else seconds_of(str(value))


def seconds_of(told: str) -> float | None:
    """Seconds of a number, a protobuf duration ("17s") or an HTTP date; None for what is none, or no sensible one."""
    try:
        seconds = float(told.removesuffix("s"))
    except ValueError:
        return _until(told)
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
