"""MCP over two processes of the API: the server has no sessions, so either may answer any request."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest
from mcp import Client
from mcp.client.streamable_http import streamable_http_client

from fourfold.llm.model_names import OFFLINE
from fourfold.models.credentials import PROVIDERS
from infra.local.api import Api, SignIn, listen
from infra.local.process_group import ProcessGroup
from tests.integration.local_server import LocalServer

BRIEF = "A shy founder, 34, in Istanbul"


@pytest.fixture
def second(stack: LocalServer, tmp_path: Path) -> Iterator[str]:
    """The URL of a second process of the deployed API function."""
    function = next(
        found for found in stack.aws("lambda").list_functions()["Functions"] if found["Handler"].endswith("api/run.sh")
    )
    session = stack.aws("sts").assume_role(RoleArn=function["Role"], RoleSessionName="second")["Credentials"]
    group = ProcessGroup()
    api = Api(listen(0), tmp_path / "api.log", group)
    try:
        api.start(
            {
                **function["Environment"]["Variables"],
                PROVIDERS: OFFLINE,
                "AWS_ENDPOINT_URL": stack.server.engine_url,
                "AWS_DEFAULT_REGION": "us-east-1",
                "AWS_REGION": "us-east-1",
                "AWS_ACCESS_KEY_ID": session["AccessKeyId"],
                "AWS_SECRET_ACCESS_KEY": session["SecretAccessKey"],
                "AWS_SESSION_TOKEN": session["SessionToken"],
            },
            SignIn("unused", stack.api_key, 0.0),
        )
        yield api.url
    finally:
        api.stop()
        group.end()


class Alternating(httpx2.AsyncBaseTransport):
    """Sends each request to the next of some servers."""

    def __init__(self, *urls: str) -> None:
        self._servers = itertools.cycle([httpx2.URL(url) for url in urls])
        self._transport = httpx2.AsyncHTTPTransport()
        self.sent: list[int | None] = []

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        server = next(self._servers)
        self.sent.append(server.port)
        request.url = request.url.copy_with(host=server.host, port=server.port)
        return await self._transport.handle_async_request(request)

    async def aclose(self) -> None:
        await self._transport.aclose()


def test_two_processes_serve_one_client(stack: LocalServer, second: str) -> None:
    alternating = Alternating(stack.server.api_url, second)

    async def go() -> None:
        headers = {"Authorization": f"Bearer {stack.api_key}"}
        async with (
            httpx2.AsyncClient(headers=headers, timeout=60, transport=alternating) as http,
            Client(streamable_http_client(f"{stack.server.api_url}/mcp", http_client=http)) as client,
        ):
            steps: list[str | None] = []

            async def on_progress(progress: float, total: float | None, message: str | None) -> None:  # noqa: ARG001
                steps.append(message)

            made: Any = await client.call_tool("create_persona", {"brief": BRIEF}, progress_callback=on_progress)
            assert not made.is_error, made.content
            assert any("soul_draft" in (step or "") for step in steps)
            persona = {"persona_id": made.structured_content["id"]}
            tools = (await client.list_tools()).tools
            for _ in range(2):
                for name in ("get_persona", "get_voice", "list_personas"):
                    answer: Any = await client.call_tool(name, {} if name == "list_personas" else persona)
                    assert not answer.is_error, answer.content
                    assert made.structured_content["surface"]["name"] in str(answer.structured_content)
            assert len(tools) >= 12
            prompt = await client.get_prompt("speak_as", persona)
            assert made.structured_content["surface"]["name"] in str(prompt.messages)

    asyncio.run(go())
    first, other = (alternating.sent.count(port) for port in dict.fromkeys(alternating.sent))
    assert abs(first - other) <= 1
    assert first + other > 8
