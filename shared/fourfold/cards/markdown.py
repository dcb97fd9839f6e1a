"""A persona as a Markdown page."""

from __future__ import annotations

from fourfold.persona import Persona
from fourfold.voice.system_prompt import profile


def markdown(persona: Persona) -> str:
    """Returns the page: name, brief, the four layers, and the audit.

    Raises:
        NotWrittenError: a layer is missing.
    """
    layers = profile(persona)
    name = "" if persona.surface is None else " ".join(persona.surface.name.split())
    brief = "\n".join(f"> {line}" for line in persona.intent.splitlines() or [""])
    return "\n\n".join([f"# {name}", brief, layers, _audit(persona), _origin(persona)]) + "\n"


def _audit(persona: Persona) -> str:
    audit = persona.audit
    if audit is None:
        return "## Audit\nNone."
    scores = [f"- {name.replace('_', ' ')}: {score}" for name, score in audit.scores.model_dump().items()]
    findings = [f"- {' '.join(finding.note.split())} (`{finding.field}`)" for finding in audit.findings]
    return "\n".join(["## Audit", f"- overall: {audit.overall} of 5 ({persona.status})", *scores, *findings])


def _origin(persona: Persona) -> str:
    written_by = ", ".join(persona.providers) or "unknown"
    return f"---\n`{persona.id}` version {persona.version}, written by {written_by}."
