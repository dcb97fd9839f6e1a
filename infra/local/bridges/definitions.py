"""Which requests change what defines the deployment, and so have to be saved as JSON."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

_READS: Final = ("Describe", "List", "Get", "Query", "Scan", "BatchGet", "Head", "Select", "Assume")
# What these change is stored in the database.
_WRITES_DATA: Final = frozenset(
    {
        "BatchWriteItem",
        "ChangeMessageVisibility",
        "ChangeMessageVisibilityBatch",
        "DeleteItem",
        "DeleteMessage",
        "DeleteMessageBatch",
        "PurgeQueue",
        "PutEvents",
        "PutItem",
        "ReceiveMessage",
        "SendMessage",
        "SendMessageBatch",
        "SendTaskFailure",
        "SendTaskHeartbeat",
        "SendTaskSuccess",
        "StartExecution",
        "StopExecution",
        "TransactGetItems",
        "TransactWriteItems",
        "UpdateItem",
    }
)
_DATA_PATHS: Final = ("/_aws/execute-api/", "/_ministack/")
_INVOCATIONS: Final = "/invocations"


def may_define(path: str, headers: Mapping[str, str]) -> bool:
    """Whether a request may change a definition; in doubt it does."""
    action = headers.get("x-amz-target", "").rpartition(".")[2]
    if action:
        return not action.startswith(_READS) and action not in _WRITES_DATA
    return not path.startswith(_DATA_PATHS) and not path.endswith(_INVOCATIONS)
