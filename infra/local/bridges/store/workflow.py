"""Bridge: executions of state machines do not survive a stop of MiniStack, which marks them failed; here an execution
goes on with the state it was in.

It replaces the loop that walks from state to state, so that each state's beginning is stored before the state is
executed; states themselves are executed by MiniStack. After a stop a state is executed again from its beginning, as it
is after a fault of Lambda on AWS. An execution is stored before StartExecution answers, and its end with the event
that announces it. (MiniStack also sleeps 0.15 s before the first state. This loop does not.)

A nested execution (`startExecution.sync`) is started and stored as every other, and waited for. Its parent, which
repeats its Map state after a stop, waits for it again: on AWS, where no stop interrupts the parent, it is not repeated.
"""

from __future__ import annotations

import contextvars
import json
import logging
import threading
from collections.abc import Callable
from functools import partial
from typing import Final

from ministack.core.responses import AccountRegionScopedDict, now_iso, request_scope

from infra.local.bridges.distributed_map import install_distributed_maps
from infra.local.bridges.ministack_types import Handle, Json, Module, Reply
from infra.local.bridges.patience import PATIENCE
from infra.local.bridges.quiet import Quiet
from infra.local.bridges.store.database import Database, NotStoredError
from infra.local.bridges.store.executions import RUNNING, Checkpoint, Execution, Executions

_WITH_EXECUTION: Final = frozenset({"Task", "Parallel", "Map"})
_STATES: Final = {
    "Pass": "_execute_pass",
    "Task": "_execute_task",
    "Choice": "_execute_choice",
    "Wait": "_execute_wait",
    "Parallel": "_execute_parallel",
    "Map": "_execute_map",
}

# How long an execution waits before it tries again to store where it is.
_RETRY_SECONDS: Final = 1.0

logger = logging.getLogger(__name__)


class Workflow:
    """Runs the executions of MiniStack's module `stepfunctions`."""

    def __init__(self, database: Database, stepfunctions: Module) -> None:
        self._database = database
        self._stored = Executions(database)
        self._states = stepfunctions
        self._at: dict[str, Checkpoint | None] = {}
        self._stopping = threading.Event()
        self._ended = threading.Condition()
        self.quiet = Quiet()
        self.on_start: Callable[[], None] = lambda: None
        """Called as an execution is started."""
        self.on_end: Callable[[str], None] = lambda _name: None
        """Called with its name when an execution's end is stored; it does not wait."""

    def load(self) -> None:
        """Gives MiniStack the stored executions."""
        for execution, checkpoint in self._stored.all():
            arn = execution["executionArn"]
            _, _, _, region, account, *_ = arn.split(":")
            self._states._executions.set_scoped(account, region, arn, execution)
            if execution["status"] == RUNNING:
                self._at[arn] = checkpoint

    def resume(self) -> list[str]:
        """Goes on with every execution that was running at the last stop; returns their names."""
        names = []
        for arn in list(self._at):
            _, _, _, region, account, *_ = arn.split(":")
            with request_scope(account, region):
                context = contextvars.copy_context()
            threading.Thread(target=context.run, args=(self.run, arn), name="execution", daemon=True).start()
            names.append(arn.rpartition(":")[2])
        return names

    def run(self, arn: str) -> None:
        """Walks an execution's states to its end. Has the signature of `_run_execution`, whose place it takes."""
        with self._database.unit():  # StartExecution commits first
            execution: Execution | None = self._states._executions.get(arn)
        with self.quiet.execution():
            while execution is not None and not self._walked(execution):
                # It continues with the state whose beginning could not be stored.
                self._stopping.wait(_RETRY_SECONDS)
        self._at.pop(arn, None)

    def hold(self) -> None:
        """Nothing is stored of any execution from here on: the engine stops, and what fails now fails for that."""
        self._stopping.set()

    def start(self, start_execution: Handle, request: Json) -> Reply:
        """StartExecution, stored before it answers."""
        with self._database.unit():
            reply: Reply = start_execution(request)
            if reply[0] == 200:  # noqa: PLR2004
                executions = self._states._executions
                arn = json.loads(reply[2])["executionArn"]
                self._database.on_rollback(partial(executions.pop, arn, None))
                self._stored.put(executions[arn])
        self.on_start()
        return reply

    def nested(self, resource: str, arguments: Json) -> Json:
        """`startExecution.sync:2`: starts an execution, or finds it by its name, and returns its result at its end."""
        states = self._states
        request = states._nested_start_execution_request(arguments)
        status, _, body = states._start_execution(request)
        reply = json.loads(body)
        if status != 200 and reply.get("__type") != "ExecutionAlreadyExists":  # noqa: PLR2004
            raise states._ExecutionError(reply.get("__type", "States.Runtime"), reply.get("message", ""))
        machine = request["stateMachineArn"].replace(":stateMachine:", ":execution:", 1)
        arn = f"{machine}:{request['name']}"
        with self._ended:
            while states._executions[arn]["status"] == RUNNING:
                if self._stopping.is_set():
                    raise states._ExecutionError("States.ServiceRestart", "The engine stops.")
                self._ended.wait(_RETRY_SECONDS)
        execution = states._executions[arn]
        if execution["status"] != "SUCCEEDED":
            error = execution.get("error") or "States.TaskFailed"
            raise states._ExecutionError(error, execution.get("cause") or f"{resource} ended as {execution['status']}")
        return {"ExecutionArn": arn, "Name": request["name"], "Status": "SUCCEEDED", "Output": execution["output"]}

    def stop(self, stop_execution: Handle, request: Json) -> Reply:
        """StopExecution, stored before it answers."""
        with self._database.unit():
            reply: Reply = stop_execution(request)
            execution = self._states._executions.get(request.get("executionArn"))
            if execution is not None:
                self._stored.put(execution)
            return reply

    def _walked(self, execution: Execution) -> bool:
        """Walks to the end; False if something on the way could not be stored."""
        try:
            self._walk(execution, self._states._state_machines[execution["stateMachineArn"]])
        except NotStoredError:
            logger.exception("execution %s waits: its changes cannot be stored", execution["name"])
            return self._stopping.is_set()
        except self._states._ExecutionError as error:
            self._end(execution, "FAILED", error=error.error, cause=error.cause)
        except Exception as error:  # whatever a definition or a service makes of it ends this execution alone
            logger.exception("execution %s failed", execution["name"])
            self._end(execution, "FAILED", error="States.Runtime", cause=str(error))
        return True

    def _walk(self, execution: Execution, machine: Json) -> None:
        states, arn = self._states, execution["executionArn"]
        definition = json.loads(machine["definition"])
        given = json.loads(execution["input"])
        at = self._at.get(arn) or Checkpoint(definition["StartAt"], given, {})
        context: Json = {
            "QueryLanguage": definition.get("QueryLanguage", "JSONPath"),
            "Execution": {
                "Id": arn,
                "Input": given,
                "Name": execution["name"],
                "StartTime": execution["startDate"],
            },
            "StateMachine": {"Id": execution["stateMachineArn"], "Name": machine["name"]},
            "variables": at.variables,
        }
        name: str | None = at.state
        value: object = at.state_input
        while name and execution["status"] == RUNNING and not self._stopping.is_set():
            at = Checkpoint(name, value, context["variables"])
            self._at[arn] = at
            self._stored.move(arn, at)
            if name not in definition["States"]:
                raise states._ExecutionError("States.Runtime", f"State '{name}' not found in definition")
            context["State"] = {"Name": name, "EnteredTime": now_iso(), "RetryCount": 0}
            value, name = self._execute(_patient(definition["States"][name]), value, execution, context)
        if execution["status"] == RUNNING:
            self._end(execution, "SUCCEEDED", output=json.dumps(value))

    def _execute(self, state: Json, value: object, execution: Execution, context: Json) -> tuple[object, str | None]:
        """The output of a state and the name of the next one, None after the last."""
        states, kind, name = self._states, state.get("Type"), context["State"]["Name"]
        states._add_event(execution, f"{kind}StateEntered", {"stateEnteredEventDetails": {"name": name}})
        following: str | None
        if kind == "Succeed":
            value = states._apply_output_path(state, states._apply_input_path(state, value, context), context)
            following = None
        elif kind == "Fail":
            raise states._ExecutionError(*states._fail_state_error(state, value, context))
        elif kind in _STATES:
            execute = getattr(states, _STATES[kind])
            value, following = (
                execute(state, value, execution, context) if kind in _WITH_EXECUTION else execute(state, value, context)
            )
        else:
            raise states._ExecutionError("States.Runtime", f"Unknown state type: {kind}")
        states._add_event(execution, f"{kind}StateExited", {"stateExitedEventDetails": {"name": name}})
        return value, following

    def _end(self, execution: Execution, status: str, **result: str) -> None:
        """Stores the end together with the messages of the event that announces it."""
        while not self._stopping.is_set():
            try:
                with self._database.unit():
                    if status == "FAILED":
                        self._states._fail_execution(execution, result["error"], result["cause"])
                    else:
                        execution |= {"status": status, "stopDate": now_iso(), **result}
                        self._states._add_event(execution, "ExecutionSucceeded")
                        self._states._emit_execution_status_event(execution)
                    self._stored.put(execution)
                self.on_end(execution["name"])
                with self._ended:
                    self._ended.notify_all()
            except NotStoredError:
                logger.exception("the end of execution %s waits: it cannot be stored", execution["name"])
                self._stopping.wait(_RETRY_SECONDS)
            else:
                return


def _patient(state: Json) -> Json:
    """A state with PATIENCE times its timeout, as its function has."""
    return {**state, "TimeoutSeconds": PATIENCE * state["TimeoutSeconds"]} if "TimeoutSeconds" in state else state


def install_stored_executions(database: Database, stepfunctions: Module) -> Workflow:
    """Have MiniStack's module `stepfunctions` run its executions by the returned workflow."""
    workflow = Workflow(database, stepfunctions)
    stepfunctions._run_execution = workflow.run  # no setting chooses a store
    stepfunctions._start_execution = partial(workflow.start, stepfunctions._start_execution)
    stepfunctions._invoke_nested_start_execution_sync = workflow.nested
    install_distributed_maps(stepfunctions)
    stepfunctions._stop_execution = partial(workflow.stop, stepfunctions._stop_execution)
    stepfunctions.get_state = partial(_without_executions, stepfunctions.get_state)
    return workflow


def _without_executions(get_state: Handle) -> Json:
    return {**get_state(), "executions": AccountRegionScopedDict()}
