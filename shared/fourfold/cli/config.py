"""`fourfold config ...`: read, explain and change settings; history, snapshots and rollback."""

# ruff: noqa: PLR0913, PLR0917 - an argument for each option

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Any

import typer
from rich.console import Console

from fourfold.cli.assignments import value_of
from fourfold.cli.config_calls import ConfigCalls, Target, WriteOptions
from fourfold.cli.config_display import (
    show_changes,
    show_commit,
    show_explanation,
    show_revisions,
    show_schema,
    show_snapshots,
    show_view,
)
from fourfold.cli.numbers import finite
from fourfold.cli.output import AsJson, print_json
from fourfold.cli.session import connected
from fourfold.cli.terminal import SafeConsole
from fourfold.config.scope import SharedScope, StoredScope

_PIPED_WIDTH = 160  # output to a pipe: keep a key and its value on one line

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="Settings: read, change, lock, explain, roll back.")

Scope = Annotated[SharedScope, typer.Option("--scope", "-s", help="The scope to read or change.")]
Persona = Annotated[str | None, typer.Option("--persona", "-p", help="per_...: the settings of this persona.")]
Reason = Annotated[str | None, typer.Option("--reason", "-r", help="The reason, stored in the history.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Show what would change, without changing it.")]
IfMatch = Annotated[int | None, typer.Option("--if-match", min=0, help="Change only if the scope is at this revision.")]
Keys = Annotated[list[str], typer.Argument(help="engine.pipeline.soul_draft.model", metavar="KEY...")]


@app.command()
def get(
    prefix: Annotated[str, typer.Argument(help="Only keys that begin with this.")] = "",
    scope: Scope = "workspace",
    persona: Persona = None,
    as_json: AsJson = False,
) -> None:
    """Show effective values, with the scope that sets and the scope that locks each."""
    with _calls() as calls:
        view = calls.view(_target(scope, persona), prefix)
    print_json(view) if as_json else show_view(view, _console()) if view["data"] else None
    if not view["data"]:
        SafeConsole(stderr=True).print(f"No key begins with {prefix}. See: fourfold config schema", markup=False)
        raise typer.Exit(1)


@app.command(name="set")
def set_keys(
    assignments: Annotated[list[str], typer.Argument(help="A key and its value; repeatable.", metavar="KEY VALUE...")],
    scope: Scope = "workspace",
    persona: Persona = None,
    expires_at: Annotated[
        str | None, typer.Option("--until", help="When the values expire: 2026-12-24T18:00:00Z.")
    ] = None,
    reason: Reason = None,
    dry_run: DryRun = False,
    if_match: IfMatch = None,
    as_json: AsJson = False,
) -> None:
    """Set keys, all or none. A value that is valid JSON is parsed; any other is text."""
    if len(assignments) % 2:
        raise typer.BadParameter("a key has no value", param_hint="KEY VALUE")
    pairs = zip(assignments[::2], assignments[1::2], strict=True)
    until = {} if expires_at is None else {"expires_at": expires_at}
    ops = [{"op": "set", "key": key, "value": value_of(value), **until} for key, value in pairs]
    _commit(ops, WriteOptions(_target(scope, persona), reason, dry_run, if_match), as_json=as_json)


@app.command()
def unset(
    keys: Keys,
    scope: Scope = "workspace",
    persona: Persona = None,
    reason: Reason = None,
    dry_run: DryRun = False,
    if_match: IfMatch = None,
    as_json: AsJson = False,
) -> None:
    """Remove a scope's values, so that the keys inherit."""
    _commit(
        [{"op": "unset", "key": key} for key in keys],
        WriteOptions(_target(scope, persona), reason, dry_run, if_match),
        as_json=as_json,
    )


@app.command()
def lock(
    key: Annotated[str, typer.Argument(help="engine.pipeline.audit.min_overall_score")],
    minimum: Annotated[float | None, typer.Option("--min", callback=finite, help="Minimum for lower scopes.")] = None,
    maximum: Annotated[float | None, typer.Option("--max", callback=finite, help="Maximum for lower scopes.")] = None,
    one_of: Annotated[str | None, typer.Option("--one-of", help="Allowed values for lower scopes: a,b")] = None,
    value: Annotated[str | None, typer.Option("--value", help="A value to set with the lock.")] = None,
    scope: Scope = "workspace",
    persona: Persona = None,
    reason: Reason = None,
    dry_run: DryRun = False,
    if_match: IfMatch = None,
    as_json: AsJson = False,
) -> None:
    """Lock a key for lower scopes, or limit their values. Values they have set are kept but overridden.

    If the current value is outside --min or --max, it is set to that bound.
    """
    bounds: dict[str, Any] = {name: bound for name, bound in (("min", minimum), ("max", maximum)) if bound is not None}
    if one_of is not None:
        bounds["enum"] = [value_of(each.strip()) for each in one_of.split(",")]
    op: dict[str, Any] = {"op": "lock", "key": key}
    if bounds:
        op["bounds"] = bounds
    with _calls() as calls:
        if value is not None:
            op["value"] = value_of(value)
        elif (bound := _exceeded_bound(calls, _target(scope, persona), key, bounds)) is not None:
            op["value"] = bound
        result = calls.commit([op], WriteOptions(_target(scope, persona), reason, dry_run, if_match))
    print_json(result) if as_json else show_commit(result, _console())


@app.command()
def unlock(
    keys: Keys,
    scope: Scope = "workspace",
    persona: Persona = None,
    reason: Reason = None,
    dry_run: DryRun = False,
    if_match: IfMatch = None,
    as_json: AsJson = False,
) -> None:
    """Remove a scope's locks, so that overridden values apply again."""
    _commit(
        [{"op": "unlock", "key": key} for key in keys],
        WriteOptions(_target(scope, persona), reason, dry_run, if_match),
        as_json=as_json,
    )


@app.command()
def explain(
    key: Annotated[str, typer.Argument(help="engine.pipeline.soul_draft.model")],
    scope: Scope = "workspace",
    persona: Persona = None,
    as_json: AsJson = False,
) -> None:
    """Explain a key's value: what each scope sets, by whom, when and why."""
    with _calls() as calls:
        explanation = calls.explain(_target(scope, persona), key)
    print_json(explanation) if as_json else show_explanation(explanation, _console())


@app.command()
def diff(
    before: Annotated[str, typer.Argument(help="A revision's number, or cfs_...", metavar="FROM")],
    after: Annotated[str, typer.Argument(help="A revision's number, or cfs_...", metavar="TO")],
    scope: Scope = "workspace",
    persona: Persona = None,
    as_json: AsJson = False,
) -> None:
    """Show the changes between two revisions or snapshots."""
    with _calls() as calls:
        found = calls.diff(_target(scope, persona), before, after)
    if as_json:
        print_json(found)
    elif found["changes"]:
        show_changes(found["changes"], _console())
    else:
        _console().print("No differences.")


@app.command()
def snapshot(
    label: Annotated[str, typer.Argument(help="The snapshot's label.")],
    scope: Scope = "workspace",
    persona: Persona = None,
    as_json: AsJson = False,
) -> None:
    """Create a permanent snapshot of a scope."""
    with _calls() as calls:
        created = calls.snapshot(_target(scope, persona), label)
    print_json(created) if as_json else show_snapshots([created], _console())


@app.command()
def snapshots(scope: Scope = "workspace", persona: Persona = None, as_json: AsJson = False) -> None:
    """List a scope's newest snapshots, at most 100."""
    with _calls() as calls:
        listed = calls.snapshots(_target(scope, persona))
    print_json(listed) if as_json else show_snapshots(listed["data"], _console())


@app.command()
def rollback(
    snapshot_id: Annotated[str, typer.Argument(help="cfs_...", metavar="SNAPSHOT")],
    persona: Persona = None,
    reason: Reason = None,
    dry_run: DryRun = False,
    if_match: IfMatch = None,
    as_json: AsJson = False,
) -> None:
    """Restore a snapshot as a new revision; values that locks or the schema forbid are listed."""
    with _calls() as calls:
        result = calls.roll_back(snapshot_id, WriteOptions(_target("workspace", persona), reason, dry_run, if_match))
    print_json(result) if as_json else show_commit(result, _console())


@app.command()
def preset(
    name: Annotated[str, typer.Argument(help="anthropic, openai, google (or -current), bedrock, offline, draft")],
    scope: Scope = "workspace",
    reason: Reason = None,
    dry_run: DryRun = False,
    if_match: IfMatch = None,
    as_json: AsJson = False,
) -> None:
    """Switch all models of a scope to a provider in one commit, or to `draft`, the cheapest models."""
    with _calls() as calls:
        result = calls.apply_preset(name, WriteOptions(Target(scope), reason, dry_run, if_match))
    print_json(result) if as_json else show_commit(result, _console())


@app.command()
def revisions(
    limit: Annotated[int, typer.Option(min=1, max=100, help="How many, newest first.")] = 20,
    scope: Scope = "workspace",
    persona: Persona = None,
    as_json: AsJson = False,
) -> None:
    """List a scope's commits: who, when, why, and which keys."""
    with _calls() as calls:
        page = calls.revisions(_target(scope, persona), limit)
    print_json(page) if as_json else show_revisions(page, _console())


@app.command()
def schema(
    prefix: Annotated[str, typer.Argument(help="Only keys that begin with this.")] = "", as_json: AsJson = False
) -> None:
    """List every key with its meaning, default and scopes."""
    with _calls() as calls:
        found = calls.schema()
    found["data"] = [key for key in found["data"] if key["key"].startswith(prefix)]
    print_json(found) if as_json else show_schema(found["data"], _console())


def _target(scope: StoredScope, persona_id: str | None) -> Target:
    return Target(scope) if persona_id is None else Target("persona", persona_id)


@contextmanager
def _calls() -> Iterator[ConfigCalls]:
    with connected() as client:
        yield ConfigCalls(client)


def _exceeded_bound(calls: ConfigCalls, target: Target, key: str, bounds: dict[str, Any]) -> float | None:
    """The bound that the scope's current numeric value exceeds; None if it is within the bounds."""
    current = next((row["value"] for row in calls.view(target, key)["data"] if row["key"] == key), None)
    if not isinstance(current, int | float) or isinstance(current, bool):
        return None
    if current < bounds.get("min", current):
        return float(bounds["min"])
    return float(bounds["max"]) if current > bounds.get("max", current) else None


def _commit(ops: list[dict[str, Any]], options: WriteOptions, *, as_json: bool) -> None:
    with _calls() as calls:
        result = calls.commit(ops, options)
    print_json(result) if as_json else show_commit(result, _console())


def _console() -> Console:
    return SafeConsole() if sys.stdout.isatty() or "COLUMNS" in os.environ else SafeConsole(width=_PIPED_WIDTH)
