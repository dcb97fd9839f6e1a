"""A brief in decomposed Unicode is read like one in composed form, and kept as it came."""

from __future__ import annotations

import unicodedata

from fourfold.constraints import Fact
from fourfold.models import resolve
from tests.builders import ALL_STEPS, new_state, stepped

BRIEF = "Zoe\u0308 Mu\u0308ller, 34, a baker in Sa\u0303o Paulo"


def test_name_and_place_of_a_decomposed_brief_are_kept() -> None:
    state = new_state(BRIEF)
    for step in ALL_STEPS[:5]:
        state = stepped(step, state, resolve("offline:composer-1")).state
    surface = state.draft.surface
    assert surface is not None
    assert (surface.name, surface.age) == ("Zoë Müller", 34)
    assert "São Paulo" in surface.location
    facts = [link.constraint for link in state.constraints if isinstance(link.constraint, Fact)]
    quoted = [BRIEF[fact.span.start : fact.span.end] for fact in facts]
    assert unicodedata.normalize("NFD", "São Paulo") in quoted
    assert state.intent == BRIEF
