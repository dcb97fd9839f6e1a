"""The folder of all local state, and the lock that lets one process use it at a time."""

from __future__ import annotations

import fcntl
import json
import os
import secrets
import shutil
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from fourfold.errors import LocalError

REPOSITORY = Path(__file__).resolve().parents[2]
KEY_PREFIX = "ff_test_"
# The umask of every process that writes here: briefs, personas and webhook secrets are readable by the owner only.
PRIVATE = 0o077
TOOLS = "uv"  # the Makefile's, in the default home: programs, not state


class AlreadyRunningError(LocalError):
    """Another process serves this home; `server` is where (None while it is still starting)."""

    def __init__(self, home: Home, server: Server | None) -> None:
        where = f"at {server.api_url} (pid {server.pid})" if server else "and is still starting"
        super().__init__(f"fourfold already runs {where}; its state is in {home.root}")
        self.server = server


class UnusableHomeError(LocalError):
    """The folder of the state cannot be created or written."""

    def __init__(self, root: Path, error: OSError) -> None:
        super().__init__(f"{root}: {error.strerror}. Set FOURFOLD_HOME to a folder that can be written.")


@dataclass(frozen=True)
class Server:
    """A running stack's addresses, written to `server.json` (mode 600: it holds the engine's root key)."""

    pid: int
    api_url: str
    engine_url: str
    root_key: str


@dataclass(frozen=True)
class Home:
    """Paths below the state folder; reading one creates nothing."""

    root: Path

    @classmethod
    def default(cls) -> Home:
        """`$FOURFOLD_HOME`, or `.local` at the root of the repository."""
        configured = os.environ.get("FOURFOLD_HOME")
        return cls(Path(configured).expanduser().resolve() if configured else REPOSITORY / ".local")

    @property
    def assemblies(self) -> Path:
        return self.root / "assembly"

    @property
    def engine_state(self) -> Path:
        return self.root / "engine" / "state"

    @property
    def database(self) -> Path:
        """The engine's tables, queues and executions."""
        return self.root / "engine" / "engine.sqlite3"

    @property
    def earlier_state(self) -> Path:
        """The state as an earlier version saved it, kept after it was converted."""
        return self.root / "engine" / "earlier-state"

    @property
    def engine_objects(self) -> Path:
        return self.root / "engine" / "s3"

    @property
    def scratch(self) -> Path:
        """TMPDIR of the engine and its Lambda workers; wiped at start and at stop."""
        return self.root / "tmp"

    @property
    def log(self) -> Path:
        return self.root / "engine.log"

    @property
    def api_key_file(self) -> Path:
        return self.root / "api_key"

    @property
    def server_file(self) -> Path:
        return self.root / "server.json"

    def api_key(self) -> str:
        """The development API key; the first call creates it, with mode 600."""
        if not self.api_key_file.exists():
            self.root.mkdir(mode=0o700, parents=True, exist_ok=True)
            write_private(self.api_key_file, KEY_PREFIX + secrets.token_urlsafe(24))
        return self.api_key_file.read_text(encoding="ascii").strip()

    def wipe_scratch(self) -> None:
        """Remove the workers' files; what an ending worker still uses is left for the next call."""
        shutil.rmtree(self.scratch, ignore_errors=True)

    def running_server(self) -> Server | None:
        """The server that holds this home's lock, or None when there is none or it is not serving yet."""
        try:
            with self.locked():
                return None
        except AlreadyRunningError as running:
            return running.server

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Hold the home's lock; the kernel releases it when the process ends, however it ends.

        Raises:
            AlreadyRunningError: another process holds it.
            UnusableHomeError: the folder cannot be created or written.
        """
        try:
            self.root.mkdir(mode=0o700, parents=True, exist_ok=True)
            descriptor = os.open(self.root / "lock", os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            raise UnusableHomeError(self.root, error) from None
        try:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise AlreadyRunningError(self, self._announced()) from None
            yield
        finally:
            os.close(descriptor)

    def make_private(self) -> None:
        """Remove the permissions of group and others from all files: earlier versions left some readable."""
        remove_permissions_of_others(self.root, passing=TOOLS)

    def announce(self, server: Server) -> None:
        write_private(self.server_file, json.dumps(asdict(server)))

    def withdraw(self) -> None:
        self.server_file.unlink(missing_ok=True)

    def _announced(self) -> Server | None:
        try:
            return Server(**json.loads(self.server_file.read_text(encoding="utf-8")))
        except (OSError, ValueError, TypeError):
            return None


def remove_permissions_of_others(root: Path, passing: str = "") -> None:
    """Remove the permissions of group and others below `root`, except in its subfolder `passing`."""
    _keep_private(root)
    for folder, subfolders, files in os.walk(root):
        here = Path(folder)
        if here == root and passing in subfolders:
            subfolders.remove(passing)
        for name in (*subfolders, *files):
            _keep_private(here / name)


def _keep_private(path: Path) -> None:
    """Symbolic links, and files deleted since they were listed, are skipped."""
    with suppress(FileNotFoundError):
        mode = path.lstat().st_mode
        if not stat.S_ISLNK(mode) and stat.S_IMODE(mode) & PRIVATE:
            path.chmod(stat.S_IMODE(mode) & ~PRIVATE)


def write_private(path: Path, text: str) -> None:
    """Write `text` atomically, to a file that only its owner can read."""
    partial = path.with_name(path.name + ".partial")
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
    partial.replace(path)
