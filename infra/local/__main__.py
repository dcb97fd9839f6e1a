"""`python -m infra.local up | demo | check`: fourfold on this machine, until a signal or until the work is done."""

from __future__ import annotations

import importlib
import os
import signal
import sys
import threading
from collections.abc import Callable
from types import FrameType

from rich.console import Console

from fourfold.config.presets import default_config
from fourfold.errors import LocalError
from fourfold.http.cors import allowed_origins
from fourfold.models.credentials import usable_providers
from infra.local.api import DEFAULT_PORT, ApiStartError, PortTakenError, is_healthy, listen
from infra.local.assembly import SynthesisError
from infra.local.bedrock import require_bedrock_access
from infra.local.bridges.saved_state import UnreadableStateError
from infra.local.bridges.store.database import DatabaseError
from infra.local.deploy import DeployError
from infra.local.engine import EngineError
from infra.local.home import AlreadyRunningError, Home, UnusableHomeError
from infra.local.progress import ConsoleProgress
from infra.local.stack import Stack, running_stack

LAST_PORT = 65535
_POLL_S = 0.5


class BadPortError(LocalError):
    """PORT is not a port number."""


FAILURES = (
    AlreadyRunningError,
    ApiStartError,
    BadPortError,
    DatabaseError,
    DeployError,
    EngineError,
    PortTakenError,
    SynthesisError,
    UnreadableStateError,
    UnusableHomeError,
)
USAGE = "usage: python -m infra.local up|demo|check"
EXAMPLE_BRIEF = "A retired lighthouse keeper in Brittany who writes letters to strangers"

console = Console()


def main(arguments: list[str]) -> int:
    commands = {"up": up, "demo": demo, "check": check}
    if len(arguments) != 1 or arguments[0] not in commands:
        console.print(USAGE)
        return 2
    stop = stop_on_signals(_serving.is_set)
    try:
        providers = usable_providers(os.environ)
        default_config(providers)
        require_bedrock_access(providers, os.environ)
    except ValueError as unusable:
        console.print(f"[red]✗[/red] model settings: {unusable}", highlight=False, emoji=False)
        return 1
    try:
        allowed_origins(os.environ.get("FOURFOLD_CORS_ORIGINS", ""))
    except ValueError as unusable:
        console.print(f"[red]✗[/red] FOURFOLD_CORS_ORIGINS: {unusable}", highlight=False, emoji=False)
        return 1
    try:
        return commands[arguments[0]](stop)
    except FAILURES as failure:
        console.print(f"[red]✗[/red] {failure}", highlight=False)
        return 1
    except KeyboardInterrupt:
        console.print("  stopped")
        return 130


def up(stop: threading.Event) -> int:
    """Serve until SIGINT or SIGTERM."""
    asked = _asked_port()
    port = DEFAULT_PORT if asked is None else asked
    with running_stack(Home.default(), port, ConsoleProgress(console)) as stack:
        _serving.set()
        _print_addresses(stack)
        wait_until(stop)
        console.print("  stopping (again to force) …")
    return 0


def demo(stop: threading.Event) -> int:  # noqa: ARG001 - all commands have one signature
    """Make one persona, on this home's server if one is running."""
    run = importlib.import_module("fourfold.cli.demo").run
    home, brief = Home.default(), os.environ.get("BRIEF") or None
    server = home.running_server()
    if server is not None and is_healthy(server.api_url):
        console.print(f"  Using the server at {server.api_url} with the models it was started with.", highlight=False)
        return int(run(server.api_url, home.api_key(), brief))
    _print_models()
    with running_stack(home, _demo_port(), ConsoleProgress(console)) as stack:
        return int(run(stack.api_url, stack.api_key, brief))


def check(stop: threading.Event) -> int:  # noqa: ARG001 - all commands have one signature
    """Print the checks of the stored state as JSON, for `fourfold doctor --state`. Returns 1 if anything is wrong."""
    state_check = importlib.import_module("infra.local.state_check")
    findings = state_check.check_state(Home.default())
    sys.stdout.write(state_check.as_json(findings) + "\n")
    return 0 if all(finding.is_good for finding in findings) else 1


def _asked_port() -> int | None:
    """`PORT` (0: any free one), or None where it is not set.

    Raises:
        BadPortError: it is not a port number.
    """
    asked = os.environ.get("PORT")
    if not asked:
        return None
    if not asked.isdecimal() or int(asked) > LAST_PORT:
        raise BadPortError(f"PORT={asked} is not a port; choose a number up to {LAST_PORT}, 0 for any free one")
    return int(asked)


_serving = threading.Event()


def _demo_port() -> int:
    """PORT, else the default port, else (it is in use) any free one."""
    asked = _asked_port()
    if asked is not None:
        return asked
    try:
        listen(DEFAULT_PORT).close()
    except PortTakenError:
        return 0
    return DEFAULT_PORT


def stop_on_signals(serving: Callable[[], bool]) -> threading.Event:
    """A signal interrupts the set-up; while `serving` it sets the returned event; the second one ends the process."""
    stop = threading.Event()

    def on_signal(number: int, frame: FrameType | None) -> None:  # noqa: ARG001 - the signature of a signal handler
        if stop.is_set():
            os._exit(130)
        stop.set()
        if not serving():
            raise KeyboardInterrupt

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, on_signal)
    return stop


def wait_until(stop: threading.Event) -> None:
    """Returns when `stop` is set.

    It polls twice a second: the system may deliver a signal to any thread, Python handles it in the main one, and a
    main thread that waits without a limit does not learn of it.
    """
    while not stop.wait(_POLL_S):
        pass


def _print_addresses(stack: Stack) -> None:
    curl = (
        f"curl -s {stack.api_url}/v1/personas \\\n"
        f"    -H 'Authorization: Bearer {stack.api_key}' \\\n"
        f"    -H 'Content-Type: application/json' \\\n"
        f'    -d \'{{"intent": "{EXAMPLE_BRIEF}"}}\''
    )
    console.print()
    console.print(f"  Console  {stack.console_url}", highlight=False, soft_wrap=True)
    console.print("           (signs one browser in, once, within 15 minutes)", highlight=False)
    console.print(f"  API      {stack.api_url}", highlight=False)
    console.print(f"  Docs     {stack.api_url}/docs", highlight=False)
    _print_models(stack)
    console.print(f"  API key  {stack.api_key}", highlight=False)
    console.print(f"  State    {stack.home.root}", highlight=False)
    console.print(f"\n  {curl}\n", highlight=False, soft_wrap=True)
    console.print("  Ctrl-C stops.", highlight=False)


def _print_models(stack: Stack | None = None) -> None:
    """Prints the models of the environment; if a running stack's stored settings name others, those."""
    doctor = importlib.import_module("fourfold.cli.doctor")
    line = doctor.models_line(os.environ)
    if stack is not None:
        served = importlib.import_module("fourfold.cli.served_settings").engine_of(stack.api_url, stack.api_key)
        if served is not None and doctor.models_of(served) not in line:
            line = f"{doctor.models_of(served)} (stored settings; this environment has {line})"
    console.print(f"  Models   {line}", highlight=False, soft_wrap=True, emoji=False, markup=False)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
