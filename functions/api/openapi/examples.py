"""Collects the examples of all resources for the OpenAPI document.

Examples are instances of the models, so they are complete. A model with `examples` in its `json_schema_extra` needs no
entry.
"""

from __future__ import annotations

from typing import Any

from functions.api.chat import examples as chat
from functions.api.config import examples as config
from functions.api.constraints import examples as constraints
from functions.api.evaluations import examples as evaluations
from functions.api.judges import examples as judges
from functions.api.keys import examples as keys
from functions.api.meta import examples as meta
from functions.api.openai_compatible import examples as openai_compatible
from functions.api.persona_audit import examples as persona_audit
from functions.api.persona_files import examples as persona_files
from functions.api.persona_forks import examples as persona_forks
from functions.api.persona_versions import examples as persona_versions
from functions.api.personas import examples as personas
from functions.api.progress import examples as progress
from functions.api.provocation_tests import examples as provocation_tests
from functions.api.runs import examples as runs
from functions.api.sessions import examples as sessions
from functions.api.suite import examples as suite
from functions.api.usage import examples as usage
from functions.api.voice import examples as voice
from functions.api.voice_checks import examples as voice_checks
from functions.api.voices import examples as voices
from functions.api.webhooks import examples as webhooks
from functions.api.workspace import examples as workspace

_RESOURCES = (
    personas,
    persona_versions,
    persona_audit,
    constraints,
    persona_forks,
    persona_files,
    voice,
    voice_checks,
    voices,
    chat,
    sessions,
    openai_compatible,
    suite,
    provocation_tests,
    evaluations,
    judges,
    runs,
    progress,
    webhooks,
    config,
    usage,
    keys,
    workspace,
    meta,
)


def examples() -> dict[str, Any]:
    """Returns an example per schema name."""
    return {name: example for resource in _RESOURCES for name, example in resource.examples().items()}
