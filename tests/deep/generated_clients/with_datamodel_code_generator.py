"""Uses the models that datamodel-code-generator generated, with httpx, and prints what came back as JSON."""

from __future__ import annotations

import json
import os
import sys

import httpx
from fourfold_models import (
    ChatReply,
    ChatRequestBody,
    DriftReport,
    OneReply,
    Persona,
    PersonaList,
    PersonaRequest,
    Problem,
    RunEvents,
)

client = httpx.Client(
    base_url=os.environ["API_URL"], headers={"Authorization": f"Bearer {os.environ['API_KEY']}"}, timeout=60
)
fingerprinted = os.environ["PERSONA_ID"]


def post(path: str, body: PersonaRequest | ChatRequestBody | OneReply) -> httpx.Response:
    return client.post(path, json=body.model_dump(mode="json", exclude_unset=True))


made = Persona.model_validate(post("/v1/personas", PersonaRequest(intent="A baker, 50, in Lisbon")).json())
path = f"/v1/personas/{made.id}"
found = Persona.model_validate(client.get(path).json())
page = PersonaList.model_validate(client.get("/v1/personas?limit=2").json())
events = RunEvents.model_validate(client.get(f"/v1/runs/{made.run_id}/events/list").json())
chatted = ChatReply.model_validate(post(f"{path}/chat", ChatRequestBody(message="Good morning")).json())
scored = post(f"/v1/personas/{fingerprinted}/drift", OneReply(reply=os.environ["REPLY"]))
absent = Problem.model_validate(client.get("/v1/personas/per_00000000000000000000000000").json())
refused = Problem.model_validate(client.post("/v1/personas", json={"intent": ""}).json())

report = {
    "created": made.id,
    "read": found.id,
    "listed": len(page.data),
    "events": len(events.data),
    "reply": chatted.reply,
    "score": DriftReport.model_validate(scored.json()).drift.score,
    "markdown": client.get(f"{path}/export/markdown").text[:2],
    "png": list(client.get(f"{path}/export/png").content[:4]),
    "absent": [absent.status, absent.code],
    "refused": [refused.status, (refused.errors or [])[0].pointer],
}
json.dump(report, sys.stdout)
