"""A scope's history: revisions, what lies between them, snapshots, the way back, and presets."""

from __future__ import annotations

from typing import Any

import pytest

from fourfold.config.history import new_snapshot_id
from fourfold.http.cursors import opaque_cursor
from fourfold.storage.client import dynamodb
from tests.contract.api.config_calls import (
    RETRIES,
    SCORE,
    SOUL_MODEL,
    Settings,
    faults,
    lock,
    put,
    unlock,
    unset,
    with_key,
)
from tests.contract.api.conftest import OTHER_FULL_KEY, Api
from tests.dynamo_meter import DynamoMeter


@pytest.fixture
def tree(api: Api) -> Settings:
    return Settings(api)


def said(snapshot: Any) -> dict[str, Any]:
    return {each["key"]: (each["is_set"], each["value"], each["lock"]) for each in snapshot["data"]}


class TestRevisions:
    """Who, when, why and what."""

    def test_newest_first_with_who_and_why(self, tree: Settings) -> None:
        tree.done(put(RETRIES, 1), reason="First")
        tree.done(unset(RETRIES))
        tree.done(put(SCORE, 4), scope="org")
        page = tree.get("/revisions")
        assert (page["has_more"], page["next_cursor"]) == (False, None)
        last, first = page["data"]
        assert (first["revision"], first["by"], first["reason"], first["kind"]) == (
            1, "key_ffk_full", "First", "commit",
        )  # fmt: skip
        assert (last["revision"], last["reason"]) == (2, None)
        assert last["changes"][0]["before"]["value"] == 1
        assert last["changes"][0]["after"] is None
        assert first["at"] < last["at"]

    def test_pages_hold_every_commit_once(self, tree: Settings) -> None:
        for number in range(5):
            tree.done(put(RETRIES, number % 3))
        seen: list[list[int]] = []
        cursor: dict[str, Any] = {}
        for _ in range(3):
            page = tree.get("/revisions", limit=2, **cursor)
            seen.append([each["revision"] for each in page["data"]])
            cursor = {"cursor": page["next_cursor"]}
            assert page["has_more"] is (page["next_cursor"] is not None)
        assert seen == [[5, 4], [3, 2], [1]]
        assert cursor == {"cursor": None}

    @pytest.mark.parametrize("cursor", ["zzz", "Mjox", opaque_cursor("per_1"), opaque_cursor("-1")])
    def test_a_cursor_of_something_else_is_refused(self, tree: Settings, cursor: str) -> None:
        reply = tree.api.call("GET", "/v1/config/revisions", tree.key, params={"cursor": cursor})
        assert (reply.status_code, faults(reply)) == (422, [("cursor", "invalid_cursor")])

    @pytest.mark.parametrize("before", ["0", "1"])
    def test_before_the_first_there_is_nothing(self, tree: Settings, before: str) -> None:
        tree.done(put(RETRIES, 1))
        assert tree.get("/revisions", cursor=opaque_cursor(before))["data"] == []


class TestDiff:
    """What turns one state into another."""

    def test_between_revisions_either_way(self, tree: Settings) -> None:
        tree.done(put(RETRIES, 1), put(SCORE, 4))
        tree.done(put(RETRIES, 2))
        tree.done(unset(SCORE), lock(SOUL_MODEL))
        there = tree.get("/diff", **{"from": "1", "to": "3"})
        assert (there["from"], there["to"], there["scope"]) == ("1", "3", "workspace")
        changes = {each["key"]: (each["before"], each["after"]) for each in there["changes"]}
        assert changes.keys() == {RETRIES, SCORE, SOUL_MODEL}
        assert [node["value"] for node in changes[RETRIES]] == [1, 2]
        assert changes[SCORE][1] is None
        assert changes[SOUL_MODEL][1]["lock"] == {"bounds": None}
        back = tree.get("/diff", **{"from": "3", "to": "1"})
        assert {each["key"]: (each["after"], each["before"]) for each in back["changes"]} == changes

    def test_from_the_beginning_and_to_itself(self, tree: Settings) -> None:
        tree.done(put(RETRIES, 1))
        assert [each["key"] for each in tree.get("/diff", **{"from": "0", "to": "1"})["changes"]] == [RETRIES]
        assert tree.get("/diff", **{"from": "1", "to": "1"})["changes"] == []

    def test_between_snapshots_and_with_a_revision(self, tree: Settings) -> None:
        tree.done(put(RETRIES, 1))
        early = tree.snapshot()["id"]
        tree.done(put(RETRIES, 2))
        late = tree.snapshot()["id"]
        for before, after in ((early, late), (early, "2"), ("1", late)):
            [change] = tree.get("/diff", **{"from": before, "to": after})["changes"]
            assert (change["before"]["value"], change["after"]["value"]) == (1, 2)
        assert tree.get("/diff", **{"from": late, "to": "2"})["changes"] == []

    @pytest.mark.parametrize(
        ("query", "status"),
        [
            ("from=1&to=yesterday", 422),
            ("from=-1&to=1", 422),
            ("to=1", 422),
            ("from=1&to=7", 404),
            ("from=1&to=cfs_00000000000000000000000000", 404),
        ],
    )
    def test_what_is_not_there_is_not_compared(self, tree: Settings, query: str, status: int) -> None:
        tree.done(put(RETRIES, 1))
        assert tree.api.call("GET", f"/v1/config/diff?{query}", tree.key).status_code == status


class TestSnapshots:
    """What a scope said, kept for good."""

    def test_made_listed_and_read(self, tree: Settings) -> None:
        tree.done(put(RETRIES, 1), lock(SCORE, bounds={"min": 3}))
        reply = tree.post("/snapshots", {"label": "before the swap"})
        made = reply.json()
        assert reply.status_code == 201
        assert reply.headers["location"] == f"/v1/config/snapshots/{made['id']}"
        assert (made["label"], made["revision"], made["keys"], made["by"]) == (
            "before the swap", 1, 2, "key_ffk_full",
        )  # fmt: skip
        assert said(made) == {
            RETRIES: (True, 1, None),
            SCORE: (False, None, {"bounds": {"min": 3.0, "max": None, "enum": None}}),
        }
        tree.done(put(RETRIES, 2))
        later = tree.snapshot("later")
        assert tree.get(f"/snapshots/{made['id']}") == made, "later commits leave it alone"
        listed = tree.get("/snapshots")["data"]
        assert [each["id"] for each in listed] == [later["id"], made["id"]]
        assert listed[1] == {name: value for name, value in made.items() if name != "data"}

    def test_they_come_in_pages_newest_first(self, tree: Settings) -> None:
        made = [tree.snapshot(f"number {number}")["id"] for number in range(5)]
        page = tree.get("/snapshots", limit=2)
        pages = [page]
        while page["has_more"]:
            page = tree.get("/snapshots", limit=2, cursor=page["next_cursor"])
            pages.append(page)
        assert [[each["id"] for each in page["data"]] for page in pages] == [made[:2:-1], made[2:0:-1], made[:1]]
        assert pages[-1]["next_cursor"] is None
        assert tree.get("/snapshots", limit=5)["has_more"] is False
        refused = tree.api.call("GET", "/v1/config/snapshots?cursor=xyz", tree.key)
        assert refused.status_code == 422

    def test_a_page_costs_the_same_however_many_there_are(self, tree: Settings) -> None:
        def units() -> float:
            meter = DynamoMeter(dynamodb(), tree.api.tables)
            try:
                with meter.during() as usage:
                    tree.get("/snapshots", limit=5)
            finally:
                meter.close()
            return sum(access.units for access in usage.accesses if access.table == "config")

        tree.done(put(RETRIES, 1))
        counted = []
        for more in (6, 20):
            for number in range(more):
                tree.snapshot(str(number))
            tree.get()
            counted.append(units())
        assert counted[1] <= counted[0]

    def test_equal_content_has_an_equal_hash(self, tree: Settings) -> None:
        tree.done(put(RETRIES, 1))
        first = tree.snapshot()
        tree.done(put(RETRIES, 2))
        other = tree.snapshot()
        tree.done(put(RETRIES, 1))
        again = tree.snapshot()
        assert first["hash"] == again["hash"] != other["hash"]
        assert first["id"] != again["id"]

    def test_each_scope_has_its_own(self, tree: Settings) -> None:
        kept = tree.snapshot(scope="org")
        assert tree.get("/snapshots")["data"] == []
        assert [each["id"] for each in tree.get("/snapshots", scope="org")["data"]] == [kept["id"]]

    def test_another_workspaces_is_not_there(self, tree: Settings) -> None:
        kept = tree.snapshot()["id"]
        other = Settings(tree.api, OTHER_FULL_KEY)
        absent = new_snapshot_id()
        for path in (f"/v1/config/snapshots/{kept}", f"/v1/config/snapshots/{absent}", "/v1/config/snapshots/x"):
            for method, url in (("GET", path), ("POST", f"{path}/rollback")):
                reply = tree.api.call(method, url, other.key, **({"json": {}} if method == "POST" else {}))
                assert (reply.status_code, reply.json()["code"]) == (404, "not_found")
        assert other.get("/snapshots")["data"] == []
        assert tree.api.call("GET", f"/v1/config/diff?from=0&to={kept}", other.key).status_code == 404

    def test_another_orgs_is_not_there(self, tree: Settings) -> None:
        stranger = with_key(tree.api, "ffk_s", "config:read", workspace="ws_three", org="elsewhere")
        kept = tree.snapshot(scope="org")["id"]
        assert tree.api.call("GET", f"/v1/config/snapshots/{kept}", stranger.key).status_code == 404
        assert tree.api.call("GET", f"/v1/config/snapshots/{kept}", OTHER_FULL_KEY).status_code == 200, "its own org's"

    @pytest.mark.parametrize("label", ["", "x" * 101, "two\nlines", 7, None])
    def test_a_label_is_one_short_line(self, tree: Settings, label: Any) -> None:
        reply = tree.post("/snapshots", {"label": label})
        assert (reply.status_code, faults(reply)[0][0]) == (422, "/label")
        assert tree.get("/snapshots")["data"] == []


class TestRollback:
    """The way back is a new revision."""

    def test_it_restores_what_was_said_exactly(self, tree: Settings) -> None:
        tree.done(put(RETRIES, 1), lock(SCORE, bounds={"min": 3}))
        kept = tree.snapshot()
        tree.done(put(RETRIES, 2), unlock(SCORE), put(SOUL_MODEL, "openai:gpt-6.1-sol"))
        reply = tree.post(f"/snapshots/{kept['id']}/rollback", {"reason": "Worse"})
        told = reply.json()
        assert (reply.status_code, reply.headers["etag"]) == (200, '"3"')
        assert (told["revision"], told["dry_run"], told["not_restored"]) == (3, False, [])
        assert {each["key"] for each in told["changes"]} == {RETRIES, SCORE, SOUL_MODEL}
        again = tree.snapshot()
        assert (said(again), again["hash"]) == (said(kept), kept["hash"])
        assert tree.of(SOUL_MODEL)["source"] == "default"
        last, *before = tree.get("/revisions")["data"]
        assert (last["revision"], last["kind"], last["reason"]) == (3, "rollback", "Worse")
        assert [each["kind"] for each in before] == ["commit", "commit"], "history is never rewritten"

    def test_a_dry_run_is_the_plan(self, tree: Settings) -> None:
        tree.done(put(RETRIES, 1))
        kept = tree.snapshot()["id"]
        tree.done(put(RETRIES, 2), put(SCORE, 4))
        before = tree.api.stored("config"), tree.api.stored("outbox")
        plan = tree.post(f"/snapshots/{kept}/rollback", {"dry_run": True}).json()
        assert (tree.api.stored("config"), tree.api.stored("outbox")) == before
        assert (plan["dry_run"], plan["revision"]) == (True, 2)
        done = tree.post(f"/snapshots/{kept}/rollback").json()
        assert [(each["key"], each["before"]) for each in plan["changes"]] == [
            (each["key"], each["before"]) for each in done["changes"]
        ]
        assert plan["not_restored"] == done["not_restored"] == []

    def test_what_locks_now_forbid_is_listed_and_left(self, tree: Settings) -> None:
        tree.done(put(RETRIES, 1), put(SCORE, 4), put(SOUL_MODEL, "openai:gpt-6.1-sol"))
        kept = tree.snapshot()["id"]
        tree.done(unset(RETRIES), put(SCORE, 2), put(SOUL_MODEL, "anthropic:claude-opus-4-7"))
        tree.done(lock(RETRIES), lock(SOUL_MODEL, bounds={"enum": ["offline:composer-1"]}), scope="org")
        for dry_run in (True, False):
            told = tree.post(f"/snapshots/{kept}/rollback", {"dry_run": dry_run}).json()
            assert {(each["code"], each["locked_by"]) for each in told["not_restored"]} == {("config_locked", "org")}
            assert sorted(each["detail"].split(" ")[0] for each in told["not_restored"]) == [RETRIES, SOUL_MODEL]
            assert [each["key"] for each in told["changes"]] == [SCORE]
        assert (tree.value(SCORE), tree.value(RETRIES)) == (4, 3)
        tree.done(unlock(RETRIES), unlock(SOUL_MODEL), scope="org")
        assert tree.value(SOUL_MODEL) == "anthropic:claude-opus-4-7", "as it stood, not as it was kept"
        assert tree.of(RETRIES)["source"] == "default"

    def test_back_to_where_it_is_changes_nothing(self, tree: Settings) -> None:
        tree.done(put(RETRIES, 1))
        kept = tree.snapshot()["id"]
        told = tree.post(f"/snapshots/{kept}/rollback").json()
        assert (told["revision"], told["changes"]) == (1, [])
        assert len(tree.get("/revisions")["data"]) == 1

    def test_if_match_guards_it(self, tree: Settings) -> None:
        tree.done(put(RETRIES, 1))
        kept = tree.snapshot()["id"]
        tree.done(put(RETRIES, 2))
        late = tree.post(f"/snapshots/{kept}/rollback", **{"If-Match": '"1"'})
        assert (late.status_code, late.headers["etag"]) == (412, '"2"')
        assert tree.value(RETRIES) == 2
        assert tree.post(f"/snapshots/{kept}/rollback", **{"If-Match": '"2"'}).status_code == 200
        assert tree.value(RETRIES) == 1

    def test_an_orgs_goes_back_for_all_its_workspaces(self, tree: Settings) -> None:
        kept = tree.snapshot(scope="org")["id"]
        tree.done(lock(RETRIES, value=0), scope="org")
        other = Settings(tree.api, OTHER_FULL_KEY)
        assert other.value(RETRIES) == 0
        assert tree.post(f"/snapshots/{kept}/rollback").json()["scope"] == "org"
        assert other.value(RETRIES) == 3


class TestPresets:
    """A provider swap is one commit."""

    @pytest.mark.parametrize("name", ["anthropic", "openai", "google", "bedrock", "offline"])
    def test_the_whole_tree_moves_in_one_commit(self, tree: Settings, name: str) -> None:
        tree.done(put(SOUL_MODEL, "compatible:llama3.1:8b"), put("engine.pipeline.soul_draft.temperature", 0.7))
        reply = tree.post(f"/presets/{name}/apply", {"reason": "Swap"})
        told = reply.json()
        assert (reply.status_code, told["revision"], reply.headers["etag"]) == (200, 2, '"2"')
        assert {each["code"] for each in told["warnings"]} == (
            set() if name == "offline" else {"provider_not_configured"}
        )
        view = {each["key"]: each["value"] for each in tree.get()["data"]}
        models = [value for key, value in view.items() if key.endswith(".model")]
        models += [each for key, value in view.items() if key.endswith(".fallback") for each in value]
        assert {model.split(":")[0] for model in models} == {name}
        assert view["engine.pipeline.soul_draft.temperature"] is None
        [last, _] = tree.get("/revisions")["data"]
        assert (last["kind"], last["reason"]) == ("preset", "Swap")

    def test_draft_keeps_the_provider_and_retries_nothing(self, tree: Settings) -> None:
        tree.post("/presets/anthropic/apply")
        tree.post("/presets/draft/apply")
        view = {each["key"]: each["value"] for each in tree.get(prefix="engine.pipeline.")["data"]}
        assert {value for key, value in view.items() if key.endswith(".model")} == {"anthropic:claude-sonnet-4-6"}
        assert view[RETRIES] == 0

    def test_a_dry_run_a_late_one_and_one_under_a_lock(self, tree: Settings) -> None:
        assert tree.post("/presets/openai/apply", {"dry_run": True}).json()["changes"]
        assert tree.get()["revision"] == 0
        tree.done(put(RETRIES, 1))
        assert tree.post("/presets/openai/apply", **{"If-Match": '"0"'}).status_code == 412
        tree.done(lock("engine.pipeline.audit.model"), scope="org")
        reply = tree.post("/presets/openai/apply")
        assert (reply.status_code, reply.json()["locked_by"]) == (403, "org")
        assert tree.of(SOUL_MODEL)["source"] == "default", "all of it or nothing"

    @pytest.mark.parametrize("name", ["mistral", "compatible", "Anthropic", "compatible:llama3.1:8b"])
    def test_there_is_no_other(self, tree: Settings, name: str) -> None:
        reply = tree.post(f"/presets/{name}/apply")
        assert (reply.status_code, reply.json()["code"]) == (404, "not_found")
        assert tree.get()["revision"] == 0
