"""AWS clients of a running stack with the role of one of its functions."""

from __future__ import annotations

from typing import Any

from tests.integration.local_server import LocalServer


def as_role_of(stack: LocalServer, function: str, service: str, secret: str | None = None) -> Any:
    role = next(
        found["Role"]
        for found in stack.aws("lambda").list_functions()["Functions"]
        if found["Handler"].startswith((f"functions.{function}.", f"functions/{function}/"))
    )
    session = stack.aws("sts").assume_role(RoleArn=role, RoleSessionName="test")["Credentials"]
    return stack.aws(
        service,
        aws_access_key_id=session["AccessKeyId"],
        aws_secret_access_key=secret or session["SecretAccessKey"],
        aws_session_token=session["SessionToken"],
    )
