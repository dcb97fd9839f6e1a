"""What every function has: bounds, traces, logs and a role of its own."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from fourfold.config.engine import PipelineConfig
from fourfold.steps import StepName
from infra.constructs.evaluation_definition import CONCLUDE_TIMEOUT_S, JUDGE_TIMEOUT_S
from infra.constructs.evaluation_expiry import EXPIRY_TIMEOUT_S
from infra.constructs.jobs import JOB_TIMEOUT_S
from infra.constructs.pipeline_definition import STEP_TIMEOUT_S
from infra.constructs.run_failures import EXECUTION_ENDED_TIMEOUT_S
from tests.infra.assembly import Assembly

STEPS = [step.value for step in StepName]
JOBS = ["fingerprint", "provocation"]
ENDINGS = ["store_persona", "fail_run", "execution_ended"]
CONSUMERS = {
    "publish_events": 60,
    "webhook_fanout": 30,
    "webhook_dispatch": 60,
    "progress_connection": 29,
    "progress_push": 29,
}
"""Functions fed by queues, streams and WebSocket routes, with their seconds."""
MEMORY_MB = {"api": 1769, "execution_ended": 1769, **dict.fromkeys(STEPS, 1024)}
MEMORY_MB |= {"evaluation_conclude": 1769, "evaluation_expiry": 1769}
"""A vCPU is 1,769 MiB."""
AWAITED = {"api", *STEPS, "store_persona", "progress_connection", "progress_push"} - {"single_call"}
"""Functions whose result a caller waits for."""
EVERYWHERE = {"FOURFOLD_STAGE", "POWERTOOLS_SERVICE_NAME", "POWERTOOLS_LOG_LEVEL", "POWERTOOLS_METRICS_NAMESPACE"}
EVENTS = {"FOURFOLD_RUN_EVENTS_TABLE": "RunEvents"}
RUN = {**EVENTS, "FOURFOLD_PERSONAS_TABLE": "Personas"}
CONFIG = {"FOURFOLD_CONFIG_TABLE": "Config", "FOURFOLD_API_KEYS_TABLE": "ApiKeys"}
PROGRESS_ENDPOINT = "https://ProgressWebSocketApi.execute-api.AWS::Region.AWS::URLSuffix/prod"
PROGRESS = {
    **EVENTS,
    "FOURFOLD_API_KEYS_TABLE": "ApiKeys",
    "FOURFOLD_CONNECTIONS_TABLE": "Connections",
    "FOURFOLD_PROGRESS_ENDPOINT": PROGRESS_ENDPOINT,
    "FOURFOLD_CATCH_UP_QUEUE": "ProgressCatchUps",
}
WEBHOOKS = {
    "FOURFOLD_WEBHOOKS_TABLE": "Webhooks",
    "FOURFOLD_WEBHOOKS_FAST_QUEUE": "WebhookQueuesFast",
    "FOURFOLD_WEBHOOKS_SLOW_QUEUE": "WebhookQueuesSlow",
}
PRODUCT_ENVIRONMENT = {
    **{step: {**RUN, "FOURFOLD_PROVIDERS": "offline"} for step in STEPS},
    **{
        step: {**RUN, "FOURFOLD_PROVIDERS": "offline", "FOURFOLD_IDEMPOTENCY_TABLE": "Idempotency"}
        for step in ("surface_ground", "single_call")
    },
    "evaluation_start": {**RUN, "FOURFOLD_OUTBOX_TABLE": "Outbox", "FOURFOLD_IDEMPOTENCY_TABLE": "Idempotency"},
    "evaluation_judge": {**RUN, "FOURFOLD_PROVIDERS": "offline"},
    "evaluation_conclude": {**RUN, "FOURFOLD_OUTBOX_TABLE": "Outbox"},
    "evaluation_expiry": {
        **RUN,
        "FOURFOLD_OUTBOX_TABLE": "Outbox",
        "FOURFOLD_IDEMPOTENCY_TABLE": "Idempotency",
        "FOURFOLD_CONFIG_TABLE": "Config",
    },
    **{ending: {**RUN, "FOURFOLD_OUTBOX_TABLE": "Outbox"} for ending in ENDINGS},
    **{job: {**RUN, **CONFIG, "FOURFOLD_OUTBOX_TABLE": "Outbox", "FOURFOLD_PROVIDERS": "offline"} for job in JOBS},
    "publish_events": {"FOURFOLD_OUTBOX_TABLE": "Outbox", "FOURFOLD_EVENT_BUS": "EventBus"},
    "webhook_fanout": {**WEBHOOKS, **CONFIG, "FOURFOLD_PROVIDERS": "offline"},
    "webhook_dispatch": {
        **WEBHOOKS,
        **CONFIG,
        "FOURFOLD_PROVIDERS": "offline",
        "FOURFOLD_WEBHOOKS_DEAD_QUEUE": "WebhookQueuesDead",
        "FOURFOLD_WEBHOOKS_KEY": "WebhookKey",
        "FOURFOLD_OUTBOX_TABLE": "Outbox",
    },
    "api": {
        **RUN,
        **WEBHOOKS,
        "FOURFOLD_OUTBOX_TABLE": "Outbox",
        "FOURFOLD_FINGERPRINT_QUEUE_URL": "FingerprintQueue",
        "FOURFOLD_PROVOCATION_QUEUE_URL": "ProvocationQueue",
        "FOURFOLD_IDEMPOTENCY_TABLE": "Idempotency",
        "FOURFOLD_WEBHOOKS_KEY": "WebhookKey",
        **CONFIG,
        "FOURFOLD_STATE_MACHINE_ARN": "PipelineStateMachine",
        "FOURFOLD_EVALUATION_MACHINE_ARN": "EvaluationsStateMachine",
        "FOURFOLD_INTENT_PARSE_FUNCTION": "IntentParseLive",
        "FOURFOLD_PROVIDERS": "offline",
        "FOURFOLD_CONNECTIONS_TABLE": "Connections",
        "FOURFOLD_PROGRESS_ENDPOINT": PROGRESS_ENDPOINT,
    },
    "progress_connection": {
        **PROGRESS,
        "FOURFOLD_PERSONAS_TABLE": "Personas",
        "FOURFOLD_CONFIG_TABLE": "Config",  # the limit of connections
        "FOURFOLD_PROVIDERS": "offline",
    },
    "progress_push": PROGRESS,
}


KEY_NAMES = {
    "ANTHROPIC_API_KEY_SSM_PARAMETER": "/fourfold/prod/anthropic-api-key",
    "OPENAI_API_KEY_SSM_PARAMETER": "/fourfold/prod/openai-api-key",
    "GEMINI_API_KEY_SSM_PARAMETER": "/fourfold/prod/google-api-key",
}


def test_there_are_these_functions_and_no_other(prod: Assembly) -> None:
    assert len(prod.resources("Lambda::Function")) == len(PRODUCT_ENVIRONMENT)
    assert set(prod.functions()) == set(PRODUCT_ENVIRONMENT)


@pytest.mark.parametrize("name", PRODUCT_ENVIRONMENT)
def test_a_function_is_bounded_traced_and_logged(prod: Assembly, name: str) -> None:
    function = prod.functions()[name]
    assert function["Runtime"] == "python3.14"
    assert function["Architectures"] == ["arm64"]
    assert function["TracingConfig"] == {"Mode": "Active"}
    assert function["MemorySize"] == MEMORY_MB.get(name, 512)
    assert function["Timeout"] == {
        **dict.fromkeys(STEPS, STEP_TIMEOUT_S),
        **CONSUMERS,
        "fingerprint": JOB_TIMEOUT_S,
        "provocation": JOB_TIMEOUT_S,
        "api": 900,
        "evaluation_judge": JUDGE_TIMEOUT_S,
        "evaluation_conclude": CONCLUDE_TIMEOUT_S,
        "evaluation_expiry": EXPIRY_TIMEOUT_S,
        "execution_ended": EXECUTION_ENDED_TIMEOUT_S,
    }.get(name, 30)
    group = prod.resources("Logs::LogGroup")[function["LoggingConfig"]["LogGroup"]["Ref"]]
    assert group["Properties"]["RetentionInDays"] == 180


def test_no_two_functions_share_a_role_or_a_log_group(prod: Assembly) -> None:
    functions = prod.functions().values()
    assert len({prod.named(function["Role"]) for function in functions}) == len(functions)
    assert len({prod.named(function["LoggingConfig"]["LogGroup"]) for function in functions}) == len(functions)


@pytest.mark.parametrize("name", PRODUCT_ENVIRONMENT)
def test_a_function_is_told_what_it_needs_and_no_more(prod: Assembly, name: str) -> None:
    variables = prod.functions()[name]["Environment"]["Variables"]
    told = {key: prod.named(value) for key, value in variables.items() if key.startswith("FOURFOLD_")}
    assert told.pop("FOURFOLD_STAGE") == "prod"
    assert told == PRODUCT_ENVIRONMENT[name]
    assert variables.keys() >= EVERYWHERE


@pytest.mark.parametrize("name", PRODUCT_ENVIRONMENT)
def test_who_calls_models_is_told_where_the_providers_keys_are(prod: Assembly, name: str) -> None:
    variables = prod.functions()[name]["Environment"]["Variables"]
    told = {key: value for key, value in variables.items() if "API_KEY_" in key}
    assert told == (KEY_NAMES if name in {*STEPS, *JOBS, "api", "evaluation_judge"} else {})
    assert not any(key.endswith("_API_KEY") for key in variables), "no key itself is in an environment"


@pytest.mark.parametrize("name", PRODUCT_ENVIRONMENT)
def test_callers_meet_an_alias_on_the_newest_version(prod: Assembly, name: str) -> None:
    (function,) = (
        logical_id
        for logical_id, resource in prod.resources("Lambda::Function").items()
        if resource["Properties"] == prod.functions()[name]
    )
    aliases = [alias["Properties"] for alias in prod.resources("Lambda::Alias").values()]
    (alias,) = (alias for alias in aliases if alias["FunctionName"] == {"Ref": function})
    assert alias["Name"] == "live"
    version = prod.service["Resources"][alias["FunctionVersion"]["Fn::GetAtt"][0]]["Properties"]
    assert version["FunctionName"] == {"Ref": function}


def test_production_restores_what_a_caller_waits_for_from_snapshots(prod: Assembly, local: Assembly) -> None:
    snapped = {name for name, function in prod.functions().items() if "SnapStart" in function}
    assert snapped == AWAITED
    assert not any("SnapStart" in function for function in local.functions().values())


def test_a_step_has_time_for_an_answer_and_its_repair() -> None:
    longest = max(
        seconds for seconds in range(1, STEP_TIMEOUT_S) if _is_legal(seconds)
    )  # the bound is the config's own; nothing here repeats it
    assert 2 * longest + 30 <= STEP_TIMEOUT_S


def _is_legal(timeout_s: int) -> bool:
    try:
        PipelineConfig.model_validate({"soul_draft": {"timeout_s": timeout_s}})
    except ValidationError:
        return False
    return True
