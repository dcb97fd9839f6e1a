"""OpenAPI examples of the OpenAI-compatible routes."""

from __future__ import annotations

from typing import Any

from functions.api.chat.examples import ENVELOPE, SESSION_ID
from functions.api.openai_compatible.schemas import (
    AssistantMessage,
    ChatCompletion,
    CompletionChoice,
    CompletionUsage,
    ModelDocument,
    ModelList,
    OpenAIError,
    OpenAIErrorDetail,
    PersonaFields,
)
from functions.api.openapi.example_values import AT, PERSONA_ID, by_schema

_CREATED = int(AT.timestamp())


def examples() -> dict[str, Any]:
    """Returns an example per schema name."""
    model = ModelDocument(id="persona:deniz", created=_CREATED, owned_by="ws_acme")
    return by_schema(
        [
            ChatCompletion(
                id="chatcmpl_01kaqf0c5v3y9m2t8z4n6r1w7e",
                created=_CREATED,
                model="persona:deniz",
                choices=(
                    CompletionChoice(
                        message=AssistantMessage(content="A little. I wrote two letters."), finish_reason="stop"
                    ),
                ),
                usage=CompletionUsage(prompt_tokens=1180, completion_tokens=64, total_tokens=1244),
                fourfold=PersonaFields(
                    persona_id=PERSONA_ID,
                    session_id=SESSION_ID,
                    drift=ENVELOPE,
                    recovery=None,
                    provider="anthropic",
                    model="claude-sonnet-4-6",
                    cost_usd=0.0045,
                ),
            ),
            model,
            ModelList(data=(model,)),
            OpenAIError(
                error=OpenAIErrorDetail(
                    message="No such persona: Use persona:<id> or persona:<slug>.",
                    type="invalid_request_error",
                    param=None,
                    code="model_not_found",
                )
            ),
        ]
    )
