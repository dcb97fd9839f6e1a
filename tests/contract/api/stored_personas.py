"""Personas written straight into the table, of any name and time: generating each takes a second."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from ulid import ULID

from fourfold.persona import Persona
from fourfold.storage.months import PERSONAS, Months
from fourfold.storage.personas.listing import entry_item
from fourfold.storage.personas.store import persona_put, slug_key
from fourfold.storage.table import Table
from tests.contract.api.conftest import FULL_KEY, Api

BRIEF = {"intent": "A shy founder, 34, in Istanbul"}


class Shelf:
    """Stores variants of one generated persona in the workspace `ws_one`."""

    def __init__(self, api: Api) -> None:
        self._table = Table(api.tables, "personas")
        self._months = Months(self._table)
        made = api.call("POST", "/v1/personas", FULL_KEY, json=BRIEF).json()
        assert api.call("DELETE", f"/v1/personas/{made['id']}", FULL_KEY).status_code == 204
        self._original = Persona.model_validate(made)

    def put(self, name: str, made_at: datetime, **fields: Any) -> str:
        """Stores a persona; returns its id."""
        surface = self._original.surface
        assert surface is not None
        persona = self._original.model_copy(
            update={
                "id": f"per_{str(ULID.from_datetime(made_at)).lower()}",
                "surface": surface.model_copy(update={"name": name}),
                "created_at": made_at,
                **fields,
            }
        )
        self._months.register(persona.workspace_id, PERSONAS, persona.id)
        items = [persona_put("personas", None, persona)["Put"]["Item"], entry_item(persona)]
        if persona.slug is not None:
            items.append({**slug_key(persona.workspace_id, persona.slug), "persona_id": {"S": persona.id}})
        self._table.put_many(items)
        return persona.id
