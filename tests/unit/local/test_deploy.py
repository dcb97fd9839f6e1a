"""What is uploaded, and in which order stacks come."""

from __future__ import annotations

import importlib.util
import io
import zipfile
from pathlib import Path

from infra.local.deploy import stacks_in_order, zipped
from infra.local.services import unknown_types


def test_code_is_uploaded_with_bytecode_that_python_uses(tmp_path: Path) -> None:
    source, unpacked = tmp_path / "source", tmp_path / "unpacked"
    (source / "package").mkdir(parents=True)
    (source / "package" / "module.py").write_text("ANSWER = 42\n")

    with zipfile.ZipFile(io.BytesIO(zipped(source))) as archive:
        archive.extractall(unpacked)
    # The source is made wrong: only the bytecode can give the answer, whatever the file's time stamp.
    (unpacked / "package" / "module.py").write_text("ANSWER = 0\n")
    spec = importlib.util.spec_from_file_location("module", unpacked / "package" / "module.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)

    assert module.ANSWER == 42


def test_a_stack_comes_after_those_it_depends_on() -> None:
    stack = {"type": "aws:cdk:asset-manifest"}
    artifacts = {
        "service": {"type": "aws:cloudformation:stack", "dependencies": ["service.assets", "data"]},
        "service.assets": stack,
        "data": {"type": "aws:cloudformation:stack", "dependencies": ["data.assets"]},
        "data.assets": stack,
    }

    assert [name for name, _ in stacks_in_order(artifacts)] == ["data", "service"]


def test_a_resource_type_whose_state_would_be_lost_is_named(tmp_path: Path) -> None:
    template = tmp_path / "template.json"
    template.write_text(
        '{"Resources": {"A": {"Type": "AWS::DynamoDB::GlobalTable"}, "B": {"Type": "AWS::Kinesis::Stream"}}}'
    )

    assert unknown_types(template) == {"AWS::Kinesis::Stream"}
