"""Moves what several operations have in common, parameters and error responses, into the document's components."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Sequence
from functools import partial
from operator import setitem
from typing import Any

Part = dict[str, Any]
# A part, a name for it, and what replaces it in the document.
_Place = tuple[Part, str, Callable[[Part], None]]

_MAX_NAMED_CODES = 3
_PROBLEM = "application/problem+json"
_FIRST_ERROR_STATUS = 400


def share_parts(document: dict[str, Any]) -> None:
    """Replaces each parameter and error response that occurs more than once by a reference to a component."""
    groups = [*document["paths"].values(), *document["webhooks"].values()]
    operations = [operation for methods in groups for operation in methods.values()]
    components = document["components"]
    parameters = [place for operation in operations for place in _parameters(operation)]
    components["parameters"] = _share("parameters", parameters)
    errors = [place for operation in operations for place in _errors(operation)]
    components["responses"] = _share("responses", errors)


def _parameters(operation: dict[str, Any]) -> list[_Place]:
    listed: list[Part] = operation.get("parameters", [])
    return [(part, _parameter_name(part), partial(setitem, listed, index)) for index, part in enumerate(listed)]


def _errors(operation: dict[str, Any]) -> list[_Place]:
    responses: dict[str, Part] = operation["responses"]
    return [
        (part, _error_name(status, part), partial(setitem, responses, status))
        for status, part in responses.items()
        if int(status) >= _FIRST_ERROR_STATUS
    ]


def _share(section: str, places: Sequence[_Place]) -> dict[str, Part]:
    """Replaces the parts that occur more than once. Returns them by name, in the order of their names."""
    uses = Counter(_text(part) for part, _, _ in places)
    shared: dict[str, Part] = {}
    names: dict[str, str] = {}
    for part, name, replace in places:
        text = _text(part)
        if uses[text] == 1:
            continue
        if text not in names:
            names[text] = _unused(name, shared)
            shared[names[text]] = part
        replace({"$ref": f"#/components/{section}/{names[text]}"})
    return dict(sorted(shared.items()))


def _text(part: Part) -> str:
    return json.dumps(part, sort_keys=True)


def _parameter_name(parameter: Part) -> str:
    return _pascal(parameter["name"].replace("-", "_").replace(".", "_"))


def _error_name(status: str, response: Part) -> str:
    """A name from the codes of the problems, such as `NotFound`, `ConfigBusyOrPreconditionFailed` or `ModelProblem`."""
    if _PROBLEM not in response["content"]:
        return f"OpenAIError{status}"
    codes = sorted(response["content"][_PROBLEM]["examples"])
    if len(codes) > _MAX_NAMED_CODES:  # by their first words
        return f"{'Or'.join(sorted({code.split('_')[0].capitalize() for code in codes}))}Problem"
    return "Or".join(_pascal(code) for code in codes)


def _pascal(name: str) -> str:
    return "".join(part[:1].upper() + part[1:] for part in name.split("_"))


def _unused(name: str, taken: dict[str, Part]) -> str:
    """The name, with the first number from 2 on that makes it unique if it is taken."""
    candidates = (name if number == 1 else f"{name}{number}" for number in range(1, len(taken) + 2))
    return next(candidate for candidate in candidates if candidate not in taken)
