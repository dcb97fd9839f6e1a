"""Moves what several operations have in common, parameters and problem responses, into the document's components."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Sequence
from functools import partial
from operator import setitem
from typing import Any

Part = dict[str, Any]
# A part, and what replaces it in the document.
_Place = tuple[Part, Callable[[Part], None]]

_MAX_NAMED_CODES = 3
_PROBLEM = "application/problem+json"


def share_parts(document: dict[str, Any]) -> None:
    """Replaces each parameter and problem response that occurs more than once by a reference to a component."""
    groups = [*document["paths"].values(), *document["webhooks"].values()]
    operations = [operation for methods in groups for operation in methods.values()]
    components = document["components"]
    parameters = [place for operation in operations for place in _parameters(operation)]
    components["parameters"] = _share("parameters", _parameter_name, parameters)
    problems = [place for operation in operations for place in _problems(operation)]
    components["responses"] = _share("responses", _problem_name, problems)


def _parameters(operation: dict[str, Any]) -> list[_Place]:
    listed: list[Part] = operation.get("parameters", [])
    return [(part, partial(setitem, listed, index)) for index, part in enumerate(listed)]


def _problems(operation: dict[str, Any]) -> list[_Place]:
    responses: dict[str, Part] = operation["responses"]
    return [
        (part, partial(setitem, responses, status))
        for status, part in responses.items()
        if _PROBLEM in part.get("content", {})
    ]


def _share(section: str, name_of: Callable[[Part], str], places: Sequence[_Place]) -> dict[str, Part]:
    """Replaces the parts that occur more than once. Returns them by name, in the order of their names."""
    uses = Counter(_text(part) for part, _ in places)
    shared: dict[str, Part] = {}
    names: dict[str, str] = {}
    for part, replace in places:
        text = _text(part)
        if uses[text] == 1:
            continue
        if text not in names:
            names[text] = _unused(name_of(part), shared)
            shared[names[text]] = part
        replace({"$ref": f"#/components/{section}/{names[text]}"})
    return dict(sorted(shared.items()))


def _text(part: Part) -> str:
    return json.dumps(part, sort_keys=True)


def _parameter_name(parameter: Part) -> str:
    return _pascal(parameter["name"].replace("-", "_").replace(".", "_"))


def _problem_name(response: Part) -> str:
    """A name from the codes of the problems, such as `NotFound`, `ConfigBusyOrPreconditionFailed` or `ModelProblem`."""
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
