"""MiniStack, the embedded AWS engine, served from a thread of this process on loopback."""

from __future__ import annotations

import asyncio
import logging
import os
import secrets
import socket
import tempfile
import threading
import time
import urllib.request
from collections.abc import Callable, Mapping
from logging.handlers import RotatingFileHandler
from typing import TYPE_CHECKING, Any

from fourfold.errors import LocalError
from infra.local.bedrock import bedrock_access
from infra.local.bridges.foreground_first import ForegroundFirst
from infra.local.bridges.loopback_auth import LoopbackGuard
from infra.local.bridges.redelivery import CountedFaults
from infra.local.bridges.store.database import Database
from infra.local.home import Home
from infra.local.thread_switches import switch_often

if TYPE_CHECKING:
    from infra.local.bridges.event_sources import EventSources
    from infra.local.bridges.periodic_save import PeriodicSave
    from infra.local.bridges.store.workflow import Workflow

REGION = "us-east-1"
ACCOUNT = "000000000000"
START_SECONDS = 180  # on a laptop that compiles something
Client = Any  # boto3 makes the classes of its clients at run time

STOP_SECONDS = 15
LOG_BYTES = 5_000_000
# Connections that wait to be accepted: fifty personas at once open more than a hundred.
BACKLOG = 1024


class EngineError(LocalError):
    """The engine did not start, or it ended unexpectedly; the home's log has the reason."""


class Engine:
    """One engine per process: MiniStack keeps its state in module variables and reads its settings on import."""

    def __init__(self, home: Home) -> None:
        self._home = home
        self._bedrock: dict[str, str] = {}
        self._listener = _listen_on_loopback()
        self._thread: threading.Thread | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stopping: asyncio.Event | None = None
        self._database: Database
        self._counted: CountedFaults
        self._guard: LoopbackGuard
        self._workflow: Workflow
        self._sources: EventSources
        self._saves: PeriodicSave
        self.converted = False
        """Whether this start converted the state of an earlier version."""
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self.root_key = "AKIA" + secrets.token_hex(16).upper()

    def start(self) -> None:
        """Serve; returns when the saved state is loaded and requests are answered.

        What the last stop interrupted is not continued before `resume`.

        Raises:
            DatabaseError: the database cannot be opened; its file is left unchanged.
            UnreadableStateError: a saved state cannot be loaded; its file is left unchanged.
            EngineError: the start takes more than START_SECONDS, or the engine ends.
        """
        self._home.wipe_scratch()
        for folder in (self._home.scratch, self._home.engine_state, self._home.engine_objects):
            folder.mkdir(parents=True, exist_ok=True)
        self._take_environment()
        switch_often()
        _log_to(self._home)
        self._load()
        self._thread = threading.Thread(target=self._serve, name="engine", daemon=True)
        self._thread.start()
        self._wait_until_ready(self._thread)
        self._saves.start()

    def resume(self) -> None:
        """Continue what the last stop interrupted: executions, then queues and streams."""
        self._workflow.resume()
        self._sources.open()

    def hold(self) -> None:
        """Store nothing of any execution from here on: its functions are about to be stopped."""
        self._workflow.hold()

    def expire(self, attributes: Mapping[str, str]) -> None:
        """From now on, items are deleted after their time: table name -> attribute with the time."""
        from ministack.services import dynamodb

        from infra.local.bridges.store.expiry import Expiry

        self._saves.expiry = Expiry(self._database, dynamodb, attributes)

    def on_execution(self, prepare: Callable[[], None]) -> None:
        """`prepare` is called as an execution of a state machine is started; it returns at once."""
        self._workflow.on_start = prepare

    def on_execution_end(self, announce: Callable[[str], None]) -> None:
        """`announce` is called with the name of each execution of a state machine that has ended; it does not wait."""
        self._workflow.on_end = announce

    def wait_for_quiet(self) -> None:
        """Return when no execution is at work, or after a while (`infra.local.bridges.quiet`)."""
        self._workflow.quiet.wait()

    def save(self) -> None:
        """Save the definitions now."""
        self._saves.save()

    def stop(self) -> None:
        """Stop serving, save the definitions if they have changed, and close the database."""
        if self._thread is None:
            return
        self.hold()
        if self._loop is not None and self._stopping is not None and self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._stopping.set)
            self._thread.join(STOP_SECONDS)
        self._saves.stop()
        self._database.close()
        self._home.wipe_scratch()

    @property
    def database(self) -> Database:
        """The database of tables, queues and executions."""
        return self._database

    def client(self, service: str) -> Client:
        """A boto3 client with the account's root credentials: for the operator, never for the product."""
        import boto3

        return boto3.client(
            service,  # type: ignore[call-overload]  # boto3 has an overload for each service
            endpoint_url=self.url,
            region_name=REGION,
            aws_access_key_id=self.root_key,
            aws_secret_access_key=self.root_key,
        )

    def execution_credentials(self, function: dict[str, Any]) -> dict[str, str]:
        """AWS_* variables with which a process of this function acts as the function's role."""
        from ministack.core import lambda_runtime

        credentials: dict[str, str] = lambda_runtime.execution_credentials(function)
        return credentials

    def worker_environment(self) -> dict[str, str]:
        """Variables of every process that the engine starts: its address as AWS, and no credentials file."""
        return {
            "AWS_ENDPOINT_URL": self.url,
            "AWS_REGION": REGION,
            "AWS_DEFAULT_REGION": REGION,
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
            "AWS_EC2_METADATA_DISABLED": "true",
            **self._bedrock,
        }

    def accepts_changes(self) -> bool:
        """Whether the last change could be stored; a refused one is followed by an attempt every two seconds."""
        return self._database.failure is None

    def faults(self) -> int:
        """How many requests it has failed since its start."""
        return self._counted.count

    def _storage_failure(self) -> str | None:
        return self._database.failure or self._saves.failure

    def _take_environment(self) -> None:
        self._bedrock = bedrock_access(os.environ)
        for name in [name for name in os.environ if name.startswith("AWS_")]:
            del os.environ[name]  # a developer's real account must not be reachable by accident
        os.environ.update(self.worker_environment())
        os.environ.update(
            {
                "AWS_ACCESS_KEY_ID": self.root_key,
                "AWS_SECRET_ACCESS_KEY": self.root_key,
                "AUTH": "true",
                "PERSIST_STATE": "0",  # see infra.local.bridges.saved_state
                "STATE_DIR": str(self._home.engine_state),
                "S3_PERSIST": "1",
                "S3_DATA_DIR": str(self._home.engine_objects),
                "TMPDIR": str(self._home.scratch),
                "IOT_MTLS_ENABLED": "0",
                "SFTP_ENABLED": "0",
                "LAMBDA_EXECUTOR": "local",
                # MiniStack stops containers of a Docker daemon that it finds, so it must find none.
                "DOCKER_HOST": f"unix://{self._home.scratch / 'no-docker'}",
                "NO_PROXY": ",".join(filter(None, [os.environ.get("NO_PROXY"), "127.0.0.1", "localhost"])),
            }
        )
        tempfile.tempdir = None  # TMPDIR is read again

    def _load(self) -> None:
        """Load what is stored. The files of an earlier version are moved into the database, and kept aside."""
        from ministack.app import app
        from ministack.services import dynamodb, eventbridge, lambda_svc, sqs

        from infra.local.bridges.deep_messages import install_deep_messages
        from infra.local.bridges.event_sources import EventSources
        from infra.local.bridges.parsed_once import install_parsed_once
        from infra.local.bridges.periodic_save import PeriodicSave
        from infra.local.bridges.saved_state import copies, load_saved_state, set_aside
        from infra.local.bridges.steady_clock import install_steady_clock
        from infra.local.bridges.store.installation import install_store
        from infra.local.bridges.transaction_tokens import remember_transactions_by_hash

        self._counted = CountedFaults(ForegroundFirst(app))
        self._guard = LoopbackGuard(self._counted, self.root_key, self._storage_failure)
        install_deep_messages()
        install_parsed_once()
        remember_transactions_by_hash(dynamodb)
        install_steady_clock(dynamodb, eventbridge, lambda_svc, sqs)
        self._database = Database(self._home.database)
        self._workflow = install_store(self._database)
        self._sources = EventSources()
        self._saves = PeriodicSave(self._home.engine_state, self._database, lambda: self._guard.definitions)
        load_saved_state(self._home.engine_state)
        self._workflow.load()
        if not copies(self._home.engine_state):
            self._saves.save()
            self.converted = bool(set_aside(self._home.engine_state, self._home.earlier_state))

    def _serve(self) -> None:
        try:
            asyncio.run(self._serve_until_stopped())
        except BaseException:  # the thread ends here; EngineError names the log
            logging.getLogger(__name__).exception("the engine ended")
            raise

    async def _serve_until_stopped(self) -> None:
        from hypercorn.asyncio import serve
        from hypercorn.config import Config

        self._loop = asyncio.get_running_loop()
        self._stopping = asyncio.Event()
        config = Config()
        config.bind = [f"fd://{self._listener.fileno()}"]
        config.keep_alive_timeout = 75
        config.backlog = BACKLOG
        config.graceful_timeout = 1
        config.accesslog = None
        config.errorlog = logging.getLogger("hypercorn.error")
        await serve(self._guard, config, shutdown_trigger=self._stopping.wait)  # type: ignore[arg-type]

    def _wait_until_ready(self, thread: threading.Thread) -> None:
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline and thread.is_alive():
            try:
                with urllib.request.urlopen(f"{self.url}/_ministack/health", timeout=5):  # noqa: S310
                    return
            except OSError:
                time.sleep(0.05)
        raise EngineError(f"the engine did not start; see {self._home.log}")


def _listen_on_loopback() -> socket.socket:
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(("127.0.0.1", 0))
    return listener


def _log_to(home: Home) -> None:
    handler = RotatingFileHandler(home.log, maxBytes=LOG_BYTES, backupCount=1)
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s [%(name)s] %(message)s"))
    root = logging.getLogger()
    root.addHandler(handler)  # before MiniStack is imported, which logs to the terminal unless there is a handler
    root.setLevel(logging.INFO)
    logging.getLogger("botocore").setLevel(logging.WARNING)
