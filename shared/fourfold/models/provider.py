"""What all adapters share: the call bounded by the clock, its cost, and failures told in one vocabulary."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import partial
from json import JSONDecodeError
from typing import Protocol

from fourfold.language_model import Completion, ModelError, ModelFailure, ModelRequest, Spent
from fourfold.models.deadline import OutOfTimeError, within
from fourfold.models.prices import cost_usd
from fourfold.models.prompt import input_bytes
from fourfold.persona import TokenUsage

# English and JSON come to about four bytes a token with every provider's tokenizer; used only where none reported.
_BYTES_PER_TOKEN = 4


@dataclass(frozen=True, slots=True)
class WireAnswer:
    """What came over the wire: the answer's text, its usage, and `failure` if it says that it is no full answer."""

    text: str
    usage: TokenUsage
    failure: ModelFailure | None = None
    notes: tuple[str, ...] = ()


class UnreadableReplyError(Exception):
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
        """One call with no retries; raises what the SDK raises, or ModelError."""

    def fault(self, error: Exception) -> Fault | None:
        """What the exception means, or None for one that is not the provider's."""


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
        try:
            answer = within(request.timeout_s, partial(self._wire.ask, request))
        except OutOfTimeError:
            raise self._error(request, Fault(ModelFailure.TIMEOUT, billed=True)) from None
        except ModelError:
            raise
        except (JSONDecodeError, UnreadableReplyError):
            raise self._error(request, Fault(ModelFailure.SERVER_ERROR, billed=True)) from None
        except Exception as error:  # the SDKs have no common base; what `fault` does not know is raised again
            fault = self._wire.fault(error)
            if fault is None:
                raise
            # Not chained: an SDK's exception holds the request, and with it the brief.
            raise self._error(request, fault) from None
        cost = cost_usd(self._wire.provider, self._wire.model, answer.usage)
        if answer.failure is not None:
            raise ModelError(answer.failure, f"from {self.name}", spent=Spent(answer.usage, cost))
        return Completion(answer.text, self._wire.provider, self._wire.model, answer.usage, cost, answer.notes)

    def _error(self, request: ModelRequest, fault: Fault) -> ModelError:
        spent = Spent()
        if fault.billed:
            usage = TokenUsage(input_tokens=input_bytes(request) // _BYTES_PER_TOKEN, estimated=True)
            spent = Spent(usage, cost_usd(self._wire.provider, self._wire.model, usage))
        return ModelError(fault.failure, f"from {self.name}", spent=spent, retry_after_s=fault.retry_after_s)


def retry_after(headers: object) -> float | None:
    """Seconds of a Retry-After header (RFC 9110 section 10.2.3), its HTTP date form included; None without one."""
    get = getattr(headers, "get", None)
    value = get("retry-after") if callable(get) else None
    if value is None:
        return None
    try:
        return max(0.0, float(value))
    except ValueError:
        return _until(str(value))


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
_FIRST_SERVER_ERROR = 500


def failure_of_status(status: int) -> ModelFailure:
    """What an HTTP status says of a failed call, where the provider's body does not say more."""
    other = ModelFailure.SERVER_ERROR if status >= _FIRST_SERVER_ERROR else ModelFailure.BAD_REQUEST
    return _OF_STATUS.get(status, other)
