"""Evaluations through the product, end to end: the API on the local engine, and models whose quality is scripted.

`python -m benchmarks.evaluation_product` starts a server of its own and a provider on the loopback interface that
speaks Anthropic's API. Its personas are as good as the prompts and the model that it is sent (`ScriptedQuality`), with
noise of the generation (sd 0.25 points) and of the judge (sd 0.4). So the right answer of each evaluation is known:

- five evaluations of equal settings have no winner
- five with a planted harm in B are `worse`, and the measure that the harm concerns says so
- five whose budget is reached on the way spend no more than the budget and one call, and have no winner

`--briefs N` (16) briefs of `standard@1`; `--only same|planted|budgets` is a part. What has ended is published at once.
The page of the last planted evaluation is written to `--page FILE`.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from benchmarks.report import Report
from tests.integration.evaluating_server import evaluating_server
from tests.integration.local_server import LocalServer
from tests.providers.meter import Meter
from tests.providers.scripted_quality import (
    FREE_AGE,
    GENERIC,
    SAME_WORDS,
    SHORT_MODEL,
    WITHOUT_CHAIN,
    ScriptedQuality,
)
from tests.providers.server import ProviderServer

SAME, SEED = 5, 7
JUDGE: Final = "anthropic:claude-opus-4-6"
MODEL: Final = "anthropic:claude-sonnet-4-5"
# Shares of the expected cost: each ends somewhere else on the way.
BUDGETS: Final = (0.15, 0.3, 0.45, 0.6, 0.75)
_PATIENCE_S: Final = 600.0


@dataclass(frozen=True)
class Harm:
    """What is planted in B, and the measure that must be `worse`."""

    what: str
    arm: Mapping[str, Any]
    measure: str


def _variant(step: str, sentence: str) -> dict[str, Any]:
    texts = {step: f"Task: {step}. {sentence}"}
    return {"model": MODEL, "config": {"engine.pipeline.variant": {"name": "planted", "texts": texts}}}


HARMS: Final = (
    Harm("the mask ignores the constraints", _variant("mask_build", WITHOUT_CHAIN), "violations"),
    Harm("the same phrases in every mask", _variant("mask_build", SAME_WORDS), "voice_separation"),
    Harm("another age than the brief's", _variant("surface_ground", FREE_AGE), "claims_kept"),
    Harm("a generic soul, 1 point worse", _variant("soul_draft", GENERIC), "overall"),
    Harm("a model whose answers are cut off", {"model": f"anthropic:{SHORT_MODEL}"}, "passed"),
)


@dataclass
class Bench:
    """A server with its provider, and the report."""

    server: LocalServer
    meter: Meter
    briefs: int
    published: Report = field(default_factory=lambda: Report("evaluation_product"))
    page: str = ""

    def same(self) -> None:
        """Evaluations of equal settings."""
        for number in range(SAME):
            found = self._ended({"a": {"model": MODEL}, "b": {"model": MODEL}, "allow_same": True})
            self._publish(f"A/A {number + 1}", found)

    def planted(self) -> None:
        """Evaluations with a harm in B."""
        for harm in HARMS:
            found = self._ended({"a": {"model": MODEL}, "b": dict(harm.arm)})
            self._publish(f"planted: {harm.what}", found, harm.measure)
            self.page = self.server.call("GET", f"/v1/evaluations/{found['id']}?format=html").text

    def budgets(self) -> None:
        """Evaluations whose budget is reached on the way."""
        asked = {"a": {"model": MODEL}, "b": dict(HARMS[3].arm)}
        expected = self._request({**asked, "dry_run": True})["usd"]["low"]
        for share in BUDGETS:
            billed = len(self.meter.bill)
            found = self._ended({**asked, "max_usd": round(share * expected, 4)})
            paid = [call.usd for call in self.meter.bill[billed:]]
            passed_by = max(0.0, sum(paid) - found["max_usd"])
            self.published.outcome(
                f"budget of {share:.0%}",
                f"{found['report']['pairs']} of {self.briefs} pairs",
                f"{found['report']['verdict']}, stopped: {found['stopped']}",
                f"max_usd {found['max_usd']:.4f}, paid {sum(paid):.4f} in {len(paid)} calls, recorded "
                f"{found['spent_usd']:.4f}, passed by {passed_by:.4f} (dearest call {max(paid):.4f})",
            )
            self.published.publish()

    def _request(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        body = {"set": "standard@1", "size": self.briefs, "max_usd": 100, "judge": JUDGE, "preferences": False, **asked}
        reply = self.server.call("POST", "/v1/evaluations", body=body, timeout=120)
        reply.raise_for_status()
        answer: dict[str, Any] = reply.json()
        return answer

    def _ended(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        path = f"/v1/evaluations/{self._request(asked)['evaluation_id']}"
        until = time.monotonic() + _PATIENCE_S
        while time.monotonic() < until:
            found: dict[str, Any] = self.server.call("GET", path, timeout=120).json()
            if found["status"] != "running":
                return found
            time.sleep(0.5)
        raise TimeoutError(f"{path} is still running after {_PATIENCE_S:.0f} s")

    def _publish(self, what: str, found: Mapping[str, Any], concerned: str | None = None) -> None:
        report = found["report"]
        shown = [each for each in report["measures"] if each["counts"] and each["interval"]]
        shown.sort(key=lambda each: bool(each["name"] != concerned))
        numbers = ", ".join(
            f"{each['name']} {each['difference']:+.3f} ({each['interval']['low']:+.3f} to "
            f"{each['interval']['high']:+.3f}) {each['verdict']}"
            for each in shown
        )
        self.published.outcome(what, f"{report['pairs']} pairs", report["verdict"], numbers)
        self.published.publish()


@contextmanager
def bench(briefs: int) -> Iterator[Bench]:
    """A server on a new home, until the context ends."""
    meter = Meter()
    with (
        tempfile.TemporaryDirectory(prefix="evaluations-", ignore_cleanup_errors=True) as folder,
        ProviderServer(ScriptedQuality(meter, SEED)) as provider,
        evaluating_server(Path(folder) / "home", provider) as server,
    ):
        yield Bench(server, meter, briefs)


def main(arguments: list[str]) -> None:
    """Measures what the arguments name, and publishes it."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.evaluation_product", description=__doc__)
    parser.add_argument("--briefs", type=int, default=16)
    parser.add_argument("--only", choices=("same", "planted", "budgets"))
    parser.add_argument("--page", type=Path)
    asked = parser.parse_args(arguments)
    began = time.monotonic()
    with bench(asked.briefs) as measured:
        for part in (asked.only,) if asked.only else ("planted", "budgets", "same"):
            getattr(measured, part)()
        measured.published.figure("calls", len(measured.meter.bill), "calls")
        measured.published.figure("wall time", time.monotonic() - began, "s")
        measured.published.publish()
        if asked.page is not None:
            asked.page.write_text(measured.page, encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
