"""Answers as models wrap them: the one object in them is read, and what is wrong is named by its field."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest

from fourfold.llm.answer_reader import MAX_CHARACTERS, read_answer
from fourfold.pipeline.intent import Intent
from fourfold.pipeline.self_enrich import SelfEnrichment
from fourfold.pipeline.surface_ground import SurfaceGrounding
from fourfold.provocation.judge_report import JudgeReport
from tests.examples import examples

SURFACE: dict[str, Any] = {
    "name": "Zoë Müller",
    "age": 34,
    "location": "São Paulo",
    "occupation": "baker",
    "appearance": "Flour in the seams of her shoes.",
}
ANSWER = {"surface": SURFACE}
TEXT = json.dumps(ANSWER)
OTHER = json.dumps({"surface": {**SURFACE, "age": 35}})
EXPECTED = SurfaceGrounding.model_validate(ANSWER)

WRAPPED = {
    "as it is": TEXT,
    "indented": json.dumps(ANSWER, indent=2, ensure_ascii=False),
    "code fence": f"```json\n{TEXT}\n```",
    "code fence without a language": f"```\n{TEXT}\n```",
    "code fence that is never closed": f"```json\n{TEXT}",
    "prose around it": f"Sure! Here is the JSON object:\n\n{TEXT}\n\nLet me know if you need anything else.",
    "braces in the prose": f"I filled {{surface}} and left {{mask: out}}. {TEXT} See {{above}}.",
    "a footnote in brackets": f"[1] As asked: {TEXT} [2]",
    "reasoning": f"<think>The brief says {OTHER} or so.</think>\n{TEXT}",
    "reasoning in capitals": f"<THINK>34.</THINK>{TEXT}",
    "reasoning of another name": f"<reasoning>Let me see: {{</reasoning>{TEXT}",
    "reasoning in square brackets": f"[THINK]Not {OTHER}[/THINK]{TEXT}",
    "reasoning in a channel": (
        f"<|channel|>analysis<|message|>{OTHER}<|end|><|start|>assistant<|channel|>final<|message|>{TEXT}<|return|>"
    ),
    "only the closing tag": f'So {{"surface": she is 34 "...\n</think>\n\n{TEXT}',
    "only the opening tag": f"<think>\n{TEXT}",
    "inside of the reasoning": f"<think>{TEXT}</think>",
    "<|im_end|>": f"{TEXT}<|im_end|>",
    "</s>": f"{TEXT}</s>\n",
    "several end tokens": f"{TEXT} <|eot_id|><|end_of_text|>",
    "byte order mark": f"\ufeff{TEXT}",
    "list of one": f"[{TEXT}]",
    "list of a list of one": f"[[{TEXT}]]",
    "the schema's name": json.dumps({"SurfaceGrounding": ANSWER}),
    "a name that is a field too": json.dumps({"surface": ANSWER}),
    "the schema filled in": json.dumps({"type": "object", "properties": ANSWER}),
    "a tool call": json.dumps({"name": "SurfaceGrounding", "arguments": ANSWER}),
    "a tool call with text arguments": json.dumps({"name": "SurfaceGrounding", "arguments": TEXT}),
    "a list of tool calls": json.dumps([{"type": "function", "function": {"name": "answer", "parameters": ANSWER}}]),
    "a tool call in tags": f"<tool_call>\n{json.dumps({'name': 'answer', 'arguments': ANSWER})}\n</tool_call>",
    "a JSON string": json.dumps(TEXT),
    "an extra key": json.dumps({**ANSWER, "confidence": 0.9}),
    "an extra key inside": json.dumps({"surface": {**SURFACE, "gender": "female"}}),
    "trailing commas": TEXT.replace("}}", ",},}"),
    "said twice": f"{TEXT}\n{TEXT}",
}


@pytest.mark.parametrize("text", WRAPPED.values(), ids=WRAPPED.keys())
def test_the_object_is_taken_out_of_its_wrapping(text: str) -> None:
    read = read_answer(SurfaceGrounding, text)
    assert (read.value, read.faults) == (EXPECTED, ())


def test_a_bare_answer_needs_no_note() -> None:
    assert read_answer(SurfaceGrounding, TEXT).notes == ()


@pytest.mark.parametrize(
    ("text", "notes"),
    [
        (WRAPPED["code fence"], ("answer_unwrapped",)),
        (WRAPPED["reasoning"], ("reasoning_dropped",)),
        (WRAPPED["inside of the reasoning"], ("answer_from_reasoning",)),
        (WRAPPED["trailing commas"], ("json_mended",)),
        (WRAPPED["an extra key inside"], ("unknown_keys_dropped",)),
    ],
)
def test_what_was_done_is_noted(text: str, notes: tuple[str, ...]) -> None:
    assert read_answer(SurfaceGrounding, text).notes == notes


def test_raw_line_ends_stay_in_their_string() -> None:
    text = TEXT.replace("Flour in the", "Flour in\nthe")
    read = read_answer(SurfaceGrounding, text)
    assert read.value is not None
    assert read.value.surface.appearance == "Flour in\nthe seams of her shoes."


def test_a_tag_inside_of_a_string_is_text() -> None:
    text = json.dumps({"surface": {**SURFACE, "appearance": "</think> {} is tattooed on her arm"}})
    for wrapped in (text, f"Here: {text}"):
        read = read_answer(SurfaceGrounding, wrapped)
        assert read.value is not None
        assert read.value.surface.appearance.startswith("</think>")


@pytest.mark.parametrize("text", [f"{TEXT}\n{OTHER}", f"Either {TEXT} or {OTHER}.", f"[{TEXT}, {OTHER}]"])
def test_two_different_objects_are_ambiguous(text: str) -> None:
    read = read_answer(SurfaceGrounding, text)
    assert read.value is None
    assert [fault.field for fault in read.faults] == ["answer"]
    assert "several JSON objects" in read.faults[0].reason


@pytest.mark.parametrize("text", ["", "I cannot do that.", "{", "[]", "null", "34", TEXT[:60], "{not json}", '"x"'])
def test_what_holds_no_object_is_named_as_a_whole(text: str) -> None:
    read = read_answer(SurfaceGrounding, text)
    assert read.value is None
    assert {fault.field for fault in read.faults} == {"answer"}


def test_invalid_fields_are_named_without_any_text_of_the_answer() -> None:
    secret = "a secret of the persona"
    wrong = {"surface": {**SURFACE, "age": secret, "name": "", secret: 1}}
    faults = read_answer(SurfaceGrounding, json.dumps(wrong)).faults
    assert [fault.field for fault in faults] == ["surface.name", "surface.age"]
    assert secret not in "".join(map(str, faults))


def test_unknown_keys_in_a_constraint_do_not_hide_what_is_wrong() -> None:
    answer = {
        "self": {"big_five": {}, "archetype": "sage", "values": ["face"] * 3, "attachment_style": "secure"},
        "constraints": [{"kind": "note", "layer": "mask", "text": "speaks low", "why": "x"}],
    }
    fields = {fault.field for fault in read_answer(SelfEnrichment, json.dumps(answer)).faults}
    assert "self.big_five.openness" in fields
    assert not any(field.startswith("constraints") for field in fields)


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("es-419", "es-419"),
        ("en_US", "en-US"),
        ("pt_BR", "pt-BR"),
        ("EN-gb", "en-GB"),
        ("zh_hans_cn", "zh-Hans-CN"),
        ("de-DE-1996", "de-DE"),
        ("fr_FR.UTF-8", "fr-FR"),
        (" tr ", "tr"),
    ],
)
def test_language_tags_are_brought_to_one_form(said: str, kept: str) -> None:
    read = read_answer(Intent, json.dumps({"language": said, "locale": said}))
    assert read.value is not None, read.faults
    assert (read.value.language, read.value.locale) == (kept, kept)


@pytest.mark.parametrize("said", ["", "English", "e", "en-", "419", "en US", "x-klingon"])
def test_what_is_no_language_tag_is_named(said: str) -> None:
    read = read_answer(Intent, json.dumps({"language": said, "locale": "en"}))
    assert [fault.field for fault in read.faults] == ["language"]


def test_text_is_composed_and_free_of_control_characters() -> None:
    decomposed = {**SURFACE, "name": "Zoe\u0308 Mu\u0308ller", "location": "Sa\u0303o\u0000 Pau\u001b[31mlo"}
    read = read_answer(SurfaceGrounding, json.dumps({"surface": decomposed}))
    assert read.value is not None
    assert (read.value.surface.name, read.value.surface.location) == ("Zoë Müller", "São Pau[31mlo")


def test_half_a_surrogate_pair_is_dropped() -> None:
    read = read_answer(SurfaceGrounding, TEXT.replace("baker", "baker\\ud83d"))
    assert read.value is not None
    assert read.value.surface.occupation == "baker"


HOSTILE = {
    "open braces": "{" * MAX_CHARACTERS,
    "open brackets": "[" * MAX_CHARACTERS,
    "open strings": '{"' * (MAX_CHARACTERS // 2),
    "escapes": '{"' + '\\"' * (MAX_CHARACTERS // 2 - 1),
    "pairs": "{}" * (MAX_CHARACTERS // 2),
    "nested": "[1," * 100_000 + "]" * 100_000,
    "deep": '{"surface":' * 20_000 + "1" + "}" * 20_000,
    "opening tags": "<think>" * 57_000,
    "closing tags": "</think>" * 50_000,
    "beginnings of tags": "<" * MAX_CHARACTERS,
    "commas": "{" + "," * 399_000 + "}",
    "a comma and blanks": '{"surface": {},' + " " * 399_000 + "1}",
    "a long number": '{"surface": ' + "9" * 399_000 + "}",
    "combining marks": TEXT.replace("Flour", "\u0300\u0316" * 150_000),
    "many strings of combining marks": json.dumps(["\u0300\u0316" * 1_450] * 130, ensure_ascii=False),
    "objects": '{"surface": 1}' * 28_000,
    "quoted objects": json.dumps([json.dumps([json.dumps(["[" * 50] * 50)] * 20)] * 4),
    "longer than allowed": TEXT + " " * MAX_CHARACTERS,
}
CPU_SECONDS = 20


@pytest.mark.random
@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_hostile_answer_costs_no_more_than_its_length(text: str) -> None:
    began = time.process_time()
    for output_type in (SurfaceGrounding, JudgeReport)[: examples(1, 2)]:
        read_answer(output_type, text)
    assert time.process_time() - began < CPU_SECONDS
