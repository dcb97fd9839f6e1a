"""Each kind of fault meets a busy server a few times: nothing acknowledged is lost, doubled or paid twice.

`make chaos` strikes more often, with more clients, and writes its table to benchmarks/results.
"""

from __future__ import annotations

import subprocess
import sys

import pytest

from infra.local.home import REPOSITORY
from tests.chaos.faults import FAULTS, Fault

pytestmark = [pytest.mark.deep(part="chaos"), pytest.mark.timeout(900)]

TIMES, MAKERS = 2, 5


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_nothing_is_lost_doubled_or_paid_twice(fault: Fault) -> None:
    if not fault.possible():
        pytest.skip("it needs Linux and a C compiler")
    command = [sys.executable, "-m", "tests.chaos", fault.name, "--times", str(TIMES), "--makers", str(MAKERS)]
    done = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, timeout=800, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
