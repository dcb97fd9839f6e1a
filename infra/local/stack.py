"""fourfold on this machine: engine, deployed template and API, up for as long as a context lasts."""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from fourfold.http.scopes import SCOPES
from fourfold.keys import KeyEnvironment, shown_part
from fourfold.llm.model_names import OFFLINE
from fourfold.models import libraries_of
from fourfold.models.credentials import PROVIDERS, usable_providers
from fourfold.storage.keys.api_keys import ApiKey, DynamoApiKeys
from infra.local import assembly
from infra.local.api import Api, listen
from infra.local.connections import drop_connections
from infra.local.deploy import deploy, is_deployed
from infra.local.engine import Engine
from infra.local.forks import SUPPORTED, ForkServer
from infra.local.home import PRIVATE, Home, Server
from infra.local.outbox import announce_leftovers
from infra.local.progress import Progress, Silent
from infra.local.recovery import announce_cut_off_executions
from infra.local.services import KEPT
from infra.local.snapshot import Snapshots, save_state
from infra.local.streams import reattach_streams
from infra.local.unpacking import install_shared_unpacking
from infra.local.webhooks import order_pending_deliveries
from infra.local.workers import (
    PATIENCE_SECONDS,
    PATIENCE_WITH_FORKS_SECONDS,
    WarmUp,
    install_patient_pool,
)

ORG_ID = "org_local"
WORKSPACE_ID = "ws_local"
API_HANDLER = "api/run.sh"
PUBLISHER_HANDLER = "functions.publish_events.handler.handler"
DISPATCHER_HANDLER = "functions.webhook_dispatch.handler.handler"
# Defaults of a developer's machine for the API and the functions; a variable of the shell goes before.
DEVELOPMENT = {"FOURFOLD_WEBHOOKS_ALLOW_LOOPBACK": "1"}
FUNCTION_ARN = re.compile(r"arn:aws:lambda:[^\"]+")


@dataclass(frozen=True)
class Stack:
    """Where a running stack is and how to enter it."""

    home: Home
    api_url: str
    api_key: str
    engine_url: str
    root_key: str


@contextmanager
def running_stack(home: Home, port: int, progress: Progress | None = None) -> Iterator[Stack]:
    """Bring everything up and, at the end, down; one at a time in a process, and once in its life.

    `port` is the API's, 0 for any free one. The process's AWS_* environment is replaced, FOURFOLD_PROVIDERS set to the
    providers it has keys for and what DEVELOPMENT names added, for all it starts; files it makes are its owner's alone.
    Raises AlreadyRunningError, PortTakenError, UnreadableStateError, SynthesisError, DeployError, EngineError or
    ApiStartError.
    """
    progress = progress or Silent()
    providers = usable_providers(os.environ)
    os.environ.update({**DEVELOPMENT, **os.environ, PROVIDERS: ",".join(providers) or OFFLINE})
    os.umask(PRIVATE)
    with ExitStack() as undo:
        undo.enter_context(home.locked())
        home.make_private()
        listener = listen(port)
        started = datetime.now(UTC)
        forks = ForkServer(home.log, libraries_of(providers)) if SUPPORTED else None
        if forks:
            undo.callback(forks.stop)
        engine = Engine(home)
        undo.callback(engine.stop)
        api = Api(listener, home.root / "api.log")  # it loads its libraries while the engine starts
        undo.callback(api.stop)
        with progress.step("Start the AWS engine"):
            engine.start()
            install_patient_pool(PATIENCE_WITH_FORKS_SECONDS if forks else PATIENCE_SECONDS)
            install_shared_unpacking(Path(tempfile.mkdtemp(prefix="code-", dir=home.scratch)))
            if forks:
                forks.install()
            reattach_streams()
        _bring_up_to_date(engine, home, progress)
        snapshots = Snapshots(engine)
        undo.callback(snapshots.stop)
        snapshots.start()
        deployed_api = _function(engine, API_HANDLER)
        variables = deployed_api["Environment"]["Variables"]
        warm_up = WarmUp(
            [*_invoked_functions(engine, variables["FOURFOLD_STATE_MACHINE_ARN"]), *_progress_functions(engine)]
        )
        undo.callback(warm_up.stop)
        warm_up.start()
        with progress.step("Start the API"):
            _recover(engine, variables, started)
            drop_connections(engine.client("dynamodb"), variables["FOURFOLD_CONNECTIONS_TABLE"])
            api_key = _seed_api_key(engine, home, variables["FOURFOLD_API_KEYS_TABLE"])
            access = {**engine.worker_environment(), **engine.execution_credentials(deployed_api)}
            api.start({**variables, **access})
        undo.callback(home.withdraw)
        home.announce(Server(os.getpid(), api.url, engine.url, engine.root_key))
        yield Stack(home, api.url, api_key, engine.url, engine.root_key)


def _bring_up_to_date(engine: Engine, home: Home, progress: Progress) -> None:
    """Synthesize and deploy what changed since the last time; nothing, most of the time."""
    digest = assembly.source_digest()
    if is_deployed(engine.client, digest):
        return
    made = assembly.existing(home, digest)
    if made is None:
        with progress.step("Synthesize the CloudFormation template"):
            made = assembly.synthesize(home, digest)
    with progress.step("Deploy the template"):
        deploy(engine.client, made)
        save_state(KEPT)


def _recover(engine: Engine, variables: dict[str, str], started: datetime) -> None:
    announce_cut_off_executions(
        engine.client("dynamodb"),
        variables["FOURFOLD_PERSONAS_TABLE"],
        variables["FOURFOLD_STATE_MACHINE_ARN"],
        started,
    )
    publisher = _function(engine, PUBLISHER_HANDLER)
    announce_leftovers(
        engine.client("dynamodb"),
        engine.client("lambda"),
        publisher["Environment"]["Variables"]["FOURFOLD_OUTBOX_TABLE"],
        publisher["FunctionName"],
    )
    lanes = _function(engine, DISPATCHER_HANDLER)["Environment"]["Variables"]
    order_pending_deliveries(
        engine.client("dynamodb"),
        engine.client("sqs"),
        lanes["FOURFOLD_WEBHOOKS_TABLE"],
        lanes["FOURFOLD_WEBHOOKS_SLOW_QUEUE"],
    )


def _seed_api_key(engine: Engine, home: Home, table: str) -> str:
    """Make the development key known to the API, as its hash; the same key at every start.

    It is stored anew each time: a newer version may know more scopes, and a home's own key always opens it.
    """
    text = home.api_key()
    shown = shown_part(text)
    key = ApiKey(
        key_id="key_local",
        org_id=ORG_ID,
        workspace_id=WORKSPACE_ID,
        scopes=frozenset(SCOPES),
        name="Development key of this machine",
        environment=KeyEnvironment.TEST,
        prefix=shown.prefix,
        last_four=shown.last_four,
        created_at=datetime.now(UTC),
    )
    DynamoApiKeys(engine.client("dynamodb"), table).put(text, key)
    return text


def _function(engine: Engine, handler: str) -> dict[str, Any]:
    """The deployed function whose handler ends so."""
    functions: list[dict[str, Any]] = engine.client("lambda").list_functions()["Functions"]
    return next(function for function in functions if function["Handler"].endswith(handler))


def _progress_functions(engine: Engine) -> list[str]:
    """ARNs of the functions of live progress: nobody waits for them before a first client or a first event."""
    functions = engine.client("lambda").list_functions()["Functions"]
    return [
        f"{function['FunctionArn']}:live"
        for package in ("progress_connection", "progress_push")
        for function in functions
        if f".{package}." in function["Handler"]
    ]


def _invoked_functions(engine: Engine, state_machine_arn: str) -> list[str]:
    """ARNs (with version or alias) of the functions the pipeline calls, in the order its states are written.

    First step first: a run that starts at once finds each function warm in time.
    """
    machine = engine.client("stepfunctions").describe_state_machine(stateMachineArn=state_machine_arn)
    return list(dict.fromkeys(FUNCTION_ARN.findall(machine["definition"])))
