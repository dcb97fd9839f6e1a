"""`fourfold regression`: measures a judge on the label set and compares it with its baseline."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, NoReturn

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from fourfold.cli.terminal import SafeConsole
from fourfold.config.models import OFFLINE_MODEL, ModelConfig
from fourfold.judges.junit import figure_text, junit_xml
from fourfold.judges.regression import (
    Comparison,
    Measurement,
    compare,
    measure,
    passports,
    read_baseline,
    write_baseline,
    write_passports,
)
from fourfold.judges.verdicts import MeasuredJudge
from fourfold.llm.model_names import OFFLINE, full_name
from fourfold.llm.port import ModelError, provider_and_model
from fourfold.models import resolve
from fourfold.models.credentials import usable_providers

_MAX_TOKENS = 8192
WORSE, REFUSED = 1, 2


def regression(
    judge: Annotated[
        str, typer.Option(help="The judge, provider:model. A real one is called about 300 times.")
    ] = OFFLINE_MODEL,
    junit: Annotated[Path | None, typer.Option(help="Write the result as JUnit XML to this file.")] = None,
    update: Annotated[
        bool, typer.Option("--update", help="Store the result as the new baseline and passport, unless it is worse.")
    ] = False,
    accept: Annotated[
        str | None, typer.Option(help="With --update: why a result that is worse is accepted. Stored in the baseline.")
    ] = None,
) -> None:
    """Measure a judge on the label set, against its baseline. Exits 1 if it is worse, 2 if it cannot be compared."""
    console = SafeConsole()
    measured = _measured(_usable(judge))
    baseline = read_baseline(measured.judge.model.name)
    comparison = None if baseline is None else compare(measured, baseline)
    show_measurement(measured, comparison, console)
    if junit is not None:
        junit.write_text(junit_xml(measured, comparison), encoding="utf-8")
    code = _exit_code(comparison, update=update, accepted=accept is not None)
    if update and code == 0:
        write_baseline(measured.baseline(accept))
        write_passports(passports(measured))
        console.print(Text("The baseline and the passports are stored.", "green"))
    if code:
        raise typer.Exit(code)


def show_measurement(measured: Measurement, comparison: Comparison | None, console: Console) -> None:
    """Prints each measure with its interval, what is worse, and what changed."""
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim")
    for column in ("measure", "value (95 % interval)", "baseline"):
        table.add_column(column)
    worse = {} if comparison is None else comparison.worse
    for name in sorted({*measured.measures, *worse}):
        figure = measured.measures.get(name)
        value = "not measured" if figure is None else figure_text(figure)
        before = Text(f"worse than {figure_text(worse[name][0])}", "red") if name in worse else Text("")
        table.add_row(name, value, before)
    console.print(table)
    if comparison is None:
        console.print(Text(f"No baseline of {measured.judge.model.name}; --update stores this one.", "yellow"))
        return
    if comparison.changed_scores:
        console.print(
            Text(f"{len(comparison.changed_scores)} documents have another score than in the baseline.", "dim")
        )
    for name, (before_version, version) in comparison.changed_versions.items():
        text = f"{name}: {before_version} in the baseline, {version} now. Measure a new baseline with --update."
        console.print(Text(text, "red"))


def _exit_code(comparison: Comparison | None, *, update: bool, accepted: bool) -> int:
    if comparison is None:
        return 0
    if comparison.worse and not (update and accepted):
        return WORSE
    return REFUSED if comparison.changed_versions and not update else 0


def _usable(judge: str) -> MeasuredJudge:
    """The judge by its name, before anything is spent; exits if there is no such model or no key for it."""
    try:
        name = full_name(judge)
        usable = {OFFLINE, *(provider_and_model(each)[0] for each in usable_providers(os.environ))}
    except ValueError as error:
        _refuse(str(error))
    provider = provider_and_model(name)[0]
    if provider not in usable:
        _refuse(f"No credentials here for {provider}; see: fourfold doctor")
    return MeasuredJudge(resolve(name), ModelConfig(model=name, max_tokens=_MAX_TOKENS))


def _measured(judge: MeasuredJudge) -> Measurement:
    try:
        return measure(judge, datetime.now(UTC))
    except ModelError as error:
        _refuse(f"{judge.model.name}: {error}")


def _refuse(text: str) -> NoReturn:
    SafeConsole(stderr=True).print(Text(text, "red"))
    raise typer.Exit(REFUSED)
