"""Tokens of the parts of each step's prompt: instructions, task, schema, each piece of material, answer."""

from __future__ import annotations

import json
import statistics
from collections import defaultdict

from benchmarks.briefs import SAMPLE_BRIEFS
from benchmarks.report import Report
from fourfold.llm.port import ModelRequest
from fourfold.models import resolve
from fourfold.models.prompt import turns
from fourfold.models.schema import portable_schema
from tests.builders import ALL_STEPS, new_state, stepped
from tests.providers.meter import ANSWER, INSTRUCTIONS, MATERIAL, SCHEMA

_COMPOSER = "offline:composer-1"


def parts_of_prompts(report: Report) -> None:
    """Adds the median over the sample briefs; the schema is the portable one, without a provider's own words."""
    found: dict[tuple[str, str], list[float]] = defaultdict(list)
    model = resolve(_COMPOSER)
    for brief in SAMPLE_BRIEFS:
        state = new_state(brief)
        for step in ALL_STEPS:
            request = step.request(state.reset_for(step.name))
            for part, size in _parts(request, model.complete(request).text).items():
                found[step.name.value, part].append(size)
            state = stepped(step, state, model).state
    for (step_name, part), tokens in found.items():
        report.figure(f"{step_name}: {part}", round(statistics.median(tokens)), "tokens")


def _parts(request: ModelRequest, answer: str) -> dict[str, float]:
    schema = json.dumps(portable_schema(request.output_type), separators=(",", ":"))
    return {
        "shared instructions": _bytes(request.system) / INSTRUCTIONS,
        "task": _bytes(request.task) / INSTRUCTIONS,
        "schema": _bytes(schema) / SCHEMA,
        **{f"material {block.name}": _bytes(block.text()) / MATERIAL for block in request.context},
        "closing": _bytes(turns(request)[0].parts[-1]) / MATERIAL,
        "answer": _bytes(answer) / ANSWER,
    }


def _bytes(text: str) -> int:
    return len(text.encode())
