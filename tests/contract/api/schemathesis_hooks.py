"""What schemathesis cannot know of the API from openapi.json: the keys it may use, and what a schema cannot say.

Loaded by its command line (`SCHEMATHESIS_HOOKS`); keys come in `FOURFOLD_KEYS`, separated by commas, and an
address webhooks may go to in `FOURFOLD_WEBHOOK_URL`.
"""

from __future__ import annotations

import itertools
import os
import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import schemathesis
from pydantic_core import PydanticCustomError

from fourfold.steps import STEP_ORDER
from fourfold.text_rules import acceptable_line, acceptable_text
from functions.api.config.schemas import ConfigPatch
from functions.api.openapi.examples import examples
from functions.api.provocation_tests.examples import OWN_TEST

_KEYS = itertools.cycle(os.environ["FOURFOLD_KEYS"].split(","))
_NUMBERS = itertools.count(1)  # some lists are of different texts
_LINES = ("name", "title", "label")
_MODELS = (".model", ".fallback", ".confirm_model")
_STEPS = tuple(f"engine.pipeline.{step}." for step in (*STEP_ORDER, "single_call"))
_ONE_STEP = "engine.pipeline.audit."


@schemathesis.auth(refresh_interval=None)
class Keys:
    """Another key for each request: no minute of any of them fills up."""

    def get(self, case: schemathesis.Case[Any], context: schemathesis.AuthContext) -> str:  # noqa: ARG002 - the interface
        return next(_KEYS)

    def set(self, case: schemathesis.Case[Any], data: str, context: schemathesis.AuthContext) -> None:  # noqa: ARG002
        case.headers["Authorization"] = f"Bearer {data}"


def before_call(context: schemathesis.HookContext, case: schemathesis.Case[Any], **_: Any) -> None:  # noqa: ARG001
    """Makes a request that fits the schema one that is right: fit cursors are made up, times lie in the past."""
    if case.meta is None or not case.meta.generation.mode.is_positive:
        return
    for issued in ("cursor", *(() if case.path.endswith("/diff") else ("after",))):  # only what the API gave is good
        case.query.pop(issued, None)
    for issued in ("Last-Event-ID", "If-Match"):
        case.headers.pop(issued, None)
    if case.path.endswith("/import"):  # a file that carries a persona
        case.media_type, case.body = "application/json", examples()["PersonaFile"]
        case.headers["Content-Type"] = "application/json"
    if case.method == "PUT" and case.path.startswith("/v1/provocation/tests/"):  # a test whose parts fit together
        case.media_type, case.body = "application/json", OWN_TEST
        case.path_parameters["test_id"] = OWN_TEST["id"]
    if case.method == "PUT" and case.path.startswith("/v1/labels/"):  # made-up personas are not there
        case.path_parameters["set_name"] = "No such set"
    if case.path.endswith("/test-suite") and isinstance(case.body, dict):  # tests that there are
        case.body = {"benign_twins": bool(case.body.get("benign_twins"))}
    if case.method == "PATCH" and case.path == "/v1/config":  # values of their keys
        case.body = ConfigPatch.model_json_schema()["examples"][0]
    if isinstance(case.body, dict) and "url" in case.body:  # an address events may be sent to
        case.body["url"] = os.environ.get("FOURFOLD_WEBHOOK_URL", "https://example.com/hooks")
    if "Idempotency-Key" in case.headers:  # a key stands for one body
        case.headers["Idempotency-Key"] = str(uuid.uuid4())
    _keep_to_scopes(case)
    if isinstance(case.body, dict):
        _make_right(case.body)


schemathesis.hook(before_call)


def _keep_to_scopes(case: schemathesis.Case[Any]) -> None:
    """A persona is named with the scope persona and with no other, and a range of days ends near its beginning.

    Of bodies the description says so; of parameters it cannot.
    """
    if case.path == "/v1/usage":
        case.query.pop("from", None)
    if "/config" in case.path and (case.query.get("persona_id") is None) == (case.query.get("scope") == "persona"):
        case.query.pop("persona_id", None)
        case.query.pop("scope", None)


def before_load_schema(context: schemathesis.HookContext, raw_schema: dict[str, Any]) -> None:  # noqa: ARG001
    """Leaves the settings of each step to one operation: it tries 700 bodies for them, and one parser reads them all.

    The settings of a request are a schema that several bodies have, and the steps' are the same six, seven times over:
    bodies but that of `POST /v1/personas` have those of one step.
    """
    schemas = raw_schema["components"]["schemas"]
    whole = schemas["RequestSettings"]
    kept = {key: setting for key, setting in whole["properties"].items() if not _is_of_further_step(key)}
    schemas["RequestSettingsOfOneStep"] = {**whole, "properties": kept}
    for name, schema in schemas.items():
        setting = schema.get("properties", {}).get("config", {})
        if name != "PersonaRequest" and setting.get("$ref", "").endswith("/RequestSettings"):
            setting["$ref"] += "OfOneStep"


schemathesis.hook(before_load_schema)


def _make_right(body: dict[str, Any]) -> None:
    if isinstance(body.get("expires_at"), str):
        body["expires_at"] = (datetime.now(UTC) + timedelta(days=30)).isoformat()
    body.update({name: _made_legible(name, value) for name, value in body.items()})
    if "model" in body and "messages" not in body:  # of a provider with credentials
        body["model"] = "offline:composer-1"
    if isinstance(body.get("messages"), list):
        _make_chat_right(body)
    if "count" in body:  # a slug names one persona
        body.pop("slug", None)
    body.pop("refine", None)  # its amount depends on what is refined
    if body.get("stream") is True:  # event streams are described in x-event-stream
        body["stream"] = False
    if isinstance(body.get("config"), dict):
        if "from" in body:  # a single call has no later step to begin at
            body["config"].pop("engine.pipeline.method", None)
        _make_settings_right(body["config"])
        if any(map(_is_of_further_step, body["config"])):  # 200 runs would try them no better than their estimates
            body["dry_run"] = True


def _make_chat_right(body: dict[str, Any]) -> None:
    """The last message is the user's, with text; further fields are legible."""
    for name in [name for name in body if not all(map(_is_legible, _texts_in({name: body[name]})))]:
        del body[name]
    body["messages"] = [{"role": "user", "content": "Did you sleep at all?"}]


def _make_settings_right(config: dict[str, Any]) -> None:
    config.pop("engine.pipeline.variant", None)  # a limit of bytes for all texts together
    for key in [key for key in config if key.endswith(_MODELS)]:  # of providers without credentials
        config[key] = ["offline:composer-1"] if key.endswith(".fallback") else "offline:composer-1"
    for key in [key for key in config if key.endswith((".temperature", ".effort"))]:  # which it does not take
        config[key] = None


def _is_of_further_step(key: str) -> bool:
    return key.startswith(_STEPS) and not key.startswith(_ONE_STEP)


def _texts_in(value: object) -> list[str]:
    if isinstance(value, dict):
        return [text for each in value.items() for part in each for text in _texts_in(part)]
    if isinstance(value, list):
        return [text for each in value for text in _texts_in(each)]
    return [value] if isinstance(value, str) else []


def _made_legible(name: str, value: Any) -> Any:
    """The value of this name, with another text for each that the one rule for text refuses."""
    if isinstance(value, dict):
        return {key: _made_legible(key, child) for key, child in value.items()}
    if isinstance(value, list):
        return [_made_legible(name, child) for child in value]
    rule = acceptable_line if name in _LINES else acceptable_text
    return value if not isinstance(value, str) or _is_legible(value, rule) else f"A founder, {next(_NUMBERS)}"


def _is_legible(text: str, rule: Callable[[str], str] = acceptable_text) -> bool:
    try:
        rule(text)
    except PydanticCustomError:
        return False
    return True
