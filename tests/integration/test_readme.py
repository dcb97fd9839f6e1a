"""Every command of README.md and docs/, as it is written there, on a fresh home with the keys of two providers."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from fourfold.cards.portrait import portrait
from infra.local.home import REPOSITORY
from infra.local.stack import WORKSPACE_ID
from tests.integration.local_server import LocalServer
from tests.integration.readme import commands
from tests.providers.server import ProviderServer
from tests.providers.setting import KEY
from tests.providers.whole_product import WholeProduct
from tests.providers.wires import Provider

COMMANDS = commands(REPOSITORY / "README.md", *sorted((REPOSITORY / "docs").glob("*.md")))
# They run until Ctrl-C. The text is what they print once they work, the command makes them print it.
# A deletion takes at least three minutes; tests/contract/api/test_workspace_commands.py has its end.
ENDLESS = {
    "fourfold watch --all": ("run_", 'fourfold create "..."'),
    "fourfold webhooks listen": ("Receiving at", "sleep 0.1"),
    "fourfold workspace delete ws_acme": ("personas deleted", "sleep 0.1"),
}
# Exit codes with a documented meaning: a critical failure, a reply beyond the threshold, a tone that did not move, a
# verdict that does not favour B, an evaluation that has ended and cannot be cancelled, a voice that is not kept; and
# that of Ctrl-C in a deletion.
MEANT = {
    "fourfold test": {0, 1},
    "fourfold drift": {0, 2},
    "fourfold refine": {0, 2},
    "fourfold evaluate": {0, 2, 3},
    "fourfold evaluations wait": {0, 2, 3},
    "fourfold evaluations cancel": {1},
    "fourfold voice-check": {0, 1},
    "fourfold workspace delete": {130},
}
SECONDS = 180


@dataclass
class Shell:
    """A terminal at the root of a fresh clone: `.local` is its home, the virtual environment's programs are found."""

    folder: Path
    server: LocalServer
    variables: dict[str, str]
    ids: dict[str, str]

    def as_typed(self, command: str) -> str:
        """The command with a reader's own values in its placeholders, and the port that is served here."""
        values = {
            "http://127.0.0.1:8000": self.server.server.api_url,
            "<id>": self.ids.get("per", "per_none"),
            "per_...": self.ids.get("per", "per_none"),
            "evl_...": self.ids.get("evl", "evl_none"),
            "cfs_...": self.ids.get("cfs", "cfs_"),
            "ws_acme": WORKSPACE_ID,
            "<brief>": "A shy founder, 34",
            '"..."': '"A retired smuggler, 66, in Trieste"',
            "--last 40": "--last 2",  # as many as were made here
            "2027-01-07": str((datetime.now(UTC) + timedelta(days=40)).date()),
        }
        for placeholder, value in values.items():
            command = command.replace(placeholder, value)
        return command

    def run(self, command: str) -> tuple[int, str]:
        """Exit code and what was printed, both streams; ids of it are the placeholders' next values."""
        done = subprocess.run(
            ["bash", "-c", self.as_typed(command)],
            cwd=self.folder,
            env=self.variables,
            input="How was the crossing?\n",
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=SECONDS,
            check=False,
        )
        self.ids |= {found[0:3]: found for found in re.findall(r"\b(?:per|cfs|evl)_[0-9a-z]{26}\b", done.stdout)}
        return done.returncode, done.stdout

    def run_until(self, command: str, sign: str, cause: str) -> tuple[int, str]:
        """As `run`, for a command that ends with Ctrl-C. That is pressed once `cause` has made it print `sign`.

        A question whether to continue is answered with yes.
        """
        output = self.folder / "endless.txt"
        with output.open("w") as file:
            process = subprocess.Popen(
                # A run in the background ignores SIGINT, and would hand that down.
                ["env", "--default-signal=INT", "bash", "-c", f"exec {self.as_typed(command)} <<< y"],
                cwd=self.folder,
                env=self.variables,
                stdout=file,
                stderr=file,
            )
        until = time.monotonic() + SECONDS
        while process.poll() is None and sign not in output.read_text() and time.monotonic() < until:
            self.run(cause)
        process.send_signal(signal.SIGINT)
        return process.wait(SECONDS), output.read_text()


@pytest.fixture(scope="module")
def shell(stack: LocalServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shell]:
    folder = tmp_path_factory.mktemp("clone")
    with ProviderServer(WholeProduct()) as provider:
        # docs/models.md goes from one provider's models to the other's.
        keys = {
            "OPENAI_API_KEY": KEY,
            "OPENAI_BASE_URL": provider.base_url(Provider.OPENAI),
            "ANTHROPIC_API_KEY": KEY,
            "ANTHROPIC_BASE_URL": provider.base_url(Provider.ANTHROPIC),
        }
        server = LocalServer(folder / ".local", keys)
        server.home.root.mkdir()
        server.borrow_assembly(stack)
        server.start()
        (folder / "infra").symlink_to(
            REPOSITORY / "infra"
        )  # of a clone, `fourfold doctor --state` needs the server's code
        (folder / "reply.txt").write_text("I was there for most of it, with my boots on.\n")
        (folder / "me.png").write_bytes(portrait("me"))
        path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
        variables = {name: value for name, value in os.environ.items() if not name.startswith("FOURFOLD_")}
        try:
            yield Shell(folder, server, {**variables, **keys, "PATH": path, "COLUMNS": "160"}, {})
        finally:
            assert server.stop() == 0, server.said()


def test_there_are_commands() -> None:
    assert len(COMMANDS) > 10


@pytest.mark.deep(part="readme")
@pytest.mark.parametrize("command", [command for command in COMMANDS if "make " not in command])
def test_every_command_works_as_it_is_written(shell: Shell, command: str) -> None:
    """In the order of the pages: a command's placeholders hold the ids that earlier ones printed."""
    code, printed = shell.run_until(command, *ENDLESS[command]) if command in ENDLESS else shell.run(command)
    meant = next((codes for start, codes in MEANT.items() if command.startswith(start)), {0})
    assert code in meant, f"$ {command}\nexit {code}\n{printed}"
    assert "Traceback" not in printed
    assert '"status":4' not in printed.replace(" ", "")


@pytest.mark.parametrize("command", [command for command in COMMANDS if "make " in command])
def test_every_make_target_is_there(command: str) -> None:
    subprocess.run(["bash", "-c", command.replace("make ", "make --dry-run ")], cwd=REPOSITORY, check=True)
