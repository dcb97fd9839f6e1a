"""Uses the client that openapi-python-client generated, and prints what came back as JSON."""

from __future__ import annotations

import json
import os
import sys

from fourfold_generated import AuthenticatedClient
from fourfold_generated.api.personas import (
    create_persona,
    export_persona_markdown,
    export_persona_png,
    list_personas,
    read_persona,
)
from fourfold_generated.api.runs import list_run_events
from fourfold_generated.api.voice import chat_with_persona, score_drift
from fourfold_generated.models import (
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

client = AuthenticatedClient(os.environ["API_URL"], os.environ["API_KEY"], raise_on_unexpected_status=True)
fingerprinted = os.environ["PERSONA_ID"]

made = create_persona.sync(client=client, body=PersonaRequest(intent="A baker, 50, in Lisbon"))
assert isinstance(made, Persona)
found = read_persona.sync(made.id, client=client)
assert isinstance(found, Persona)
page = list_personas.sync(client=client, limit=2)
assert isinstance(page, PersonaList)
events = list_run_events.sync(str(made.run_id), client=client)
assert isinstance(events, RunEvents)
chatted = chat_with_persona.sync(made.id, client=client, body=ChatRequestBody(message="Good morning"))
assert isinstance(chatted, ChatReply)
drift = score_drift.sync(fingerprinted, client=client, body=OneReply(reply=os.environ["REPLY"]))
assert isinstance(drift, DriftReport)
markdown = export_persona_markdown.sync(made.id, client=client)
png = export_persona_png.sync(made.id, client=client)
assert isinstance(png, bytes)
absent = read_persona.sync("per_00000000000000000000000000", client=client)
assert isinstance(absent, Problem)
refused = create_persona.sync(client=client, body=PersonaRequest(intent=""))
assert isinstance(refused, Problem)

report = {
    "created": made.id,
    "read": found.id,
    "listed": len(page.data),
    "events": len(events.data),
    "reply": chatted.reply,
    "score": drift.drift.score,
    "markdown": str(markdown)[:2],
    "png": list(png[:4]),
    "absent": [absent.status, absent.code],
    "refused": [refused.status, refused.errors[0].pointer],
}
json.dump(report, sys.stdout)
