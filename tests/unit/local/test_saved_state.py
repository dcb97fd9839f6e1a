"""The deployment's definitions: saved whole, two copies kept, and a copy that cannot be loaded stops the start."""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path

import pytest

from infra.local.bridges.definitions import may_define
from infra.local.bridges.saved_state import (
    CODE,
    DEPLOYED,
    UnreadableStateError,
    copies,
    load_saved_state,
    newest_copy,
    save_states,
    set_aside,
)

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


@pytest.fixture
def state(tmp_path: Path) -> Path:
    folder = tmp_path / "engine" / "state"
    (folder / "000001").mkdir(parents=True)
    return folder


@pytest.mark.parametrize(("content", "reason"), DAMAGED.values(), ids=DAMAGED.keys())
@pytest.mark.parametrize("place", ["000001", "."])
def test_a_damaged_file_is_named_and_kept(state: Path, content: bytes, reason: str, place: str) -> None:
    if place == ".":  # as earlier versions saved it
        (state / "000001").rmdir()
    file = state / place / "dynamodb.json"
    file.write_bytes(content)
    with pytest.raises(UnreadableStateError, match=re.escape(reason)) as refused:
        load_saved_state(state)
    assert str(file) in str(refused.value)
    assert file.read_bytes() == content


def test_a_file_that_cannot_be_read_is_named(state: Path) -> None:
    (state / "000001" / "dynamodb.json").mkdir()
    with pytest.raises(UnreadableStateError, match="is a directory"):
        load_saved_state(state)


def test_a_deployed_home_without_its_tables_is_not_started_empty(state: Path) -> None:
    parameters = {"__ministack_format__": 2, "payload": {"parameters": {DEPLOYED: "digest"}}}
    (state / "000001" / "ssm.json").write_text(json.dumps(parameters))
    (state / "000001" / "cloudformation.json").write_text(json.dumps({"__ministack_format__": 2, "payload": {}}))
    with pytest.raises(UnreadableStateError, match=r"dynamodb\.json.*missing"):
        load_saved_state(state)


def test_functions_without_their_code_are_not_started(state: Path) -> None:
    """MiniStack answers an invocation of such a function with success, and its queue's messages would be gone."""
    digest = hashlib.sha256(b"code").hexdigest()
    functions = json.dumps({"functions": {"step": {"code_zip": {"code_blob_ref": digest}}}})
    (state / "000001" / "lambda.json").write_text(functions)
    with pytest.raises(UnreadableStateError, match=f"{digest}.zip cannot be loaded: it is missing"):
        load_saved_state(state)


def test_two_copies_are_kept_the_last_of_this_start_and_the_last_of_the_one_before(tmp_path: Path) -> None:
    own = None
    for start in ("first", "second", "third"):
        own = None
        for number in range(3):
            save_states(tmp_path, {"ssm": lambda: {"said": f"{start} {number}"}}, own)  # noqa: B023 - called at once
            own = newest_copy(tmp_path)
    said = [json.loads((copy / "ssm.json").read_text())["payload"]["said"] for copy in copies(tmp_path)]
    assert said == ["third 2", "second 2"]


def test_a_save_that_fails_leaves_the_copies_and_the_code_of_each_stays(tmp_path: Path) -> None:
    (tmp_path / CODE).mkdir()
    archives = [tmp_path / CODE / f"{hashlib.sha256(code).hexdigest()}.zip" for code in (b"one", b"two", b"none")]
    for archive in archives:
        archive.touch()
    for archive in archives[:2]:
        archive.touch()
        save_states(tmp_path, {"lambda": lambda: {"code_zip": {"code_blob_ref": archive.stem}}})  # noqa: B023
    assert sorted(archive.exists() for archive in archives) == [False, True, True]
    before = [path.name for path in copies(tmp_path)]

    def full() -> None:
        raise OSError(28, "No space left on device")

    with pytest.raises(OSError, match="No space"):
        save_states(tmp_path, {"iam": dict, "ssm": full})
    assert [path.name for path in copies(tmp_path)] == before
    assert not (tmp_path / "partial").exists()


def test_an_earlier_version_s_files_are_kept_aside_and_it_will_not_start_empty(tmp_path: Path) -> None:
    state, aside = tmp_path / "state", tmp_path / "aside"
    state.mkdir()
    for name in ("dynamodb", "ssm"):
        (state / f"{name}.json").write_text(WHOLE)
    assert set_aside(state, aside) == ["dynamodb.json", "ssm.json"]
    assert (aside / "dynamodb.json").read_text() == WHOLE
    with pytest.raises(UnreadableStateError, match="its format is 1000000"):
        load_saved_state(state)
    assert set_aside(state, aside) == []


@pytest.mark.parametrize(
    ("path", "target", "defines"),
    [
        ("/", "DynamoDB_20120810.PutItem", False),
        ("/", "DynamoDB_20120810.CreateTable", True),
        ("/", "AmazonSQS.SendMessage", False),
        ("/", "AmazonSQS.SetQueueAttributes", True),
        ("/", "AWSStepFunctions.DescribeExecution", False),
        ("/", "AWSEvents.PutRule", True),
        ("/2015-03-31/functions/step/invocations", "", False),
        ("/2015-03-31/functions", "", True),
        ("/_aws/execute-api/api/live/@connections/x", "", False),
        ("/bucket/key", "", True),
    ],
)
def test_only_requests_that_may_change_a_definition_cause_a_save(path: str, target: str, defines: bool) -> None:
    assert may_define(path, {"x-amz-target": target} if target else {}) is defines
