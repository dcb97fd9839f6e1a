"""A store as the product wrote it at commit 4d3780b, with what its API answered then."""

from __future__ import annotations

import base64
import json
import lzma
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tests.contract.api.conftest import Api
from tests.tables import Kept

_FILE = Path(__file__).parent / "stores" / "4d3780b.json.xz"
_AT_ONCE = 25


@dataclass(frozen=True)
class Reply:
    """What a GET was answered with."""

    path: str
    status: int
    body: str
    etag: str | None


@dataclass(frozen=True)
class OldStore:
    """The fixture. `made` maps a role (`whole`, `killed`, ...) to an id, `messages` a killed job to its message."""

    made: dict[str, Any]
    messages: dict[str, Any]
    session_id: str
    tables: dict[str, list[dict[str, Any]]]
    replies: list[Reply]
    of_other: list[Reply]
    _loaded: list[Kept] = field(default_factory=list)

    @classmethod
    def read(cls) -> OldStore:
        """The fixture, from its file."""
        content = json.loads(lzma.decompress(_FILE.read_bytes()), object_hook=_bytes)
        return cls(
            made=content["made"],
            messages=content["messages"],
            session_id=content["session_id"],
            tables=content["tables"],
            replies=[Reply(**{"etag": None, **each}) for each in content["replies"]],
            of_other=[Reply(**{"etag": None, **each}) for each in content["replies_of_other"]],
        )

    @property
    def written_at(self) -> datetime:
        """A moment after the last item was written, and before anything in it is overdue."""
        found = [item["created_at"]["S"] for item in self.tables["outbox"] if "created_at" in item]
        newest = max(
            json.loads(item["entry"]["S"])["Detail"]["metadata"]["occurred_at"] for item in self.tables["outbox"]
        )
        return datetime.fromisoformat(max([*found, newest])).astimezone(UTC)

    def load(self, api: Api) -> None:
        """Puts every item into the tables: the first time by requests, which take a second, then as moto had them."""
        if self._loaded:
            api.kept.put_back(self._loaded[0])
            return
        for table, items in self.tables.items():
            for first in range(0, len(items), _AT_ONCE):
                requests: Any = [{"PutRequest": {"Item": item}} for item in items[first : first + _AT_ONCE]]
                api.tables.batch_write_item(RequestItems={table: requests})
        self._loaded.append(api.kept.held())

    def answers_of(self, role: str, kind: str, run_id: str) -> set[str]:
        """Keys of what a job's run was answered before it was killed."""
        prefix = f"OF#{self.made[role]}#{kind.upper()}#{run_id}#"
        found = (item["sk"]["S"] for item in self.tables["personas"])
        return {sort_key.removeprefix(prefix) for sort_key in found if sort_key.startswith(prefix)}

    def holder_of(self, role: str, kind: str) -> str:
        """The id of the message whose worker was killed: its next delivery resumes the job."""
        where = f"OF#{self.made[role]}#JOB#{kind.upper()}"
        found = next(item for item in self.tables["personas"] if item["sk"]["S"] == where)
        return str(found["lease_holder"]["S"])


def _bytes(content: dict[str, Any]) -> Any:
    return base64.b64decode(content["__b64"]) if content.keys() == {"__b64"} else content
