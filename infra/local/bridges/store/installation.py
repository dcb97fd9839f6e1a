"""Puts the database under MiniStack's tables, streams, queues and executions."""

from __future__ import annotations

from functools import partial

from infra.local.bridges.ministack_types import Handle, Module, Reply
from infra.local.bridges.store.database import Database, NotStoredError
from infra.local.bridges.store.queues import install_stored_queues
from infra.local.bridges.store.stream_mappings import install_stored_streams
from infra.local.bridges.store.tables import install_stored_tables, insufficient_storage
from infra.local.bridges.store.workflow import Workflow, install_stored_executions


def install_store(database: Database) -> Workflow:
    """Called once in a process, before MiniStack's state is loaded and before it serves."""
    from ministack.services import dynamodb, eventbridge, lambda_svc, sqs, stepfunctions

    install_stored_tables(database, dynamodb)
    install_stored_streams(database, dynamodb, lambda_svc)
    install_stored_queues(database, sqs, eventbridge)
    for module in (sqs, eventbridge, stepfunctions):
        _refuse_what_is_not_stored(module)
    return install_stored_executions(database, stepfunctions)


def _refuse_what_is_not_stored(module: Module) -> None:
    module.handle_request = partial(_stored, module.handle_request)


async def _stored(handle: Handle, *request: object) -> Reply:
    try:
        reply: Reply = await handle(*request)
    except NotStoredError as error:
        return insufficient_storage(str(error))
    return reply
