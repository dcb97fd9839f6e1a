"""An evaluation in a terminal: its verdict, and the measures with their intervals."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from rich.console import Console
from rich.table import Table
from rich.text import Text

from fourfold.cli.formatting import money
from fourfold.evaluation.amounts import NONE, amount, least_mean, probability

_CODES: Final = {"better": 0, "equivalent": 0, "worse": 2}
INCONCLUSIVE: Final = 3
_STYLES: Final = {"better": "bold green", "equivalent": "bold", "worse": "bold red", "inconclusive": "bold yellow"}


def verdict_code(evaluation: Mapping[str, Any]) -> int:
    """Returns the exit code of an evaluation that has ended.

    0: better or equivalent, 2: worse, 3: inconclusive, 1: failed.
    """
    if evaluation["status"] == "failed" or evaluation["report"] is None:
        return 1
    return _CODES.get(evaluation["report"]["verdict"], INCONCLUSIVE)


def show_evaluation(evaluation: Mapping[str, Any], console: Console) -> None:
    """Prints an evaluation, as far as it is."""
    a, b, report = evaluation["a"], evaluation["b"], evaluation["report"]
    console.print(Text(f"{evaluation['id']}  {evaluation['status']}  A: {a['label']}   B: {b['label']}", style="dim"))
    if evaluation["error"] is not None:
        console.print(Text(f"{evaluation['error']['title']}. {evaluation['error']['detail']}", style="red"))
    if report is None:
        return
    verdict = report["verdict"]
    subject = "B" if verdict != "inconclusive" else "The evaluation"
    console.print(Text(f"{subject} is {verdict}", style=_STYLES[verdict]), soft_wrap=True)
    console.print(Text(report["reason"]), soft_wrap=True)
    if report["briefs_to_settle"] is not None:
        console.print(Text(f"About {report['briefs_to_settle']} briefs would settle it."))
    console.print(_measures(report))
    for note in report["notes"]:
        console.print(Text(note, style="dim"), soft_wrap=True)
    judge = f"judge {report['judge']}, {report['pairs']} of {report['briefs']} pairs"
    console.print(Text(f"{judge}, {money(evaluation['spent_usd'])} in all", style="dim"))


def _measures(report: Mapping[str, Any]) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim")
    for column in ("", "A", "B", "B - A", "95 % interval", "n", "p", ""):
        table.add_column(column, justify="left" if column in {"", "95 % interval"} else "right")
    for measure in report["measures"]:
        table.add_row(
            Text(measure["name"].replace("_", " "), style="bold" if measure["counts"] else "dim"),
            _figure(measure, measure["a"]),
            _figure(measure, measure["b"]),
            _figure(measure, measure["difference"], signed=True),
            _interval(measure),
            f"{measure['n']:,}",
            probability(measure["adjusted_p"] if measure["counts"] and measure["p"] is not None else measure["p"]),
            _verdict(measure),
        )
    return table


def _figure(measure: Mapping[str, Any], value: float | None, *, signed: bool = False) -> str:
    return amount(value, measure["unit"], signed=signed, beside=least_mean(measure["a"], measure["b"]))


def _interval(measure: Mapping[str, Any]) -> str:
    if measure["interval"] is None:
        return NONE
    low, high = (_figure(measure, measure["interval"][end], signed=True) for end in ("low", "high"))
    return f"{low} to {high}"


def _verdict(measure: Mapping[str, Any]) -> Text:
    if not measure["counts"]:
        return Text("")
    verdict = measure["verdict"]
    return Text(verdict if measure["n"] else "not measured", style=_STYLES[verdict])
