"""A saved state that cannot be loaded stops the start and stays as it is."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from infra.local.bridges.saved_state import DEPLOYED, UnreadableStateError, load_saved_state

WHOLE = json.dumps({"__ministack_format__": 2, "payload": {"tables": {}}})
DAMAGED = {
    "empty": (b"", "not complete JSON"),
    "cut off": (WHOLE[:-9].encode(), "not complete JSON"),
    "not text": (b"\xff\xfe\x00", "not the JSON"),
    "too deep": (b"[" * 100_000, "not the JSON"),
    "a list": (b"[1, 2]", "holds no state"),
    "nothing": (b"null", "holds no state"),
    "no payload": (b'{"__ministack_format__": 2}', "holds no state"),
    "of a later version": (WHOLE.replace("2", "99").encode(), "its format is 99"),
    "of no version": (WHOLE.replace("2", '"x"').encode(), "its format is 'x'"),
    "of another kind": (WHOLE.replace("{}", "[3]").encode(), "its 'tables'"),
    "of another service": (b'{"__ministack_format__": 2, "payload": {"tables": "none"}}', "its 'tables'"),
}


@pytest.mark.parametrize(("content", "reason"), DAMAGED.values(), ids=DAMAGED.keys())
def test_a_damaged_file_is_named_and_kept(tmp_path: Path, content: bytes, reason: str) -> None:
    state = tmp_path / "engine" / "state"
    state.mkdir(parents=True)
    file = state / "dynamodb.json"
    file.write_bytes(content)
    with pytest.raises(UnreadableStateError, match=re.escape(reason)) as refused:
        load_saved_state(state)
    assert str(file) in str(refused.value)
    assert file.read_bytes() == content


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    (tmp_path / "engine" / "state" / "dynamodb.json").mkdir(parents=True)
    with pytest.raises(UnreadableStateError, match="is a directory"):
        load_saved_state(tmp_path / "engine" / "state")


def test_a_deployed_home_without_its_tables_is_not_started_empty(tmp_path: Path) -> None:
    parameters = {"__ministack_format__": 2, "payload": {"parameters": {DEPLOYED: "digest"}}}
    (tmp_path / "ssm.json").write_text(json.dumps(parameters))
    (tmp_path / "cloudformation.json").write_text(json.dumps({"__ministack_format__": 2, "payload": {}}))
    with pytest.raises(UnreadableStateError, match=r"dynamodb\.json.*missing"):
        load_saved_state(tmp_path)
