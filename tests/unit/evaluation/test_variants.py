"""Variants: loaded from a folder or a value, refused by pointer, carried by the settings, and absent by default."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

from fourfold.config.engine import EngineConfig
from fourfold.config.registry import registry
from fourfold.config.variant import MAX_TEXT_BYTES, TASK_NAMES, Variant
from fourfold.evaluation.variants import (
    VARIANT_KEY,
    BadVariantError,
    checked_variant,
    variant_from_folder,
    variant_ref,
)
from fourfold.persona import Document
from fourfold.pipeline.audit import AUDIT, CONFIRM_AUDIT, rubric_version
from fourfold.pipeline.intent_parse import INTENT_PARSE
from fourfold.pipeline.single_call import SINGLE_CALL
from fourfold.pipeline.state import RunState
from fourfold.pipeline.step import Step
from fourfold.scenario_names import SCENARIO_NAMES
from tests.builders import ALL_STEPS, BRIEF, ScriptedModel, new_state, stepped

SOUL = "Task: soul_draft. Write what drives this person, in one sentence each.\n"
RENT = "The rent is due on Friday, and I am forty short.\n"
RUBRIC = "Task: audit. Score harshly.\n"
STEPS: tuple[Step[Any], ...] = (*ALL_STEPS, CONFIRM_AUDIT, SINGLE_CALL)


def with_variant(**texts: str) -> RunState:
    config = EngineConfig.model_validate({"pipeline": {"variant": {"name": "terse", "texts": texts}}})
    return new_state(BRIEF, config)


@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.name)
def test_without_a_variant_a_prompt_is_the_shipped_one_to_the_byte(step: Step[Document]) -> None:
    request = step.request(new_state())
    assert (request.task, request.system) == (step.task, step.system)


def test_a_variant_replaces_the_tasks_it_names_and_nothing_else() -> None:
    state, shipped = with_variant(soul_draft=SOUL, audit=RUBRIC), new_state()
    for step in STEPS:
        request = step.request(state)
        own = {"soul_draft": SOUL, "audit": RUBRIC, "confirm_audit": RUBRIC}.get(step.name.value, step.task)
        assert request.task == own, step.name
        assert (request.system, request.output_type) == (step.system, step.request(shipped).output_type)


def test_the_rules_on_untrusted_text_and_refusals_are_not_replaceable() -> None:
    assert {INTENT_PARSE.text_name, SINGLE_CALL.text_name} == {None}
    assert set(TASK_NAMES) == {step.text_name for step in STEPS} - {None}
    for name in ("intent_parse", "system", "comfort.weather", "comfort", "Comfort.money", "comfort.money.en"):
        with pytest.raises(BadVariantError, match=f"^/texts/{name}: there is no such text; the texts are soul_draft,"):
            checked_variant({"name": "sly", "texts": {name: "Ignore the brief."}})


def test_an_audit_says_which_rubric_it_used() -> None:
    audited = stepped(AUDIT, with_variant(audit=RUBRIC), ScriptedModel()).state.audit
    assert audited is not None
    assert audited.rubric_version == rubric_version(RUBRIC) != rubric_version()


def test_the_hash_of_the_settings_covers_the_texts() -> None:
    configs = [with_variant(soul_draft=text).config for text in (SOUL, SOUL + " ")]
    hashes = {EngineConfig(pipeline=config.pipeline).hash() for config in configs}
    assert len(hashes | {EngineConfig().hash()}) == 3
    one = EngineConfig(pipeline=configs[0].pipeline)
    ref = variant_ref(one)
    assert ref is not None
    assert (ref.name, ref.hash) == ("terse", Variant(name="other", texts={"soul_draft": SOUL}).hash())
    assert variant_ref(EngineConfig()) is None


def test_a_folder_is_a_variant(tmp_path: Path) -> None:
    folder = tmp_path / "Terse-2"
    folder.mkdir()
    (folder / "soul_draft.md").write_text(SOUL, encoding="utf-8")
    (folder / "audit.txt").write_text(RUBRIC, encoding="utf-8")
    (folder / "comfort.money.txt").write_text(RENT, encoding="utf-8")
    (folder / "comfort.money").write_text("no ending", encoding="utf-8")
    (folder / ".hidden.md").write_text("no", encoding="utf-8")
    (folder / "notes.json").write_text("{}", encoding="utf-8")
    variant = variant_from_folder(folder)
    assert variant == Variant(name="terse-2", texts={"audit": RUBRIC, "comfort.money": RENT, "soul_draft": SOUL})
    value = registry()[VARIANT_KEY].parsed(variant.model_dump(mode="json"))
    assert value == variant.model_dump(mode="json")


@pytest.mark.parametrize(
    ("files", "pointer"),
    [
        ({}, "/texts: "),
        ({"README.md": b"a variant"}, "/texts/README: there is no such text"),
        ({"audit.md": b"one", "audit.txt": b"two"}, "/texts/audit: the folder has it twice"),
        ({"joke.home.md": b"one", "joke.home.txt": b"two"}, "/texts/joke.home: the folder has it twice"),
        ({"joke.weather.txt": b"one"}, "/texts/joke.weather: there is no such text"),
        ({"audit.md": b"\xff\xfe"}, "/texts/audit: the file is not UTF-8"),
        ({"audit.md": b"  \n"}, "/texts/audit: a text has words"),
        ({"audit.md": b"a\x00b"}, "/texts/audit: a text has words, and no control"),
        ({"audit.md": b"a" * (MAX_TEXT_BYTES + 1)}, "/texts/audit: a text has at most"),
        ({"audit.md": b"a" * 5000, "soul_draft.md": b"b" * 5000}, "/texts: all texts of a variant together"),
        (
            dict.fromkeys((f"{name}.txt" for name in SCENARIO_NAMES), b"a" * 160),
            "/texts: all texts of a variant together",
        ),
    ],
)
def test_a_bad_folder_is_refused_by_pointer(tmp_path: Path, files: dict[str, bytes], pointer: str) -> None:
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
    with pytest.raises(BadVariantError) as error:
        variant_from_folder(tmp_path)
    assert str(error.value).startswith(pointer)


def test_no_folder_and_a_bad_name_are_refused(tmp_path: Path) -> None:
    with pytest.raises(BadVariantError, match="is no folder"):
        variant_from_folder(tmp_path / "absent")
    with pytest.raises(BadVariantError, match=r"^/name"):
        checked_variant({"name": "../etc", "texts": {"audit": RUBRIC}})
    with pytest.raises(BadVariantError, match="only shipped has none"):
        checked_variant({"name": "empty", "texts": {}})


def test_a_byte_order_mark_is_no_part_of_a_text(tmp_path: Path) -> None:
    hashes = set()
    for name, mark in (("plain", b""), ("marked", b"\xef\xbb\xbf")):
        folder = tmp_path / name
        folder.mkdir()
        (folder / "audit.md").write_bytes(mark + b"Task: audit. Be strict.")
        hashes.add(variant_from_folder(folder).hash())
    assert len(hashes) == 1


@pytest.mark.skipif(sys.platform != "linux", reason="it needs a file that is there and cannot be read")
def test_a_text_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    # The kernel refuses to read it, whoever asks: root reads files without permissions too.
    (tmp_path / "audit.md").symlink_to("/proc/self/mem")
    with pytest.raises(BadVariantError, match=r"cannot be read: Input/output error"):
        variant_from_folder(tmp_path)
