"""The message group of events on their way into a queue.

SQS delivers the messages of a busy group after those of the others (fair queues), so that the bulk of one workspace
does not delay every other. A standard queue needs no setting for it.
"""

from __future__ import annotations

from typing import Final

TENANT: Final = "$.detail.metadata.workspace_id"
"""The workspace of an event of ours, as a JSON path."""
