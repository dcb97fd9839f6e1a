"""The single call offline: the yardstick keeps the brief's facts, and is audited by the same brief."""

from __future__ import annotations

import pytest

from fourfold.pipeline.audit import AUDIT
from fourfold.pipeline.single_call import SINGLE_CALL
from tests.builders import written_offline

BRIEFS = ["A retired smuggler, 66, who teaches piano in Trieste", "A shy founder, 34, in Istanbul"]


@pytest.mark.parametrize("brief", BRIEFS)
def test_facts_are_kept_and_the_audit_knows_them_without_a_chain(brief: str) -> None:
    state = written_offline(brief, (SINGLE_CALL, AUDIT))
    assert state.constraints == ()
    assert state.draft.surface
    assert state.audit
    assert str(state.draft.surface.age) in brief
    notes = " ".join(finding.note for finding in state.audit.findings)
    assert "gives no age" not in notes
    assert "gives no place" not in notes


def test_a_contradiction_is_seen_there_too() -> None:
    state = written_offline("a nine-year-old retired judge", (SINGLE_CALL, AUDIT))
    assert state.audit
    assert state.audit.overall < 3.5
