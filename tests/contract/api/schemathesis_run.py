"""schemathesis against a served API: all phases, all checks, every operation of its own openapi.json."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

REPOSITORY = Path(__file__).parents[3]
# A body that is too long may be too large as well. A scenario of the stateful phase is up to six requests, each with
# what the earlier ones returned: five scenarios reached 3 of 1,830 links.
_SETTINGS = """\
[checks.negative_data_rejection]
expected-statuses = ["400", "401", "403", "404", "405", "406", "409", "413", "415", "422", "428", "429", "5xx"]

[phases.stateful.generation]
max-examples = 40
"""
# What these refuse depends on what is stored, or on parts that fit together; no schema says it.
_REFUSE_BY_MEANING = (
    "DELETE /v1/workspace",
    "PATCH /v1/personas/{persona_id}",
    "POST /v1/personas/{persona_id}/fork",
    "POST /v1/personas/{persona_id}/regenerate",
    "POST /v1/personas/{persona_id}/export/png",
    "POST /v1/evaluations",
    "PUT /v1/labels/{set_name}",
)
_ACCEPTED = ["2xx", "3xx", "401", "403", "404", "409", "422", "429", "5xx"]
_BY_MEANING = "".join(
    f'\n[[operations]]\ninclude-name = "{name}"\nchecks.positive_data_acceptance.expected-statuses = {_ACCEPTED}\n'
    for name in _REFUSE_BY_MEANING
)
_COMMAND = str(Path(sys.executable).parent / "schemathesis")


@dataclass(frozen=True)
class Walk:
    """What came of it: schemathesis's own report, and what it printed."""

    report: dict[str, Any]
    said: str

    @property
    def operations(self) -> tuple[int, int]:
        """Tested, and all there are."""
        return self.report["operations"]["tested"], self.report["operations"]["total"]

    @property
    def cases(self) -> int:
        return int(self.report["test_cases"]["generated"])

    @property
    def failures(self) -> int:
        counted = self.report["test_cases"]
        return int(counted["with_failures"]) + int(counted["errored"])


def walk(url: str, keys: Sequence[str], examples: int, folder: Path, *, seed: int = 1) -> Walk:
    """Walks the API at `url` with these keys, used in turn; `examples` at most for an operation and kind of data."""
    report = folder / "schemathesis.json"
    (folder / "schemathesis.toml").write_text(_SETTINGS + _BY_MEANING, encoding="utf-8")
    done = subprocess.run(
        [
            *(_COMMAND, "run", f"{url}/v1/openapi.json", "--checks", "all", "--continue-on-failure"),
            *("--max-examples", str(examples), "--seed", str(seed), "--request-timeout", "60"),
            *("--report", "json", "--report-json-path", str(report)),
        ],
        cwd=folder,  # it leaves files behind
        env={
            **os.environ,
            "PYTHONPATH": str(REPOSITORY),
            "SCHEMATHESIS_HOOKS": "tests.contract.api.schemathesis_hooks",
            "FOURFOLD_KEYS": ",".join(keys),
        },
        capture_output=True,
        text=True,
        check=False,
    )
    said = done.stdout + done.stderr
    assert report.exists(), said
    return Walk(json.loads(report.read_text(encoding="utf-8")), said)
