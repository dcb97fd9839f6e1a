"""Generates a persona with live progress."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rich.console import Console

from fourfold.cli.client import ApiError, Client
from fourfold.cli.live_display import Progress, follow
from fourfold.persona import Persona

NAIVE = {"engine.pipeline.method": "single_call"}


def create(
    client: Client,
    brief: str,
    console: Console,
    settings: Mapping[str, object] | None = None,
    labels: Mapping[str, object] | None = None,
) -> Persona:
    """Starts a run, shows its steps live, and returns the persona (`active` or `flagged`).

    `settings` are configuration keys and values for this run only, `labels` fields of the request such as `slug`.

    Raises:
        ApiError: the API rejected the brief, or the run failed; the message says why.
    """
    return finished(client, follow(client.create(brief, settings or {}, labels), console))


def finished(client: Client, progress: Progress) -> Persona:
    """Returns the persona of a finished run (`active` or `flagged`).

    Raises:
        ApiError: the run failed or did not start.
    """
    last = _last(progress)
    if last["type"] == "pipeline.failed":
        raise ApiError(f"{last['problem']['title']}: {last['problem']['detail']} ({last['run_id']})")
    return client.persona(last["persona_id"])


def created_both_ways(client: Client, brief: str, console: Console) -> list[Persona]:
    """Returns the persona of the six steps and that of the single call, which may be `failed`, from the same seed.

    Raises:
        ApiError: the six steps failed, and the single call was not made; or it was rejected. The message says what was
            made.
    """
    try:
        careful = create(client, brief, console)
    except ApiError as error:
        raise ApiError(f"{error}\nThere is nothing to compare: the single call was not made.", error.problem) from error
    try:
        last = _last(follow(client.create(brief, NAIVE, {"seed": careful.seed}), console))
    except ApiError as error:
        made = f"The six steps are done, the single call is not. See them: fourfold show {careful.id}"
        raise ApiError(f"{error}\n{made}", error.problem) from error
    return [careful, client.persona(last["persona_id"])]


def _last(progress: Progress) -> dict[str, Any]:
    if progress.last is None:
        raise ApiError("The server closed the stream before the run started. Try again.")
    return progress.last
