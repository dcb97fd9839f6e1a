"""Names of personas: those of a workspace's recent ones, and those that running generations have claimed.

Idempotency   id `NAME#<workspace>#<workspace or batch>#<name, hashed>`   which run has claimed the name; kept for a day
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import islice
from typing import TYPE_CHECKING, Final

from botocore.exceptions import BotoCoreError, ClientError

from fourfold.pipeline.state import RunState
from fourfold.storage.months import PERSONAS, Months
from fourfold.storage.personas.listing import ListedPersona
from fourfold.storage.table import Table

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.client import DynamoDBClient

logger = logging.getLogger(__name__)

RECENT: Final = 50
# Entries that are looked at: those of a batch that is being written have no name yet.
_CONSIDERED: Final = 75
# Longer than any run.
_RETENTION: Final = timedelta(hours=24)


class DynamoNames:
    """Implements `fourfold.pipeline.distinct_name.NameRegistry` for a run."""

    def __init__(
        self,
        client: DynamoDBClient,
        personas: str,
        claims: str,
        run: RunState,
        clock: Callable[[], datetime],
    ) -> None:
        """`personas` and `claims` are names of tables; the claims are in that of the idempotency keys."""
        self._months = Months(Table(client, personas))
        self._claims = Table(client, claims)
        self._run = run
        self._clock = clock

    def recent(self) -> tuple[str, ...]:
        """The names of the workspace's last RECENT personas that have one; none if names are those of the batch."""
        if self._run.distinct_names != "workspace":
            return ()
        entries = self._months.entries(self._run.workspace_id, PERSONAS, None, _CONSIDERED)
        listed = (ListedPersona.model_validate_json(item["doc"]["S"]) for item in islice(entries, _CONSIDERED))
        return tuple(islice((each.name for each in listed if each.name is not None), RECENT))

    def claim(self, name: str) -> bool:
        """Claims the name for the run. If the table cannot be written, the name counts as free.

        A name that two personas have is better than an answer that is paid and lost.
        """
        scope = self._run.batch_id if self._run.distinct_names == "batch" else "workspace"
        now = int(self._clock().timestamp())
        claimed = {
            "id": {"S": f"NAME#{self._run.workspace_id}#{scope}#{_hashed(name)}"},
            "run": {"S": _hashed(self._run.run_id)},
            "expiration": {"N": str(now + int(_RETENTION.total_seconds()))},
        }
        try:
            return self._claims.put(
                claimed,
                "attribute_not_exists(id) OR #expiration < :now OR #run = :run",
                names={"#expiration": "expiration", "#run": "run"},
                values={":now": {"N": str(now)}, ":run": claimed["run"]},
            )
        except (ClientError, BotoCoreError) as error:
            logger.warning("a name could not be claimed: %s", type(error).__name__)
            return True


def _hashed(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
