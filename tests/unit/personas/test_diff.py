"""The difference of two texts: nothing is lost, and what did not change is not shown as changed."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from fourfold.layers import layers_of
from fourfold.persona_diff import difference, word_changes
from fourfold.persona_versions import Change, version_of
from tests.unit.personas.memory import chance, persona, random_edit

TEXTS = st.text(st.sampled_from("ab é わ漢\n,.!'\u200d"), max_size=60)


@given(before=TEXTS, after=TEXTS)
@settings(max_examples=60, deadline=None)
def test_both_texts_can_be_put_together_from_the_parts(before: str, after: str) -> None:
    changes = word_changes(before, after)
    assert "".join(change.text for change in changes if change.op != "added") == before
    assert "".join(change.text for change in changes if change.op != "removed") == after
    assert all(change.text for change in changes)


def test_one_word_is_one_change() -> None:
    changes = word_changes("He kept the old key.", "He kept the new key.")
    assert [(change.op, change.text) for change in changes] == [
        ("equal", "He kept the "),
        ("removed", "old "),
        ("added", "new "),
        ("equal", "key."),
    ]
    kanji = word_changes("古い鍵を持つ", "新しい鍵を持つ")
    assert kanji[-1].text == "い鍵を持つ"


def test_the_fields_are_exactly_those_that_differ() -> None:
    first = persona()
    before = layers_of(first)
    for seed in range(30):
        edits = random_edit(chance(seed))
        layers = edits.applied_to(before)
        after = first.model_copy(
            update={"soul": layers.soul, "self_": layers.self_, "mask": layers.mask, "surface": layers.surface}
        )
        found = difference(version_of(first, Change.GENERATED), version_of(after, Change.EDITED, first))
        old, new = before.fields(), layers.fields()
        assert {each.field: (each.before, each.after) for each in found.fields} == {
            name: (old[name], new[name]) for name in new if old[name] != new[name]
        }
