"""Content negotiation: the media type or encoding of a reply by the request's headers (RFC 9110, section 12.5)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Final

from fourfold.http.header_lists import elements

JSON: Final = "application/json"
_WEIGHT: Final = re.compile(r"q\s*=\s*([01](?:\.\d{0,9})?|\.\d{1,9})")


def media_type_for(accept: Iterable[str], offers: Sequence[str]) -> str:
    """Returns the media type among `offers` that the Accept headers prefer.

    The most specific range that includes a type decides its weight; 0 refuses it. Between equal weights, a type that
    is named comes before one that a wildcard includes, then the earlier offer. Parameters of a range other than `q`
    are ignored, and so is the whole header if it allows no offer: the reply is then the first offer, the default.
    """
    weights = _weights(accept)
    allowed = [(offer, found) for offer in offers if (found := _weight_of(offer, weights))[0] > 0]
    return max(allowed, key=lambda each: each[1])[0] if allowed else offers[0]


def allows_encoding(accept_encoding: Iterable[str], encoding: str) -> bool:
    """Whether the Accept-Encoding headers allow a content coding other than `identity`."""
    weights = _weights(accept_encoding)
    return weights.get(encoding, weights.get("*", 0.0)) > 0


def _weights(headers: Iterable[str]) -> dict[str, float]:
    """The weight (0-1) of each range. A range that is given twice, with other parameters, has its highest weight."""
    found: dict[str, float] = {}
    for name, *parameters in elements(headers):
        weight = next((float(match[1]) for each in parameters if (match := _WEIGHT.fullmatch(each))), 1.0)
        found[name] = max(found.get(name, 0.0), min(weight, 1.0))
    return found


def _weight_of(media_type: str, weights: dict[str, float]) -> tuple[float, int]:
    """A media type's weight, and how specific the range is that gives it: 2 itself, 1 `type/*`, 0 `*/*`."""
    ranges = (media_type, f"{media_type.partition('/')[0]}/*", "*/*")
    return next(((weights[each], 2 - place) for place, each in enumerate(ranges) if each in weights), (0.0, 0))
