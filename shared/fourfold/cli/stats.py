"""The numbers of a workspace's newest runs, jobs and deliveries: what the dashboard shows of a deployment.

Runs and jobs are measured by the same function as the dashboard's metrics. What waits in the dashboard's queues is here
the jobs and deliveries that have not ended. The requests of the API and their errors are on the dashboard alone.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Annotated

import typer
from rich.table import Table

from fourfold.cli.client import ApiError, Client
from fourfold.cli.session import connected
from fourfold.cli.terminal import SafeConsole
from fourfold.persona import Persona, PersonaStatus
from fourfold.progress.events import RunEvent, event_from
from fourfold.progress.measurements import Measurement, measurements
from fourfold.progress.run import RunKind, RunStatus
from fourfold.webhooks.delivery import DeliveryStatus

_JOBS = (RunKind.FINGERPRINT, RunKind.PROVOCATION)
# Fields of a log entry around its event.
_ENTRY = frozenset({"seq", "run_id", "persona_id", "at"})

Values = dict[tuple[str, str], list[float]]
"""(metric, value of its first dimension; empty without one) -> the measured values."""


def stats(
    limit: Annotated[int, typer.Option(min=1, max=100, help="The runs of how many personas, newest first.")] = 20,
) -> None:
    """Show failures, durations, tokens and cost of the newest runs, by step and provider; jobs; drift; webhooks."""
    with connected() as client:
        personas = client.personas(limit)
        values = collected(events_of_newest(client, personas))
        jobs = collected(events_of_jobs(client, limit))
        # What jobs cost is not part of what the runs cost.
        values |= {key: found for key, found in jobs.items() if key[0] in {"JobFailed", "JobDuration"}}
        values |= collected_waiting(client)
        values |= collected_drift(client, personas, limit)
        values |= collected_deliveries(client, limit)
    show(values, SafeConsole())


def events_of_newest(client: Client, personas: Iterable[Persona]) -> Iterable[RunEvent]:
    """The events of the runs that wrote the personas. Runs in progress are left out."""
    for persona in personas:
        if persona.run_id is not None and persona.status is not PersonaStatus.GENERATING:
            yield from _events_of(client, persona.run_id)


def _events_of(client: Client, run_id: str) -> Iterable[RunEvent]:
    for entry in client.follow(run_id):
        yield event_from({name: value for name, value in entry.items() if name not in _ENTRY})


def events_of_jobs(client: Client, limit: int) -> Iterable[RunEvent]:
    """The events of the newest `limit` jobs of each kind that have ended."""
    for kind in _JOBS:
        for run in client.call("GET", "/v1/runs", params={"kind": kind, "limit": limit})["data"]:
            if run["status"] != RunStatus.RUNNING:
                yield from _events_of(client, run["id"])


def collected_waiting(client: Client) -> Values:
    """`JobWaiting`: the seconds since each job was asked for that has not ended, of at most 100 of each kind."""
    values: Values = defaultdict(list)
    for kind in _JOBS:
        params = {"kind": kind, "status": RunStatus.RUNNING, "limit": 100}
        for run in client.call("GET", "/v1/runs", params=params)["data"]:
            values["JobWaiting", kind].append(_seconds_since(run["started_at"]))
    return values


def collected_drift(client: Client, personas: Iterable[Persona], limit: int) -> Values:
    """`DriftAlerts` and `DriftScored`: replies above the threshold, and scored ones, of each session.

    Of each persona, the newest `limit` sessions.
    """
    values: Values = defaultdict(list)
    for persona in personas:
        path = f"/v1/personas/{persona.id}/sessions"
        for session in client.call("GET", path, params={"limit": limit})["data"]:
            values["DriftAlerts", ""].append(session["drift"]["alerts"])
            values["DriftScored", ""].append(session["drift"]["scored"])
    return values


def collected_deliveries(client: Client, limit: int) -> Values:
    """Of the newest `limit` deliveries of each endpoint: 0 or 1 for those that ended, as WebhookDead; their retries.

    `WebhookWaiting` are the seconds since the event of each that has not ended.
    """
    values: Values = defaultdict(list)
    try:
        endpoints = client.call("GET", "/v1/webhooks")["data"]
    except ApiError as refused:
        if (refused.problem or {}).get("code") == "insufficient_scope":  # the key may read personas alone
            return values
        raise
    for endpoint in endpoints:
        path = f"/v1/webhooks/{endpoint['id']}/deliveries"
        for delivery in client.call("GET", path, params={"limit": limit})["data"]:
            values["WebhookRetries", ""] += [1.0] * max(0, len(delivery["attempts"]) - 1)
            if delivery["status"] == DeliveryStatus.PENDING:
                values["WebhookWaiting", ""].append(_seconds_since(delivery["created_at"]))
            else:
                values["WebhookDead", ""].append(float(delivery["status"] == DeliveryStatus.DEAD))
    return values


def collected(events: Iterable[RunEvent]) -> Values:
    """Every measurement of the events."""
    values: Values = defaultdict(list)
    for event in events:
        for measurement in measurements(event):
            values[measurement.name, _first_dimension(measurement)].append(measurement.value)
    return values


def percentile(values: Sequence[float], share: float) -> float:
    """The nearest-rank percentile of at least one value; `share` is in (0, 1]."""
    return sorted(values)[math.ceil(share * len(values)) - 1]


def show(values: Mapping[tuple[str, str], Sequence[float]], console: SafeConsole) -> None:
    """Prints the numbers of runs, steps and providers, of jobs, of drift, and of deliveries of webhooks."""
    if values.get(("RunFailed", "")):
        _show_runs(values, console)
    else:
        console.print("No run has ended yet.")
    if jobs := _named(values, "JobFailed", "JobWaiting"):
        table = _table("job", "ended", "p50, p99", "failed", "not ended", "oldest")
        for job in jobs:
            failed, waiting = values.get(("JobFailed", job), ()), values.get(("JobWaiting", job), ())
            oldest = f"{max(waiting):.0f} s" if waiting else "-"
            duration = _durations(values, "JobDuration", job)
            table.add_row(job, str(len(failed)), duration, _share(failed), str(len(waiting)), oldest)
        console.print(table)
    if scored := sum(values.get(("DriftScored", ""), ())):
        console.print(f"drift: {sum(values['DriftAlerts', '']):.0f} alerts in {scored:.0f} scored replies")
    ended, waiting = values.get(("WebhookDead", ""), ()), values.get(("WebhookWaiting", ""), ())
    if ended or waiting:
        console.print(
            f"webhooks: {len(ended)} deliveries ended, {_share(ended)} given up,"
            f" {len(values.get(('WebhookRetries', ''), ()))} retries,"
            f" {len(waiting)} wait, the oldest for {max(waiting, default=0):.0f} s"
        )


def _seconds_since(moment: str) -> float:
    return (datetime.now(UTC) - datetime.fromisoformat(moment)).total_seconds()


def _show_runs(values: Mapping[tuple[str, str], Sequence[float]], console: SafeConsole) -> None:
    ended = values[("RunFailed", "")]
    flagged, cost = values.get(("RunFlagged", ""), ()), sum(values.get(("CostUsd", ""), ()))
    console.print(
        f"{len(ended)} runs, {_share(ended)} failed, {_share(flagged)} flagged,"
        f" {len(values.get(('AuditRetries', ''), ()))} audit retries, ${cost:.4f}"
    )
    console.print(f"run duration: {_durations(values, 'RunDuration', '')}")
    steps = _table("step", "executions", "p50, p99", "failed", "repairs", "fallbacks")
    for step in _named(values, "StepDuration", "StepsFailed"):
        counts = (str(len(values.get((name, step), ()))) for name in ("StepsFailed", "Repairs", "Fallbacks"))
        executions = len(values.get(("StepDuration", step), ()))
        steps.add_row(step, str(executions), _durations(values, "StepDuration", step), *counts)
    console.print(steps)
    providers = _table("provider", "calls", "p50, p99", "failed", "input tokens", "output tokens", "USD")
    for provider in _named(values, "ModelDuration"):
        tokens = (f"{sum(values.get((name, provider), ())):,.0f}" for name in ("InputTokens", "OutputTokens"))
        calls, failed = (len(values.get((name, provider), ())) for name in ("ModelDuration", "ModelFailures"))
        usd = f"{sum(values.get(('ModelCostUsd', provider), ())):.4f}"
        duration = _durations(values, "ModelDuration", provider)
        providers.add_row(provider, str(calls), duration, str(failed), *tokens, usd)
    console.print(providers)


def _named(values: Mapping[tuple[str, str], Sequence[float]], *metrics: str) -> list[str]:
    """The dimensions of these metrics, each once, in the order in which they were measured."""
    return list(dict.fromkeys(dimension for name, dimension in values if name in metrics))


def _durations(values: Mapping[tuple[str, str], Sequence[float]], metric: str, dimension: str) -> str:
    found = values.get((metric, dimension), ())
    if not found:
        return "-"
    return ", ".join(f"{percentile(found, share) / 1000:.1f} s" for share in (0.5, 0.99))


def _share(values: Sequence[float]) -> str:
    return f"{sum(values) / len(values):.0%}" if values else "0%"


def _first_dimension(measurement: Measurement) -> str:
    return next(iter(measurement.dimensions.values()), "")


def _table(*columns: str) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim")
    for number, column in enumerate(columns):
        table.add_column(column, justify="left" if number == 0 else "right", no_wrap=True)
    return table
