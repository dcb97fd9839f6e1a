"""Header values that are comma-separated lists (RFC 9110, section 5.6.1)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

# A separator inside a quoted string separates nothing. A quoted string that is not closed ends with the text.
_ELEMENT: Final = re.compile(r'(?:[^,"]|"(?:[^"\\]|\\.)*+"?)++', re.DOTALL)
_PART: Final = re.compile(r'(?:[^;"]|"(?:[^"\\]|\\.)*+"?)++', re.DOTALL)


def elements(headers: Iterable[str]) -> list[list[str]]:
    """Returns the elements of all headers of one name, in lower case.

    Each is the list of its parts: the value, then its parameters. Empty elements are left out.
    """
    found = (_PART.findall(element) for header in headers for element in _ELEMENT.findall(header.lower()))
    stripped = ([part.strip() for part in parts] for parts in found)
    return [parts for parts in stripped if parts and parts[0]]
