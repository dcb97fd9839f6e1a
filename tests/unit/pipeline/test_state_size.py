"""The state handed between steps stays below what Step Functions carries, at the largest legal outputs."""

from __future__ import annotations

import json
from typing import Any

import pytest

from fourfold.config.engine import EngineConfig, PipelineConfig, RunSettings
from fourfold.config.variant import MAX_TEXT_BYTES, TEXT_NAMES
from fourfold.constraints import Fact, Link, Violation
from fourfold.layers import LAYER_NAMES, Layers
from fourfold.llm.port import ModelCall, ModelFailure
from fourfold.persona import INTENT_MAX_CHARACTERS, TokenUsage
from fourfold.pipeline.audit import AuditReport
from fourfold.pipeline.intent import Intent
from fourfold.pipeline.mask_build import MaskBuild
from fourfold.pipeline.new_run import new_run
from fourfold.pipeline.self_enrich import SelfEnrichment
from fourfold.pipeline.single_call import SINGLE_CALL
from fourfold.pipeline.soul_draft import SoulDraft
from fourfold.pipeline.state import MAX_VIOLATIONS, RunState
from fourfold.pipeline.surface_ground import SurfaceGrounding
from fourfold.progress.run import AttemptRecord, StepRecord
from fourfold.steps import STEP_ORDER
from tests.builders import ALL_STEPS, START, ScriptedModel, new_state, stepped

# Step Functions counts UTF-8 bytes of the JSON, and Lambda's Python runtime (3.12 and later) does not escape to ASCII.
LIMIT = 256 * 1024
ITEM_LIMIT = 400 * 1024
# A model is asked three times at most, and its repair three times; a step has five models.
MOST_CALLS = 5 * 6
ASTRAL = "𐍈"


# ruff: noqa: PLR0911 - one return for each JSON type reads best
def largest(schema: dict[str, Any], definitions: dict[str, Any]) -> Any:
    """The biggest JSON value a schema admits, written in the costliest characters where it does not bind them."""
    if "$ref" in schema:
        return largest(definitions[schema["$ref"].rsplit("/", 1)[-1]], definitions)
    if "const" in schema:
        return schema["const"]
    if "enum" in schema:
        return str(max(schema["enum"], key=len))
    for choice in ("anyOf", "oneOf"):
        if choice in schema:
            options = [largest(option, definitions) for option in schema[choice]]
            return max(options, key=lambda option: len(json.dumps(option)))
    match schema.get("type"):
        case "object":
            return {name: largest(part, definitions) for name, part in schema["properties"].items()}
        case "array" if schema.get("uniqueItems"):
            return sorted(definitions[schema["items"]["$ref"].rsplit("/", 1)[-1]]["enum"], key=len)[
                -schema["maxItems"] :
            ]
        case "array":
            return [largest(schema["items"], definitions)] * schema["maxItems"]
        case "string":
            return _longest_text(schema)
        case "integer":
            return int(schema.get("maximum", 1))
        case "number":
            return 0.12345678901234567
        case _:
            return None


def _longest_text(schema: dict[str, Any]) -> str:
    pattern = schema.get("pattern", "")
    if pattern.startswith("^[a-z]{2,3}"):
        return "abc-Latn-TR"
    if pattern.startswith("^(soul|self"):
        return "surface." + "a" * (int(schema["maxLength"]) - 8)
    assert not pattern, f"no largest text known for {pattern}"
    return ASTRAL * int(schema["maxLength"])


def largest_answer(output_type: type[Any]) -> dict[str, Any]:
    schema = output_type.model_json_schema()
    answer = largest(schema, schema.get("$defs", {}))
    assert isinstance(answer, dict)
    return answer


def size(value: object) -> int:
    return len(json.dumps(value, ensure_ascii=False).encode())


def _longest_config() -> EngineConfig:
    """Five models with the longest names for every step, and the longest texts of a variant."""
    names = [f"compatible:{number}{'a' * 108}" for number in range(5)]
    step = {"model": names[0], "fallback": names[1:], "temperature": 0.1234567890123456}
    others = {"method", "drift_detection", "variant", "require_evaluation"}
    tree = {name: step for name in PipelineConfig.model_fields if name not in others}
    # Every text that there is, because their names are not in the limit.
    rest = MAX_TEXT_BYTES - len(TEXT_NAMES) * size(ASTRAL)
    texts = {**dict.fromkeys(TEXT_NAMES, ASTRAL), "soul_draft": ASTRAL * (1 + rest // 4)}
    variant = {"name": "v" * 60, "texts": texts}
    return EngineConfig.model_validate({"pipeline": {**tree, "variant": variant, "method": "single_call"}})


# The smallest field of each layer, so that none is kept whole: whole layers are not held twice.
_WRITTEN_AGAIN = {"soul.desire", "self.archetype", "mask.register", "surface.age"}


_REFINE = {"layer": "mask", "axis": "intensity", "amount": -0.12345678901234567}


def largest_state() -> RunState:
    """Fourth attempt, every field full: six largest answers, every constraint, every layer broken, twelve findings."""
    state = new_state(ASTRAL * INTENT_MAX_CHARACTERS, _longest_config())
    chain: list[Link] = []
    draft: dict[str, Any] = {}
    findings: Any = []
    for step, output_type in zip(
        ALL_STEPS, [Intent, SoulDraft, SelfEnrichment, MaskBuild, SurfaceGrounding, AuditReport], strict=True
    ):
        answer = largest_answer(output_type)
        for stated in answer.get("facts", []):
            fact = Fact.model_validate({**stated, "field": "surface.location", "span": {"start": 3999, "end": 4000}})
            chain.append(Link(source=step.name, constraint=fact))
        chain += [
            Link.model_validate({"source": step.name, "constraint": constraint})
            for constraint in answer.get("constraints", [])
        ]
        for name in ("soul", "self", "mask", "surface"):
            if name in answer:
                draft[name] = _made_legal(name, answer[name])
        if output_type is Intent:
            draft["parse"] = {**answer, "facts": [], "constraints": []}
        findings = answer.get("findings", findings)
    violation = Violation(
        source=chain[0].source, field="mask.signature_phrases", observed=ASTRAL * 200, demand=ASTRAL * 480
    )
    layers = Layers.model_validate({name: draft[name] for name in LAYER_NAMES})
    kept = {path: value for path, value in layers.fields().items() if path not in _WRITTEN_AGAIN}
    return state.model_validate(
        {
            **state.model_dump(mode="json"),
            "rewrite": {
                "layers": [],
                "fields": kept,
                "language": "abc-Latn-TR",
                "refine": _REFINE,
                "before": draft["mask"],
            },
            "refined": {**_REFINE, "before": -0.1234, "after": -0.1234, "moved": -0.1234, "reached": False},
            "attempt": 4,
            "log_seq": 99,
            "draft": draft,
            "constraints": [link.model_dump(mode="json") for link in chain],
            "violations": [violation.model_dump(mode="json")] * MAX_VIOLATIONS,
            "audit": {
                "overall": 3.21,
                "scores": dict.fromkeys(AuditReport.model_fields["scores"].annotation.model_fields, 3.21),  # type: ignore[union-attr]
                "findings": findings,
                "attempt": 4,
                "attempts": 4,
                "judge": "a" * 120,
                "first_score": 3.21,
                "first_judge": "a" * 120,
                "confirmed_score": 3.21,
                "rubric_version": "aud_0123456789ab",
            },
        }
    )


def _made_legal(name: str, layer: dict[str, Any]) -> dict[str, Any]:
    return {**layer, "age": 120} if name == "surface" else layer


def test_an_audited_state_holds_findings_once() -> None:
    state, model = new_state(), ScriptedModel()
    for step in ALL_STEPS[:-1]:
        state = stepped(step, state, model).state
    finding = {"dimension": "depth", "field": "soul", "quote": "", "severity": 1, "note": "x"}
    retried = RunState.model_validate({**state.model_dump(mode="json"), "findings": [finding]})
    assert stepped(ALL_STEPS[-1], retried, model).state.findings == ()


def test_the_worst_state_fits() -> None:
    assert size(largest_state().model_dump(mode="json")) < LIMIT


def test_the_worst_state_fits_where_it_ships_with_the_verdict() -> None:
    shipped = {"status": "flagged", "state": largest_state().model_dump(mode="json")}
    assert size(shipped) < LIMIT


def test_the_worst_run_record_fits_into_an_item() -> None:
    """DynamoDB takes 400 KB: four attempts of seven steps, each with every call a chain of five models can make."""
    model = "a" * 109
    failed = ModelCall(
        provider="compatible",
        model=model,
        failure=ModelFailure.CONSTRAINTS_BROKEN,
        repair=True,
        duration_ms=240_000,
        tokens=TokenUsage(input_tokens=99_999, cache_read_tokens=99_999, output_tokens=8_192, estimated=True),
        cost_usd=0.123456,
        notes=("temperature_not_sent",),
    )
    begun = new_run(ASTRAL, "ws_test", RunSettings(EngineConfig()), START).run
    step = StepRecord(
        step=STEP_ORDER[-2],
        provider="compatible",
        model=model,
        duration_ms=540_000,
        tokens=failed.tokens,
        cost_usd=9.999999,
        violations=12,
        calls=(failed,) * MOST_CALLS,
    )
    attempts = tuple(AttemptRecord(attempt=number, overall=3.21, steps=(step,) * 7) for number in range(1, 5))
    assert size(begun.model_copy(update={"attempts": attempts}).model_dump(mode="json")) < ITEM_LIMIT


@pytest.mark.parametrize("step", [*ALL_STEPS, SINGLE_CALL], ids=lambda step: step.name)
def test_every_answer_is_bounded(step: Any) -> None:
    """A schema without a bound somewhere would fail to build here."""
    assert size(largest_answer(step.output_type)) < LIMIT
