"""`fourfold doctor --state`: shows the checks of a local server's stored state, which the server's own code makes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from fourfold.cli.connection import local_home
from fourfold.errors import CommandError

_SERVER = Path("infra") / "local" / "__main__.py"


class NoServerCodeError(CommandError):
    """The folder is not in a clone of fourfold; only a clone has a local server."""


def examine_state(console: Console) -> bool:
    """Prints a row for each part of the state with what to do. Returns whether nothing needs to be done.

    Raises:
        NoServerCodeError: this folder is not in a clone.
        CommandError: the check itself failed.
    """
    home = local_home()
    checked = subprocess.run(
        [sys.executable, "-m", "infra.local", "check"],
        cwd=_clone(),
        env={**os.environ, "FOURFOLD_HOME": str(home)},
        capture_output=True,
        text=True,
        check=False,
    )
    try:
        findings: list[dict[str, Any]] = json.loads(checked.stdout)
    except ValueError:
        raise CommandError(f"The state could not be checked: {checked.stderr or checked.stdout}") from None
    console.print(Text.assemble("State in ", (str(home), "bold")))
    table = Table(box=None, padding=(0, 2, 0, 0), show_header=False)
    for finding in findings:
        bad = bool(finding["advice"])
        table.add_row(Text("✗", "red") if bad else Text("✓", "green"), finding["part"], Text(finding["detail"]))
    console.print(table)
    for advice in dict.fromkeys(finding["advice"] for finding in findings if finding["advice"]):
        console.print(Text(f"→ {advice}"), soft_wrap=True)
    return checked.returncode == 0


def _clone() -> Path:
    here = Path.cwd()
    for folder in (here, *here.parents):
        if (folder / _SERVER).exists():
            return folder
    raise NoServerCodeError("Run this in a clone of fourfold: the state of a local server is checked by its own code.")
