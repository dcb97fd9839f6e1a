"""`fourfold api`: sends any request to the API, like `gh api`."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated, Any

import httpx
import jmespath
import jmespath.exceptions
import typer

from fourfold.cli.assignments import settings_of
from fourfold.cli.client import ApiError
from fourfold.cli.output import print_json
from fourfold.cli.session import connected, report_problems_as_json
from fourfold.client.settings import EVENT_STREAM
from fourfold.text_rules import visible


def api(  # noqa: PLR0913, PLR0917 - an argument for each option
    method: Annotated[str, typer.Argument(help="GET, POST, PUT, PATCH or DELETE.")],
    path: Annotated[str, typer.Argument(help="Such as /v1/personas; /v1/ may be omitted.")],
    field: Annotated[
        list[str] | None,
        typer.Option("--field", "-f", help="key=value: a query parameter of GET and DELETE, else a field of the body."),
    ] = None,
    body_file: Annotated[
        str | None, typer.Option("--input", help="A file with the body, - for standard input.")
    ] = None,
    header: Annotated[list[str] | None, typer.Option("--header", "-H", help="name: value")] = None,
    query: Annotated[str | None, typer.Option("--query", "-q", help="Print this part of the reply (JMESPath).")] = None,
) -> None:
    """Send any request to the API: fourfold api GET /v1/personas -f limit=5

    The reply is printed, and a problem is JSON on standard error with exit code 1. A value that is valid JSON is
    parsed, any other is text.
    """
    report_problems_as_json(True)
    expression = _compiled(query)
    method, path = method.upper(), path if path.startswith("/") else f"/v1/{path}"
    request = _request(method, settings_of(field or []), body_file, header or [])
    with connected() as client:
        with client.stream(method, path, **request) as reply:
            if reply.headers.get("content-type", "").startswith(EVENT_STREAM):
                for line in reply.iter_lines():
                    sys.stdout.write(visible(line) + "\n")
                    sys.stdout.flush()
                return
            reply.read()
        _print(reply, expression)


def _request(method: str, fields: dict[str, object], body_file: str | None, headers: list[str]) -> dict[str, Any]:
    """The arguments of `httpx.Client.stream`."""
    pairs = [each.partition(":") for each in headers]
    if any(not separator for _, separator, _ in pairs):
        raise typer.BadParameter("give name: value", param_hint="--header")
    request: dict[str, Any] = {"headers": {name.strip(): value.strip() for name, _, value in pairs}}
    if body_file is not None:
        if fields:
            raise typer.BadParameter("give --field or --input, not both", param_hint="--input")
        request["content"] = _read(body_file)
        request["headers"] = {"Content-Type": "application/json", **request["headers"]}
    elif method in {"GET", "DELETE", "HEAD"}:
        request["params"] = {name: _parameter(value) for name, value in fields.items()}
    elif fields:
        request["json"] = fields
    return request


def _read(body_file: str) -> bytes:
    if body_file == "-":
        return sys.stdin.buffer.read()
    try:
        return Path(body_file).read_bytes()
    except OSError as error:
        raise typer.BadParameter(f"{body_file}: {error.strerror}", param_hint="--input") from None


def _parameter(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _compiled(query: str | None) -> Any:  # noqa: ANN401 - jmespath has no types
    try:
        return None if query is None else jmespath.compile(query)
    except jmespath.exceptions.JMESPathError as error:
        raise typer.BadParameter(str(error).splitlines()[0], param_hint="--query") from None


def _print(reply: httpx.Response, expression: Any) -> None:  # noqa: ANN401
    if "json" not in reply.headers.get("content-type", ""):
        if expression is not None:
            raise ApiError("--query needs a JSON reply.")
        sys.stdout.buffer.write(reply.content)
        return
    document = reply.json()
    found = document if expression is None else expression.search(document)
    if isinstance(found, str):
        sys.stdout.write(visible(found) + "\n")
    else:
        print_json(found)
