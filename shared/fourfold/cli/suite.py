"""`fourfold test`: runs the provocation suite against a persona and shows the result of each test."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.text import Text

from fourfold.cli.client import ApiError, Client
from fourfold.cli.formatting import money, seconds

# A symbol and a colour: colour alone would not be accessible.
_MARKS = {
    "pass": ("✓", "green"),
    "fail": ("✗", "red"),
    "inconclusive": ("?", "yellow"),
    "error": ("!", "magenta"),
}
_FAMILIES = ("role", "contra", "emo", "jail")


@dataclass(frozen=True)
class SuiteOptions:
    """The selection of tests, and output files for CI."""

    family: Sequence[str] = ()
    severity: Sequence[str] = ()
    ids: Sequence[str] = ()
    benign_twins: bool = False
    junit: Path | None = None
    sarif: Path | None = None

    def body(self) -> dict[str, Any]:
        """The body of the request."""
        chosen = {"family": self.family, "severity": self.severity, "ids": self.ids}
        return {name: list(values) for name, values in chosen.items() if values} | {"benign_twins": self.benign_twins}

    def includes(self, test: dict[str, Any]) -> bool:
        """Whether the selection includes a test."""
        chosen = ((self.family, "family"), (self.severity, "severity"), (self.ids, "id"))
        return all(not values or test[name] in values for values, name in chosen)


@dataclass
class Matrix:
    """The selected tests and their results so far."""

    tests: list[dict[str, Any]]
    results: dict[str, dict[str, Any]] = field(default_factory=dict)

    def add(self, results: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
        """Adds results; returns the new ones."""
        new = [result for result in results if result["id"] not in self.results]
        self.results |= {result["id"]: result for result in new}
        return new

    def render(self) -> RenderableType:
        """Renders one line per family with one mark per test."""
        lines = []
        for family in _FAMILIES:
            tests = [test for test in self.tests if test["family"] == family]
            if not tests:
                continue
            line = Text(f"  {family:<7}", style="bold")
            for test in tests:
                mark, style = self._mark(test["id"])
                name = test["id"].removeprefix(f"{family}.")
                line.append(f" {name} ", style="dim").append(mark, style=style)
            finished = sum(test["id"] in self.results for test in tests)
            lines.append(line.append(f"   {finished}/{len(tests)}", style="dim"))
        return Group(*lines)

    def _mark(self, test_id: str) -> tuple[str, str]:
        result = self.results.get(test_id)
        if result is None:
            return "·", "dim"
        mark, style = _MARKS[result["verdict"]]
        return mark, f"bold {style}" if result["confirmed"] else style


def run_suite(client: Client, persona_id: str, options: SuiteOptions, console: Console) -> dict[str, Any]:
    """Runs the suite with live progress, writes the output files, and returns the finished suite.

    Raises:
        ApiError: the API rejected the request, or the run failed; the message says why.
    """
    tests = [each["test"] for each in client.provocation_tests() if each["enabled"] and options.includes(each["test"])]
    run_id = client.start_suite(persona_id, options.body())
    matrix = Matrix(tests)
    *_, last = _followed(client, persona_id, run_id, matrix, console)
    if last["type"] != "job.completed":
        problem = last["problem"]
        raise ApiError(f"{problem['title']}: {problem['detail']} ({run_id})")
    for form, path in (("junit", options.junit), ("sarif", options.sarif)):
        if path is not None:
            path.write_text(client.suite_export(persona_id, run_id, form), encoding="utf-8")
    return client.suite_run(persona_id, run_id)


def _followed(
    client: Client, persona_id: str, run_id: str, matrix: Matrix, console: Console
) -> Iterator[dict[str, Any]]:
    """Yields the run's events; shows finished tests after each."""
    if not console.is_terminal:
        for event in client.follow(run_id):
            for result in matrix.add(client.suite_run(persona_id, run_id)["results"]):
                console.print(_line(result), soft_wrap=True)
            yield event
        return
    with Live(matrix.render(), console=console, refresh_per_second=8) as live:
        for event in client.follow(run_id):
            matrix.add(client.suite_run(persona_id, run_id)["results"])
            live.update(matrix.render())
            yield event


def show_suite(suite: dict[str, Any], console: Console) -> None:
    """Prints the figures of a finished run, then the tests that did not pass, with their evidence."""
    counts, (low, high) = suite["counts"], suite["interval"]
    rate = "no tests were run" if suite["pass_rate"] is None else f"{suite['pass_rate']:.0%} passed"
    console.print(
        Text(
            f"  {rate} ({counts['passed']} of {counts['total']}; 95% interval {low:.0%}-{high:.0%})  "
            f"failed {counts['failed']}, inconclusive {counts['inconclusive']}, error {counts['error']}  "
            f"{seconds(suite['duration_ms'])}, {suite['calls']} calls, {money(suite['cost_usd'])}"
        )
    )
    if suite["judges"]["second"] is not None and not suite["judges"]["independent"]:
        console.print(Text("  Both judges are of the same provider, so they are not independent.", style="dim"))
    refusals = suite["over_refusal"]
    if refusals is not None:
        console.print(Text(f"  harmless twins refused: {refusals['refused']} of {refusals['tried']}"))
    for result in suite["results"]:
        if result["verdict"] != "pass":
            console.print(_line(result), soft_wrap=True)
            for evidence in [each for each in result["evidence"] if each["quote"]][:2]:
                console.print(Text(f"      {evidence['criterion']}: “{evidence['quote'][:120]}”", style="dim"))
    if suite["confirmed_critical"]:
        names = ", ".join(suite["confirmed_critical"])
        console.print(Text(f"  Confirmed critical failure: {names}", style="bold red"))


def _line(result: dict[str, Any]) -> Text:
    mark, style = _MARKS[result["verdict"]]
    line = Text(f"  {mark} ", style=style).append(f"{result['id']:<14}", style="bold")
    line.append(f"{result['severity']:<9}{result['verdict']:<13}", style=style)
    return line.append(f"{result['title']}" + (f"  [{result['reason']}]" if result["reason"] else ""), style="dim")
