"""`fourfold config ...`: what holds and why, changing it, its history."""

# ruff: noqa: PLR0913, PLR0917 - an argument for each option

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Any

import typer
from rich.console import Console

from fourfold.cli.assignments import value_of
from fourfold.cli.client import ApiError
from fourfold.cli.config_calls import ConfigCalls, WriteOptions
from fourfold.cli.config_display import (
    show_changes,
    show_commit,
    show_explanation,
    show_revisions,
    show_schema,
    show_snapshots,
    show_view,
)
from fourfold.cli.session import connected
from fourfold.config.scope import StoredScope

_PIPED_WIDTH = 160  # nobody watches: a key and its value stay on one line

app = typer.Typer(no_args_is_help=True, help="Settings: read, change, lock, explain, roll back.")

AsJson = Annotated[bool, typer.Option("--json", help="Print the JSON document instead, a problem too.")]
Scope = Annotated[StoredScope, typer.Option("--scope", "-s", help="Where to read or change.")]
Reason = Annotated[str | None, typer.Option("--reason", "-r", help="Why; kept in the history.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Tell what would happen and change nothing.")]
IfMatch = Annotated[int | None, typer.Option("--if-match", min=0, help="Only if the scope is still at this revision.")]
Keys = Annotated[list[str], typer.Argument(help="engine.pipeline.soul_draft.model", metavar="KEY...")]


@app.command()
def get(
    prefix: Annotated[str, typer.Argument(help="Only keys that begin with this.")] = "",
    scope: Scope = "workspace",
    as_json: AsJson = False,
) -> None:
    """Show the values that hold, where each comes from and who locked it."""
    with _calls(as_json) as calls:
        view = calls.view(scope, prefix)
    _print(view) if as_json else show_view(view, _console()) if view["data"] else None
    if not view["data"]:
        Console(stderr=True).print(f"No key begins with {prefix}. See: fourfold config schema", markup=False)
        raise typer.Exit(1)


@app.command(name="set")
def set_keys(
    assignments: Annotated[
        list[str], typer.Argument(help="A key and its value, as often as wanted.", metavar="KEY VALUE...")
    ],
    scope: Scope = "workspace",
    reason: Reason = None,
    dry_run: DryRun = False,
    if_match: IfMatch = None,
    as_json: AsJson = False,
) -> None:
    """Set keys, all or none. A value that is JSON is taken as such, any other as text."""
    if len(assignments) % 2:
        raise typer.BadParameter("give each key a value", param_hint="KEY VALUE")
    pairs = zip(assignments[::2], assignments[1::2], strict=True)
    ops = [{"op": "set", "key": key, "value": value_of(value)} for key, value in pairs]
    _commit(ops, WriteOptions(scope, reason, dry_run, if_match), as_json=as_json)


@app.command()
def unset(
    keys: Keys,
    scope: Scope = "workspace",
    reason: Reason = None,
    dry_run: DryRun = False,
    if_match: IfMatch = None,
    as_json: AsJson = False,
) -> None:
    """Take a scope's values away: the keys are inherited again."""
    _commit(
        [{"op": "unset", "key": key} for key in keys], WriteOptions(scope, reason, dry_run, if_match), as_json=as_json
    )


@app.command()
def lock(
    key: Annotated[str, typer.Argument(help="engine.pipeline.audit.min_overall_score")],
    minimum: Annotated[float | None, typer.Option("--min", help="Those below may not go under this.")] = None,
    maximum: Annotated[float | None, typer.Option("--max", help="Those below may not go over this.")] = None,
    one_of: Annotated[str | None, typer.Option("--one-of", help="Those below may choose of these: a,b")] = None,
    value: Annotated[str | None, typer.Option("--value", help="A value to set with the lock.")] = None,
    scope: Scope = "workspace",
    reason: Reason = None,
    dry_run: DryRun = False,
    if_match: IfMatch = None,
    as_json: AsJson = False,
) -> None:
    """Keep the scopes below from setting a key, or hold them within bounds. What they had set is kept and overruled.

    A value that lies outside of --min or --max when they are given is set to that bound.
    """
    bounds: dict[str, Any] = {name: bound for name, bound in (("min", minimum), ("max", maximum)) if bound is not None}
    if one_of is not None:
        bounds["enum"] = [value_of(each.strip()) for each in one_of.split(",")]
    op: dict[str, Any] = {"op": "lock", "key": key}
    if bounds:
        op["bounds"] = bounds
    with _calls(as_json) as calls:
        if value is not None:
            op["value"] = value_of(value)
        elif (bound := _exceeded_bound(calls, scope, key, bounds)) is not None:
            op["value"] = bound
        result = calls.commit([op], WriteOptions(scope, reason, dry_run, if_match))
    _print(result) if as_json else show_commit(result, _console())


@app.command()
def unlock(
    keys: Keys,
    scope: Scope = "workspace",
    reason: Reason = None,
    dry_run: DryRun = False,
    if_match: IfMatch = None,
    as_json: AsJson = False,
) -> None:
    """Take a scope's locks away: what they overruled holds again."""
    _commit(
        [{"op": "unlock", "key": key} for key in keys], WriteOptions(scope, reason, dry_run, if_match), as_json=as_json
    )


@app.command()
def explain(
    key: Annotated[str, typer.Argument(help="engine.pipeline.soul_draft.model")],
    scope: Scope = "workspace",
    as_json: AsJson = False,
) -> None:
    """Tell why a key has its value: what every scope says, who said it, when and why."""
    with _calls(as_json) as calls:
        explanation = calls.explain(scope, key)
    _print(explanation) if as_json else show_explanation(explanation, _console())


@app.command()
def diff(
    before: Annotated[str, typer.Argument(help="A revision's number, or cfs_...", metavar="FROM")],
    after: Annotated[str, typer.Argument(help="A revision's number, or cfs_...", metavar="TO")],
    scope: Scope = "workspace",
    as_json: AsJson = False,
) -> None:
    """Show what turns one revision or snapshot into another."""
    with _calls(as_json) as calls:
        found = calls.diff(scope, before, after)
    if as_json:
        _print(found)
    elif found["changes"]:
        show_changes(found["changes"], _console())
    else:
        _console().print("They say the same.")


@app.command()
def snapshot(
    label: Annotated[str, typer.Argument(help="What to call it.")], scope: Scope = "workspace", as_json: AsJson = False
) -> None:
    """Keep what a scope says now, for good."""
    with _calls(as_json) as calls:
        created = calls.snapshot(scope, label)
    _print(created) if as_json else show_snapshots([created], _console())


@app.command()
def snapshots(scope: Scope = "workspace", as_json: AsJson = False) -> None:
    """List a scope's snapshots, newest first."""
    with _calls(as_json) as calls:
        listed = calls.snapshots(scope)
    _print(listed) if as_json else show_snapshots(listed["data"], _console())


@app.command()
def rollback(
    snapshot_id: Annotated[str, typer.Argument(help="cfs_...", metavar="SNAPSHOT")],
    reason: Reason = None,
    dry_run: DryRun = False,
    if_match: IfMatch = None,
    as_json: AsJson = False,
) -> None:
    """Put a snapshot's scope back to what it said then, as a new revision; what locks forbid is listed."""
    with _calls(as_json) as calls:
        result = calls.roll_back(snapshot_id, WriteOptions(reason=reason, dry_run=dry_run, expected=if_match))
    _print(result) if as_json else show_commit(result, _console())


@app.command()
def preset(
    name: Annotated[str, typer.Argument(help="anthropic, openai, google, bedrock, offline or draft")],
    scope: Scope = "workspace",
    reason: Reason = None,
    dry_run: DryRun = False,
    if_match: IfMatch = None,
    as_json: AsJson = False,
) -> None:
    """Move the whole tree to a provider in one commit, or to `draft`, its cheapest form."""
    with _calls(as_json) as calls:
        result = calls.apply_preset(name, WriteOptions(scope, reason, dry_run, if_match))
    _print(result) if as_json else show_commit(result, _console())


@app.command()
def revisions(
    limit: Annotated[int, typer.Option(min=1, max=100, help="How many, newest first.")] = 20,
    scope: Scope = "workspace",
    as_json: AsJson = False,
) -> None:
    """List a scope's commits: who, when, why, and which keys."""
    with _calls(as_json) as calls:
        page = calls.revisions(scope, limit)
    _print(page) if as_json else show_revisions(page, _console())


@app.command()
def schema(
    prefix: Annotated[str, typer.Argument(help="Only keys that begin with this.")] = "", as_json: AsJson = False
) -> None:
    """Tell what every key means, its default and who may set it."""
    with _calls(as_json) as calls:
        found = calls.schema()
    found["data"] = [key for key in found["data"] if key["key"].startswith(prefix)]
    _print(found) if as_json else show_schema(found["data"], _console())


@contextmanager
def _calls(as_json: bool) -> Iterator[ConfigCalls]:
    """The routes; a refusal is told on standard error, with --json its problem is the document printed."""
    with connected() as client:
        try:
            yield ConfigCalls(client)
        except ApiError as error:
            if as_json and error.problem is not None:
                _print(error.problem)
            raise


def _exceeded_bound(calls: ConfigCalls, scope: StoredScope, key: str, bounds: dict[str, Any]) -> float | None:
    """The end of a range that a scope's numeric value lies beyond; None while it lies within."""
    current = next((row["value"] for row in calls.view(scope, key)["data"] if row["key"] == key), None)
    if not isinstance(current, int | float) or isinstance(current, bool):
        return None
    if current < bounds.get("min", current):
        return float(bounds["min"])
    return float(bounds["max"]) if current > bounds.get("max", current) else None


def _commit(ops: list[dict[str, Any]], options: WriteOptions, *, as_json: bool) -> None:
    with _calls(as_json) as calls:
        result = calls.commit(ops, options)
    _print(result) if as_json else show_commit(result, _console())


def _print(document: object) -> None:
    sys.stdout.write(json.dumps(document, indent=2, ensure_ascii=False) + "\n")


def _console() -> Console:
    return Console() if sys.stdout.isatty() or "COLUMNS" in os.environ else Console(width=_PIPED_WIDTH)
