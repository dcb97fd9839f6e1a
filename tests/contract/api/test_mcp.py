"""The MCP server, as the official client uses it: over HTTP with an API key, every tool an operation of the API."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import httpx2
import pytest
from mcp import Client
from mcp.client.stdio import StdioServerParameters, stdio_client
from mcp.client.streamable_http import streamable_http_client

from tests.contract.api.conftest import FULL_KEY, KEY, OTHER_KEY, READ_KEY, Live

BRIEF = "A shy founder, 34, in Istanbul"


def over_http(live: Live, work: Callable[[Client], Awaitable[Any]], key: str = FULL_KEY) -> Any:
    """What `work` returns with a client connected to the served app."""

    async def go() -> Any:
        headers = {"Authorization": f"Bearer {key}"}
        async with (
            httpx2.AsyncClient(headers=headers, timeout=60) as http,
            Client(streamable_http_client(f"{live.url}/mcp", http_client=http)) as client,
        ):
            return await work(client)

    return asyncio.run(go())


def document(result: Any) -> dict[str, Any]:
    assert not result.is_error, result.content
    content: dict[str, Any] = result.structured_content
    return content


def text_of(content: Any) -> str:
    text: str = content[0].text
    return text


def test_a_persona_is_created_with_progress_and_used(live: Live) -> None:
    async def work(client: Client) -> None:
        seen: list[str | None] = []

        async def on_progress(progress: float, total: float | None, message: str | None) -> None:  # noqa: ARG001
            seen.append(message)

        made = document(await client.call_tool("create_persona", {"brief": BRIEF}, progress_callback=on_progress))
        assert (made["status"], made["surface"]["name"]) == ("active", "Deniz Aksoy")
        assert any("soul_draft" in (message or "") for message in seen)
        one = {"persona_id": made["id"]}
        assert document(await client.call_tool("get_persona", one))["id"] == made["id"]
        assert [each["id"] for each in document(await client.call_tool("list_personas", {}))["data"]] == [made["id"]]
        changed = document(await client.call_tool("update_persona", {**one, "slug": "deniz"}))
        assert changed["slug"] == "deniz"
        edit = {"layers": {"surface": {"name": "Derya"}}, "reason": "A typo."}
        edited = document(await client.call_tool("edit_persona", {**one, **edit}))
        assert (edited["surface"]["name"], edited["audit"]["stale"]) == ("Derya", True)
        twin = document(await client.call_tool("fork_persona", {**one, "slug": "twin"}))
        assert (twin["parent_id"], twin["slug"]) == (made["id"], "twin")
        assert document(await client.call_tool("delete_persona", {"persona_id": twin["id"]}))["deleted"]
        assert document(await client.call_tool("audit_persona", one))["audit"]["stale"] is False
        reply = document(await client.call_tool("chat_with_persona", {**one, "message": "Did you sleep?"}))
        assert reply["reply"]
        assert reply["session_id"]
        assert document(await client.call_tool("get_voice", one))["system_prompt"]
        assert document(await client.call_tool("get_fingerprint", one))["status"] == "pending"
        assert document(await client.call_tool("get_test_suite", one))["status"] == "pending"
        assert document(await client.call_tool("get_run", {"run_id": made["run_id"]}))["status"] == "completed"
        used = document(await client.call_tool("get_usage", {"group_by": "kind"}))
        assert {group["group"] for group in used["data"]} == {"generation", "audit", "chat"}
        again = document(await client.call_tool("regenerate_persona", {**one, "first_step": "mask_build"}))
        assert again["version"] > made["version"]
        assert document(await client.call_tool("parse_brief", {"brief": BRIEF}))["facts"]
        several = document(await client.call_tool("create_persona", {"brief": BRIEF, "count": 2}))
        assert [(each["status"], each["name"]) for each in several["personas"]] == [("active", "Deniz Aksoy")] * 2
        key = "engine.pipeline.audit.max_retries"
        dry = {"key": key, "value": 1, "dry_run": True}
        assert document(await client.call_tool("change_setting", dry))["changes"][0]["key"] == key
        assert document(await client.call_tool("get_settings", {"prefix": key}))["data"][0]["value"] == 3
        resource = await client.read_resource(f"persona://{made['id']}")
        assert json.loads(text_of(resource.contents))["slug"] == "deniz"
        sheet = await client.read_resource(f"persona://{made['id']}/markdown")
        assert text_of(sheet.contents).startswith("# Deniz Aksoy")
        prompt = await client.get_prompt("speak_as", {"persona_id": made["id"]})
        assert "Deniz Aksoy" in text_of([prompt.messages[0].content])
        assert document(await client.call_tool("delete_persona", one))["deleted"]

    over_http(live, work)


def test_a_voice_check_is_that_of_the_api(live: Live) -> None:
    async def work(client: Client) -> None:
        one = {"persona_id": document(await client.call_tool("create_persona", {"brief": BRIEF}))["id"]}
        assert document(await client.call_tool("get_voice_checks", one))["certificates"] == []
        for further in ({"dry_run": True}, {"suite": True, "wait": False}):
            refused = await client.call_tool("check_voice", {**one, "model": "offline:composer-1", **further})
            assert json.loads(text_of(refused.content).splitlines()[-1])["code"] == "fingerprint_not_ready"

    over_http(live, work)


def test_tools_are_described_for_a_model(live: Live) -> None:
    async def work(client: Client) -> Any:
        return (await client.list_tools()).tools

    tools = over_http(live, work)
    assert len(tools) >= 12
    for tool in tools:
        assert tool.description
        assert tool.annotations is not None
        assert "context" not in tool.input_schema["properties"]


def test_errors_and_scopes_are_those_of_the_api(live: Live) -> None:
    async def work(client: Client) -> tuple[str, str, str]:
        absent = await client.call_tool("get_persona", {"persona_id": "per_00000000000000000000000000"})
        refused = await client.call_tool("create_persona", {"brief": " "})
        unwritten = await client.call_tool("chat_with_persona", {"persona_id": "per_x", "message": ""})
        assert absent.is_error
        assert refused.is_error
        assert unwritten.is_error
        return text_of(absent.content), text_of(refused.content), text_of(unwritten.content)

    absent, refused, unwritten = over_http(live, work)
    assert json.loads(absent.splitlines()[-1])["code"] == "not_found"
    assert json.loads(refused.splitlines()[-1])["errors"][0]["pointer"] == "/intent"
    assert json.loads(unwritten.splitlines()[-1])["code"] in {"not_found", "invalid_request"}
    _, denied, _ = over_http(live, work, READ_KEY)
    assert json.loads(denied.splitlines()[-1])["code"] == "insufficient_scope"


def test_one_workspace_does_not_see_anothers_personas(live: Live) -> None:
    with live.client() as client:
        made = client.post("/v1/personas", json={"intent": BRIEF}).json()

    async def work(client: Client) -> bool:
        return bool((await client.call_tool("get_persona", {"persona_id": made["id"]})).is_error)

    assert not over_http(live, work, KEY)
    assert over_http(live, work, OTHER_KEY)


def test_a_request_without_a_key_is_refused_before_it_is_read(live: Live) -> None:
    with live.client("ffk_none") as client:
        reply = client.post("/mcp", content=b"{")
    assert (reply.status_code, reply.json()["code"]) == (401, "unauthenticated")
    assert "Bearer" in reply.headers["www-authenticate"]


@pytest.mark.parametrize("variable", ["FOURFOLD_API_URL"])
def test_the_same_server_over_standard_input_and_output(live: Live, variable: str, tmp_path: Path) -> None:
    command = StdioServerParameters(
        command=sys.executable,
        args=["-m", "fourfold.cli.main", "mcp"],
        env={variable: live.url, "FOURFOLD_API_KEY": FULL_KEY, "FOURFOLD_HOME": str(tmp_path)},
    )

    async def go() -> Any:
        async with Client(stdio_client(command)) as client:
            tools = (await client.list_tools()).tools
            made = await client.call_tool("create_persona", {"brief": BRIEF})
            return len(tools), document(made)

    count, made = asyncio.run(go())
    assert count >= 12
    assert made["surface"]["name"] == "Deniz Aksoy"
