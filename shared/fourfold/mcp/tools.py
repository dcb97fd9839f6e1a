"""The tools of the MCP server. Each is one operation of the API; names and descriptions are written for a model."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from mcp.server import MCPServer
from mcp.server.mcpserver.context import Context
from mcp_types import ToolAnnotations
from pydantic import Field, JsonValue

from fourfold.mcp.api_calls import Api, call, call_json
from fourfold.mcp.progress import wait_for_run

Document = dict[str, Any]
PersonaId = Annotated[str, Field(description="The persona's id, such as per_01kaqf0c5v3y9m2t8z4n6r1w7a.")]
RunId = Annotated[str, Field(description="The run's id, such as run_01kaqf0c5v3y9m2t8z4n6r1w7b.")]
FirstStep = Literal["intent_parse", "soul_draft", "self_enrich", "mask_build", "surface_ground", "audit"]
Settings = Annotated[
    dict[str, Any] | None,
    Field(
        description='Settings for this run only, such as {"engine.pipeline.soul_draft.model": "openai:gpt-6.1-sol"}.'
    ),
]

READS = ToolAnnotations(read_only_hint=True, open_world_hint=False)
WRITES = ToolAnnotations(read_only_hint=False, destructive_hint=False, open_world_hint=False)
_DELETES = ToolAnnotations(read_only_hint=False, destructive_hint=True, open_world_hint=False)
ASYNC = {"Prefer": "respond-async"}


def add_tools(server: MCPServer[Any], api: Api) -> None:
    """Adds all tools to the server."""
    for group in (
        _add_persona_tools,
        _add_change_tools,
        _add_voice_tools,
        _add_suite_tools,
        _add_evaluation_tools,
        _add_run_tools,
    ):
        group(server, api)


def _add_persona_tools(server: MCPServer[Any], api: Api) -> None:
    @server.tool(annotations=WRITES)
    async def create_persona(  # noqa: PLR0913, PLR0917 - a parameter for each field
        brief: Annotated[str, Field(description="A description of the persona in a sentence, in any language.")],
        context: Context,
        settings: Settings = None,
        slug: Annotated[str | None, Field(description="A unique short name, such as deniz.")] = None,
        metadata: Annotated[
            dict[str, str] | None, Field(description="Strings of your own, which events carry.")
        ] = None,
        language: Annotated[
            str | None, Field(description="BCP 47, such as de: the persona speaks it. By default that of the brief.")
        ] = None,
        seed: Annotated[int | None, Field(ge=0, description="Another seed gives another person of the brief.")] = None,
        count: Annotated[
            int, Field(ge=1, le=20, description="How many different people of the brief; each costs as much as one.")
        ] = 1,
        wait: Annotated[
            bool, Field(description="Wait for the persona and report progress; otherwise return the run at once.")
        ] = True,
    ) -> Document:
        """Generates a persona from a brief in six steps. With real models it takes about a minute and costs money.

        With `count` above 1 the result is a list: of personas with id, status and name, or of runs without `wait`.
        """
        body = {
            "intent": brief,
            "config": settings,
            "slug": slug,
            "metadata": metadata,
            "language": language,
            "seed": seed,
            "count": count if count > 1 else None,
        }
        receipt = await call_json(api, context, "POST", "/v1/personas", body=body, headers=ASYNC)
        if count > 1:
            return {"personas": [await _summary(api, context, run) for run in receipt["runs"]]} if wait else receipt
        return await ended(api, context, receipt) if wait else receipt

    @server.tool(annotations=READS)
    async def get_persona(persona_id: PersonaId, context: Context) -> Document:
        """Returns a persona: its four layers (soul, self, mask, surface), audit, status and cost."""
        return await call_json(api, context, "GET", f"/v1/personas/{persona_id}")

    @server.tool(annotations=READS)
    async def list_personas(
        context: Context,
        limit: Annotated[int, Field(description="Maximum number of personas, 1-100.")] = 20,
        cursor: Annotated[str | None, Field(description="`next_cursor` of the previous page.")] = None,
        q: Annotated[str | None, Field(description="Words that begin words of the name or of the slug.")] = None,
        language: Annotated[str | None, Field(description="A language tag, such as en.")] = None,
    ) -> Document:
        """Lists personas that match, newest first."""
        query = {"limit": limit, "cursor": cursor, "q": q, "language": language}
        return await call_json(api, context, "GET", "/v1/personas", query=query)

    @server.tool(annotations=READS)
    async def parse_brief(brief: str, context: Context) -> Document:
        """Reads only the facts, the tone and the constraints of a brief. It costs one model call and stores nothing."""
        return await call_json(api, context, "POST", "/v1/personas/parse", body={"intent": brief})


def _add_change_tools(server: MCPServer[Any], api: Api) -> None:
    @server.tool(annotations=WRITES)
    async def update_persona(
        persona_id: PersonaId,
        context: Context,
        slug: Annotated[str | None, Field(description="A unique short name, such as deniz.")] = None,
        visibility: Literal["private", "workspace", "public"] | None = None,
        archived: Annotated[bool | None, Field(description="True archives the persona, false restores it.")] = None,
    ) -> Document:
        """Changes a persona's slug, visibility or archive state; omitted fields keep their values."""
        body = {"slug": slug, "visibility": visibility, "archived": archived}
        return await call_json(api, context, "PATCH", f"/v1/personas/{persona_id}", body=body)

    @server.tool(annotations=WRITES)
    async def regenerate_persona(  # noqa: PLR0913, PLR0917 - a parameter for each field
        persona_id: PersonaId,
        first_step: Annotated[FirstStep, Field(description="The first step to run; earlier layers are kept.")],
        context: Context,
        keep: Annotated[
            list[str] | None, Field(description="Layers and fields that stay as they are: mask, surface.name.")
        ] = None,
        edits: Annotated[
            dict[str, Any] | None, Field(description="Fields of the layers to change before, as for edit_persona.")
        ] = None,
        settings: Settings = None,
    ) -> Document:
        """Generates the later layers of a persona again, except for what is kept, and reports progress."""
        body = {"from": first_step, "keep": keep, "edits": edits, "config": settings}
        path = f"/v1/personas/{persona_id}/regenerate"
        receipt = await call_json(api, context, "POST", path, body=body, headers=ASYNC)
        return await ended(api, context, receipt)

    @server.tool(annotations=_DELETES)
    async def delete_persona(persona_id: PersonaId, context: Context) -> Document:
        """Deletes a persona with its versions, runs, chats and results. This cannot be undone."""
        await call(api, context, "DELETE", f"/v1/personas/{persona_id}")
        return {"id": persona_id, "deleted": True}


def _add_voice_tools(server: MCPServer[Any], api: Api) -> None:
    @server.tool(annotations=WRITES)
    async def chat_with_persona(
        persona_id: PersonaId,
        message: str,
        context: Context,
        session_id: Annotated[str | None, Field(description="`session_id` of an earlier reply of this chat.")] = None,
    ) -> Document:
        """Returns the persona's reply to a message, with its drift from the persona's voice."""
        body = {"message": message, "session_id": session_id}
        return await call_json(api, context, "POST", f"/v1/personas/{persona_id}/chat", body=body)

    @server.tool(annotations=READS)
    async def list_sessions(
        persona_id: PersonaId,
        context: Context,
        cursor: Annotated[str | None, Field(description="`next_cursor` of the previous page.")] = None,
    ) -> Document:
        """Lists the chats with a persona: title, number of messages, cost and drift, the latest to begin first."""
        return await call_json(api, context, "GET", f"/v1/personas/{persona_id}/sessions", query={"cursor": cursor})

    @server.tool(annotations=READS)
    async def get_session_messages(
        session_id: Annotated[str, Field(description="`session_id` of a reply, or `id` of list_sessions.")],
        context: Context,
        cursor: Annotated[str | None, Field(description="`next_cursor` of the previous page.")] = None,
    ) -> Document:
        """Returns the messages of a chat, oldest first; each reply has its drift."""
        return await call_json(api, context, "GET", f"/v1/sessions/{session_id}/messages", query={"cursor": cursor})

    @server.tool(annotations=WRITES)
    async def score_drift(
        persona_id: PersonaId,
        replies: Annotated[list[str], Field(description="Replies in order, written by any model as this persona.")],
        context: Context,
        session_id: Annotated[str | None, Field(description="A session that the replies continue.")] = None,
    ) -> Document:
        """Scores how far replies are from the persona's voice. It needs the persona's fingerprint."""
        body = {"replies": replies, "session_id": session_id}
        return await call_json(api, context, "POST", f"/v1/personas/{persona_id}/drift", body=body)

    @server.tool(annotations=READS)
    async def get_voice(persona_id: PersonaId, context: Context) -> Document:
        """Returns a system prompt and example lines, to speak as the persona in any chat."""
        return await call_json(api, context, "GET", f"/v1/personas/{persona_id}/voice")

    @server.tool(annotations=READS)
    async def get_fingerprint(persona_id: PersonaId, context: Context) -> Document:
        """Returns the state and quality of the persona's voice fingerprint."""
        return await call_json(api, context, "GET", f"/v1/personas/{persona_id}/fingerprint")


def _add_suite_tools(server: MCPServer[Any], api: Api) -> None:
    @server.tool(annotations=WRITES)
    async def run_test_suite(
        persona_id: PersonaId,
        context: Context,
        families: Annotated[
            list[Literal["role", "contra", "emo", "jail"]] | None, Field(description="Only tests of these families.")
        ] = None,
        wait: Annotated[bool, Field(description="Wait for the results and report progress.")] = True,
    ) -> Document:
        """Runs the provocation suite (33 tests) on a persona. With real models it takes minutes and costs money."""
        path = f"/v1/personas/{persona_id}/test-suite"
        receipt = await call_json(api, context, "POST", path, body={"family": families})
        if not wait:
            return receipt
        run = await wait_for_run(api, context, receipt["run_id"])
        return await call_json(api, context, "GET", f"{path}/runs/{run['id']}")

    @server.tool(annotations=READS)
    async def get_test_suite(persona_id: PersonaId, context: Context) -> Document:
        """Returns the newest results of the provocation suite."""
        return await call_json(api, context, "GET", f"/v1/personas/{persona_id}/test-suite")


def _add_evaluation_tools(server: MCPServer[Any], api: Api) -> None:
    @server.tool(annotations=WRITES)
    async def evaluate(  # noqa: PLR0913, PLR0917 - a parameter for each field
        b: Annotated[
            dict[str, Any],
            Field(description='The side to judge: {"preset"}, {"model"}, {"method": "naive"} or {"config"}.'),
        ],
        max_usd: Annotated[float, Field(gt=0, description="What all calls may cost together, in USD.")],
        context: Context,
        a: Annotated[dict[str, Any] | None, Field(description="The other side; the settings as they are.")] = None,
        briefs: Annotated[list[str] | None, Field(description="The briefs, all different.")] = None,
        last: Annotated[int | None, Field(description="In place of briefs: the newest of the workspace.")] = None,
        dry_run: Annotated[bool, Field(description="Only estimate calls, tokens and USD.")] = False,
        wait: Annotated[bool, Field(description="Wait for the verdict; otherwise return at once.")] = False,
    ) -> Document:
        """Makes a persona of each brief with two settings and judges them. It costs money: estimate first."""
        body = {"a": a or {}, "b": b, "max_usd": max_usd, "briefs": briefs, "last": last, "dry_run": dry_run}
        path = "/v1/evaluations"
        receipt = await call_json(api, context, "POST", path, body=body)
        if wait and not dry_run:
            await wait_for_run(api, context, receipt["run_id"])
            return await call_json(api, context, "GET", f"{path}/{receipt['evaluation_id']}")
        return receipt

    @server.tool(annotations=READS)
    async def get_evaluation(
        evaluation_id: Annotated[str, Field(description="The evaluation's id, evl_...")], context: Context
    ) -> Document:
        """Returns an evaluation: its verdict on B, and each measure with its interval."""
        return await call_json(api, context, "GET", f"/v1/evaluations/{evaluation_id}")


def _add_run_tools(server: MCPServer[Any], api: Api) -> None:
    @server.tool(annotations=READS)
    async def get_run(run_id: RunId, context: Context) -> Document:
        """Returns a run: its status, steps, tokens and cost so far."""
        return await call_json(api, context, "GET", f"/v1/runs/{run_id}")

    @server.tool(annotations=READS)
    async def list_runs(
        context: Context,
        status: Annotated[
            Literal["running", "completed", "failed"] | None, Field(description="Only runs with this status.")
        ] = None,
        cursor: Annotated[str | None, Field(description="`next_cursor` of the previous page.")] = None,
    ) -> Document:
        """Lists generations and background jobs, newest first."""
        return await call_json(api, context, "GET", "/v1/runs", query={"status": status, "cursor": cursor})

    @server.tool(annotations=_DELETES)
    async def cancel_run(run_id: RunId, context: Context) -> Document:
        """Ends a run before its next model call; a call in progress is completed and paid."""
        return await call_json(api, context, "POST", f"/v1/runs/{run_id}/cancel")

    @server.tool(annotations=READS)
    async def get_usage(
        context: Context,
        first: Annotated[str | None, Field(description="The first UTC day, such as 2026-11-01.")] = None,
        last: Annotated[str | None, Field(description="The last UTC day; by default today.")] = None,
        group_by: Literal["day", "model", "step", "key", "kind"] = "day",
    ) -> Document:
        """Returns calls, tokens and USD of the workspace's model calls, by default of 30 days."""
        query = {"from": first, "to": last, "group_by": group_by}
        return await call_json(api, context, "GET", "/v1/usage", query=query)

    @server.tool(annotations=READS)
    async def get_settings(
        context: Context, prefix: Annotated[str, Field(description="Such as engine.pipeline.")] = ""
    ) -> Document:
        """Returns the effective settings of the workspace whose keys begin with the prefix."""
        return await call_json(api, context, "GET", "/v1/config", query={"prefix": prefix})

    @server.tool(annotations=WRITES)
    async def change_setting(
        key: str,
        value: Annotated[JsonValue, Field(description="The new value; null removes the workspace's own value.")],
        context: Context,
        reason: Annotated[str | None, Field(description="Why; it is stored in the history.")] = None,
        dry_run: Annotated[bool, Field(description="Return the result without changing anything.")] = False,
    ) -> Document:
        """Changes one setting of the workspace."""
        op = {"op": "unset", "key": key} if value is None else {"op": "set", "key": key, "value": value}
        body = {"ops": [op], "reason": reason, "dry_run": dry_run}
        return await call_json(api, context, "PATCH", "/v1/config", body=body)


async def _summary(api: Api, context: Context, receipt: Document) -> Document:
    """Id, status and name of a person of several, or the run that failed."""
    found = await ended(api, context, receipt)
    return (
        {"id": found["id"], "status": found["status"], "name": found["surface"]["name"]}
        if "surface" in found
        else found
    )


async def ended(api: Api, context: Context, receipt: Document) -> Document:
    """The persona of a run that has ended, or the run if it failed or is still in progress."""
    run = await wait_for_run(api, context, receipt["run_id"])
    if run["status"] != "completed":
        return run
    return await call_json(api, context, "GET", f"/v1/personas/{run['persona_id']}")
