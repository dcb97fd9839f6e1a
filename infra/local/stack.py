"""fourfold on this machine: a context in which the engine, the deployed template and the API are running."""

from __future__ import annotations

import os
import re
import secrets
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from fourfold.aws import LEAST_TIMEOUT
from fourfold.http.scopes import SCOPES
from fourfold.keys import KeyEnvironment, key_preview
from fourfold.llm.model_names import OFFLINE
from fourfold.models import libraries_of
from fourfold.models.credentials import PROVIDERS, usable_providers
from fourfold.storage.keys.api_keys import ApiKey, DynamoApiKeys
from infra.local import assembly
from infra.local.api import Api, SignIn, listen
from infra.local.bridges.forked_workers import SUPPORTED, ForkServer
from infra.local.bridges.outbox_replay import republish_outbox
from infra.local.bridges.patience import PATIENCE
from infra.local.bridges.resumed_starts import Starter
from infra.local.bridges.shared_archives import CodeFolders
from infra.local.bridges.stale_connections import drop_connections
from infra.local.bridges.unstarted_runs import Machines, fail_unstarted_runs, known_executions, running_documents
from infra.local.bridges.warm_up import WarmUp
from infra.local.bridges.webhook_requeue import requeue_pending_deliveries
from infra.local.bridges.worker_pool import WorkerPool
from infra.local.bridges.worker_process import start_interpreter
from infra.local.collector import uncollected
from infra.local.deploy import deploy, expiring_tables, is_deployed
from infra.local.engine import Engine
from infra.local.home import PRIVATE, Home, Server
from infra.local.process_group import ProcessGroup
from infra.local.progress import Progress, Silent

ORG_ID = "org_local"
WORKSPACE_ID = "ws_local"
API_HANDLER = "api/run.sh"
PUBLISHER_HANDLER = "functions.publish_events.handler.handler"
DISPATCHER_HANDLER = "functions.webhook_dispatch.handler.handler"
JOB_HANDLERS = ("functions.fingerprint.", "functions.provocation.")
# Defaults of the API and the functions on a developer's machine; the shell's variables take precedence.
DEVELOPMENT = {"FOURFOLD_WEBHOOKS_ALLOW_LOOPBACK": "1", LEAST_TIMEOUT: "60"}
SIGN_IN_SECONDS = 15 * 60
FUNCTION_ARN = re.compile(r"arn:aws:lambda:[^\"]+")


@dataclass(frozen=True)
class Stack:
    """Addresses and keys of a running stack. `console_url` signs one browser in, once, for SIGN_IN_SECONDS."""

    home: Home
    api_url: str
    api_key: str
    console_url: str
    engine_url: str
    root_key: str


@contextmanager
def running_stack(home: Home, port: int, progress: Progress | None = None) -> Iterator[Stack]:
    """Start everything, and stop it when the context ends. Once in a process's life, since the engine is (see Engine).

    The process's environment changes, for itself and for all it starts: AWS_* is replaced, FOURFOLD_PROVIDERS is set to
    the providers that have keys, and DEVELOPMENT is added. Files are created with the umask 077.

    Args:
        home: where the state is kept.
        port: of the API; 0 for any free one.
        progress: receives the steps of the start.

    Raises:
        AlreadyRunningError: another process serves this home.
        PortTakenError: another program listens on the port.
        UnreadableStateError: a saved state cannot be loaded.
        SynthesisError, DeployError, EngineError, ApiStartError: that part failed; the text has the reason.
    """
    progress = progress or Silent()
    providers = usable_providers(os.environ)
    os.environ.update({**DEVELOPMENT, **os.environ, PROVIDERS: ",".join(providers) or OFFLINE})
    os.umask(PRIVATE)
    with ExitStack() as undo:
        starting = undo.enter_context(ExitStack())
        starting.enter_context(uncollected())
        undo.enter_context(home.locked())
        home.make_private()
        listener = listen(port)
        group = ProcessGroup()
        undo.callback(group.end)
        forks = ForkServer(home.log, group, libraries_of(providers)) if SUPPORTED else None
        if forks:
            undo.callback(forks.stop)
        engine = Engine(home)
        undo.callback(engine.stop)
        api = Api(listener, home.root / "api.log", group)  # it imports its libraries while the engine starts
        undo.callback(api.stop)
        with progress.step("Start the AWS engine"):
            engine.start()
            folders = CodeFolders(Path(tempfile.mkdtemp(prefix="code-", dir=home.scratch)))
            start = forks.fork if forks else partial(start_interpreter, group)
            workers = WorkerPool(
                start, folders, _does_jobs, PATIENCE, engine.accepts_changes, engine.wait_for_quiet, engine.faults
            )
            undo.callback(workers.stop)
            undo.callback(engine.hold)
            workers.install()
        _bring_up_to_date(engine, home, progress)
        engine.expire(expiring_tables(engine.client("cloudformation")))
        deployed_api = _function(engine, API_HANDLER)
        variables = deployed_api["Environment"]["Variables"]
        warm_up = WarmUp(
            workers.warm,
            [*_invoked_functions(engine, variables["FOURFOLD_STATE_MACHINE_ARN"]), *_progress_functions(engine)],
        )
        undo.callback(warm_up.stop)
        engine.on_execution(warm_up.start)
        warm_up.start()
        with progress.step("Start the API"):
            _recover(engine, variables)
            drop_connections(engine.client("dynamodb"), variables["FOURFOLD_CONNECTIONS_TABLE"])
            api_key = _seed_api_key(engine, home, variables["FOURFOLD_API_KEYS_TABLE"])
            access = {**engine.worker_environment(), **engine.execution_credentials(deployed_api)}
            link = SignIn(secrets.token_urlsafe(24), api_key, time.time() + SIGN_IN_SECONDS)
            api.start({**variables, **access}, link)
            engine.on_execution_end(api.run_ended)
        undo.callback(home.withdraw)
        home.announce(Server(os.getpid(), api.url, engine.url, engine.root_key))
        # A fragment is not sent to a server, so the token is in no log; the console posts it.
        starting.close()
        yield Stack(home, api.url, api_key, f"{api.url}/#/sign-in/{link.token}", engine.url, engine.root_key)


def _bring_up_to_date(engine: Engine, home: Home, progress: Progress) -> None:
    """Synthesize and deploy the template, unless the deployed one is of the same sources."""
    digest = assembly.source_digest()
    if is_deployed(engine.client, digest):
        return
    made = assembly.existing(home, digest)
    if made is None:
        with progress.step("Synthesize the CloudFormation template"):
            made = assembly.synthesize(home, digest)
    with progress.step("Deploy the template"):
        deploy(engine.client, made)
        engine.save()


def _recover(engine: Engine, variables: dict[str, str]) -> None:
    """Continue what the last stop interrupted."""
    machines = Machines(variables["FOURFOLD_STATE_MACHINE_ARN"], variables["FOURFOLD_EVALUATION_MACHINE_ARN"])
    personas, states = variables["FOURFOLD_PERSONAS_TABLE"], engine.client("stepfunctions")

    def start(name: str, given: str) -> None:
        states.start_execution(stateMachineArn=machines.pipeline, name=name, input=given)

    documents, executions = running_documents(personas), known_executions()
    engine.resume()  # before others are started: it continues every execution that is running
    starter = Starter(engine.client("dynamodb"), personas, variables["FOURFOLD_RUN_EVENTS_TABLE"], start)
    starter.resume(documents, executions)
    fail_unstarted_runs(personas, machines)
    if engine.converted:
        _replay_memory(engine)


def _replay_memory(engine: Engine) -> None:
    """Send again what an earlier version may have had in memory only: its streams and queues."""
    publisher = _function(engine, PUBLISHER_HANDLER)
    republish_outbox(
        engine.client("dynamodb"),
        engine.client("lambda"),
        publisher["Environment"]["Variables"]["FOURFOLD_OUTBOX_TABLE"],
        publisher["FunctionName"],
    )
    lanes = _function(engine, DISPATCHER_HANDLER)["Environment"]["Variables"]
    requeue_pending_deliveries(
        engine.client("dynamodb"),
        engine.client("sqs"),
        lanes["FOURFOLD_WEBHOOKS_TABLE"],
        lanes["FOURFOLD_WEBHOOKS_SLOW_QUEUE"],
    )


def _seed_api_key(engine: Engine, home: Home, table: str) -> str:
    """Store the hash of the home's development key, and return the key, which is the same at every start.

    It is stored at each start because a newer version may have more scopes, and so that a revoked key works again.
    """
    text = home.api_key()
    shown = key_preview(text)
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


def _does_jobs(handler: str) -> bool:
    return handler.startswith(JOB_HANDLERS)


def _function(engine: Engine, handler: str) -> dict[str, Any]:
    """The deployed function whose handler ends with `handler`."""
    functions: list[dict[str, Any]] = engine.client("lambda").list_functions()["Functions"]
    return next(function for function in functions if function["Handler"].endswith(handler))


def _progress_functions(engine: Engine) -> list[str]:
    """ARNs of the functions of live progress, which are warmed last: no caller waits for their first invocation."""
    functions = engine.client("lambda").list_functions()["Functions"]
    return [
        f"{function['FunctionArn']}:live"
        for package in ("progress_connection", "progress_push")
        for function in functions
        if f".{package}." in function["Handler"]
    ]


def _invoked_functions(engine: Engine, state_machine_arn: str) -> list[str]:
    """ARNs (with version or alias) of the functions that the pipeline invokes, in the order of its states.

    The first step comes first, so that a run started at once finds each function warm in time.
    """
    machine = engine.client("stepfunctions").describe_state_machine(stateMachineArn=state_machine_arn)
    return list(dict.fromkeys(FUNCTION_ARN.findall(machine["definition"])))
