"""Bridge: MiniStack keeps every execution's history and a log stream for each invocation in memory, without end.

AWS drops them by their retention: executions after 90 days, logs as their group says. Here a fixed number of the newest
is kept, so that memory and the time of a save are bounded.
"""

from __future__ import annotations

from typing import Any

EXECUTIONS_KEPT = 200
HISTORIES_KEPT = 20  # a history holds the execution's state at every step: some hundred kilobytes
STREAMS_KEPT = 200  # per log group
EVENTS_KEPT = 100


def forget_old_history() -> None:
    """Drop finished executions, histories and log streams beyond the newest."""
    from ministack.services import cloudwatch_logs, eventbridge, stepfunctions

    for published in eventbridge._events_log.all_values():  # noqa: SLF001 - kept for a page of MiniStack's own
        del published[:-EVENTS_KEPT]

    executions: dict[Any, dict[str, Any]] = stepfunctions._executions._data  # noqa: SLF001 - no call deletes one
    finished = [key for key, execution in list(executions.items()) if execution["status"] != "RUNNING"]
    finished.sort(key=lambda key: executions[key]["startDate"])
    for key in finished[:-EXECUTIONS_KEPT]:
        executions.pop(key, None)
    for key in finished[-EXECUTIONS_KEPT:-HISTORIES_KEPT]:
        executions[key]["events"] = []

    groups: dict[Any, dict[str, Any]] = cloudwatch_logs._log_groups._data  # noqa: SLF001 - deleting each by a call is slow
    for group in list(groups.values()):
        streams: dict[str, dict[str, Any]] = group["streams"]
        for name in list(streams)[:-STREAMS_KEPT]:  # oldest first
            streams.pop(name, None)
