"""Tokens of each step's real prompt over five briefs, and the projected cost of a persona at list price.

No provider is called. Tokens are estimated from bytes, with the ratios that OpenAI's o200k_base encoding gave for these
texts; Claude's tokenizer is not published and yields more tokens. Answers are the offline composer's. A real model may
write more, so each projection is also given for answers of twice the length. The schema is counted as input, an upper
bound.
"""

from __future__ import annotations

import json
import statistics
from dataclasses import dataclass

from benchmarks.briefs import SAMPLE_BRIEFS
from benchmarks.report import Report
from fourfold.config.presets import default_config
from fourfold.llm.port import provider_and_model
from fourfold.models import resolve
from fourfold.models.prices import cost_usd
from fourfold.models.prompt import system_text, turns
from fourfold.models.schema import portable_schema
from fourfold.persona import TokenUsage
from fourfold.pipeline.single_call import SINGLE_CALL
from fourfold.pipeline.step import Step
from fourfold.steps import StepName
from tests.builders import ALL_STEPS, new_state, stepped

# Bytes of UTF-8 per token of o200k_base, counted with gpt-tokenizer 3 over the five briefs on 2026-11-25.
SYSTEM, MATERIAL, SCHEMA, ANSWER = 4.25, 3.88, 3.37, 3.88
# USD, published for the reference product.
PUBLISHED = {
    StepName.INTENT_PARSE: 0.001,
    StepName.SOUL_DRAFT: 0.04,
    StepName.SELF_ENRICH: 0.005,
    StepName.MASK_BUILD: 0.005,
    StepName.SURFACE_GROUND: 0.004,
    StepName.AUDIT: 0.03,
}
PUBLISHED_SINGLE_CALL = 0.01
# Tokens below which a prefix is not cached (Anthropic's and OpenAI's documentation, as quoted by others).
CACHE_FLOOR = {"claude-opus-4-7": 2048}
PROVIDERS = ("anthropic", "openai", "google")


@dataclass(frozen=True)
class Prompt:
    """Estimated tokens of one step: the stable prefix (instructions and schema), the material, the answer."""

    prefix: int
    material: int
    answer: int


def measure() -> Report:
    """Runs the five briefs through the offline composer and prices its prompts and answers."""
    report = Report("prompts")
    prompts = _prompts()
    for step, found in prompts.items():
        middle = _median(found)
        report.figure(f"{step} instructions and schema", middle.prefix, "tokens", "stable: can be cached")
        report.figure(f"{step} material", middle.material, "tokens")
        report.figure(f"{step} answer", middle.answer, "tokens")
    for provider in PROVIDERS:
        _project(report, provider, {step: _median(found) for step, found in prompts.items()})
    return report


def _project(report: Report, provider: str, prompts: dict[StepName, Prompt]) -> None:
    """The cost of a persona in one attempt without repairs, with the provider's default models."""
    config = default_config([provider]).pipeline
    models = {step: config.of(step).model for step in PUBLISHED}
    published = f"published {sum(PUBLISHED.values()):.3f}"
    if provider == "anthropic":
        for step, model in models.items():
            report.figure(f"{step} on {model}", _usd(model, prompts[step]), "USD", f"published {PUBLISHED[step]}")
    for what, note, options in (
        ("nothing cached", published, {}),
        ("prefixes read from the cache", "another persona within five minutes", {"cached": True}),
        ("answers twice as long", published, {"times": 2}),
    ):
        total = sum(_usd(model, prompts[step], **options) for step, model in models.items())
        report.figure(f"persona on {provider}, {what}", total, "USD", note)
    naive = _usd(config.single_call.model, prompts[StepName.SINGLE_CALL])
    note = f"published {PUBLISHED_SINGLE_CALL}, audit not counted"
    report.figure(f"single call on {provider}", naive, "USD", note)


def _prompts() -> dict[StepName, list[Prompt]]:
    found: dict[StepName, list[Prompt]] = {}
    model = resolve("offline:composer-1")
    for brief in SAMPLE_BRIEFS:
        state = new_state(brief)
        for step in ALL_STEPS:
            found.setdefault(step.name, []).append(_prompt(step, state.reset_for(step.name)))
            state = stepped(step, state, model).state
        found.setdefault(StepName.SINGLE_CALL, []).append(_prompt(SINGLE_CALL, new_state(brief)))
    return found


def _prompt(step: Step, state: object) -> Prompt:  # type: ignore[type-arg]
    request = step.request(state)  # type: ignore[arg-type]
    material = "\n".join(part for turn in turns(request) for part in turn.parts)
    schema = json.dumps(portable_schema(request.output_type))
    answer = resolve("offline:composer-1").complete(request).text
    return Prompt(
        prefix=round(_bytes(system_text(request)) / SYSTEM + _bytes(schema) / SCHEMA),
        material=round(_bytes(material) / MATERIAL),
        answer=round(_bytes(answer) / ANSWER),
    )


def _usd(model: str, prompt: Prompt, *, cached: bool = False, times: int = 1) -> float:
    provider, name = provider_and_model(model)
    cached = cached and prompt.prefix >= CACHE_FLOOR.get(name, 1024)
    usage = TokenUsage(
        input_tokens=prompt.material if cached else prompt.prefix + prompt.material,
        cache_read_tokens=prompt.prefix if cached else 0,
        output_tokens=prompt.answer * times,
    )
    cost = cost_usd(provider, name, usage)
    if cost is None:
        raise LookupError(f"no list price for {model}")
    return cost


def _median(prompts: list[Prompt]) -> Prompt:
    return Prompt(
        prefix=round(statistics.median(each.prefix for each in prompts)),
        material=round(statistics.median(each.material for each in prompts)),
        answer=round(statistics.median(each.answer for each in prompts)),
    )


def _bytes(text: str) -> int:
    return len(text.encode())


if __name__ == "__main__":
    measure().publish()
