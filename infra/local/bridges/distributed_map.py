"""Bridge: MiniStack's distributed Map takes JSONPath alone; here one in JSONata is executed, with its tolerance.

The definition is the deployed one. What differs from AWS: a child is no execution of its own that ListExecutions or a
Map Run shows, and after a stop the parent repeats its Map from the first item. An evaluation finds what is done in its
store.
"""

from __future__ import annotations

import contextvars
import copy
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Final

from infra.local.bridges.ministack_types import Json, Module
from infra.local.bridges.store.executions import RUNNING, Execution

_EXCEEDED: Final = "States.ExceedToleratedFailureThreshold"


def install_distributed_maps(stepfunctions: Module) -> None:
    """Have MiniStack's module `stepfunctions` execute distributed Maps by `run_distributed_map`."""
    stepfunctions._run_distributed_map = partial(run_distributed_map, stepfunctions)


def run_distributed_map(  # noqa: PLR0913, PLR0917 - the signature of the function whose place it takes
    states: Module, state: Json, given: object, _effective: object, processor: Json, execution: Execution, context: Json
) -> tuple[object, str | None]:
    """The output of a Map state and the name of the next state.

    As on AWS, the input of a child is the execution input that its expressions see, and no child is begun once more
    have failed than `ToleratedFailurePercentage` allows, or the execution is stopped.

    Raises:
        _ExecutionError: `States.ExceedToleratedFailureThreshold`.
    """
    items: Sequence[object] = states._jsonata_state_field(state, "Items", "array", given, context)
    most = state.get("ToleratedFailurePercentage", 0) * len(items) / 100
    failed, counting = [0], threading.Lock()

    def child(index: int, item: object) -> object:
        if failed[0] > most or execution["status"] != RUNNING:
            return None
        own = copy.deepcopy(context)
        own["Map"] = {"Item": {"Index": index, "Value": item}}
        child_input = states._apply_jsonata_template(state["ItemSelector"], given, own)
        own["Execution"] = {**own["Execution"], "Input": child_input}
        try:
            return states._run_sub_machine(processor["States"], processor["StartAt"], child_input, execution, own)
        except states._ExecutionError:
            with counting:
                failed[0] += 1
            return None

    with ThreadPoolExecutor(max_workers=state["MaxConcurrency"], thread_name_prefix="map") as pool:
        calls = [pool.submit(partial(contextvars.copy_context().run, child, *each)) for each in enumerate(items)]
        results = [call.result() for call in calls]
    if failed[0] > most:
        cause = f"{failed[0]} of {len(items)} items failed"
        raise states._ExecutionError(_EXCEEDED, cause)
    output = states._apply_jsonata_output(state, given, context, result=results, default=results)
    return output, states._next_or_end(state)
