"""The Python client of the API: `Fourfold`, and `AsyncFourfold` with the same methods for asyncio.

from fourfold.client import Fourfold

with Fourfold(api_key="ff_live_...") as client:
    persona = client.create_persona("A retired smuggler, 66, who teaches piano in Trieste")
    print(client.chat(persona.id, "Did you sleep at all?").reply)
"""

from __future__ import annotations

from fourfold.client.asynchronous import AsyncFourfold
from fourfold.client.errors import ApiConnectionError, ApiProblemError
from fourfold.client.replies import BatchReceipt, ChatReply, Page, PersonaPage
from fourfold.client.synchronous import Fourfold
from fourfold.client.webhooks import WebhookEvent, verified_event

__all__ = [
    "ApiConnectionError",
    "ApiProblemError",
    "AsyncFourfold",
    "BatchReceipt",
    "ChatReply",
    "Fourfold",
    "Page",
    "PersonaPage",
    "WebhookEvent",
    "verified_event",
]
