"""Each preset's models for talk and judgements, and the room that replies of the jobs have."""

from __future__ import annotations

import pytest

from fourfold.config.engine import ChatConfig
from fourfold.config.presets import default_config

TALKS = {
    "anthropic": "anthropic:claude-haiku-5-5",
    "anthropic-current": "anthropic:claude-haiku-5-5",
    "openai": "openai:gpt-6-luna",
    "openai-current": "openai:gpt-6-luna",
    "google": "google:gemini-3.5-flash-lite",
    "google-current": "google:gemini-3.5-flash-lite",
}


@pytest.mark.parametrize(("name", "talk"), TALKS.items())
def test_the_small_current_model_talks_and_judges_first_and_the_strong_one_second(name: str, talk: str) -> None:
    config = default_config([name])
    strong = config.pipeline.soul_draft.model
    assert (config.chat.model, config.provocation.judge.model) == (talk, talk)
    assert config.provocation.second_judge.model == strong
    assert strong in config.pipeline.audit.chain
    assert config.chat.fallback[0] == config.pipeline.self_enrich.model, "a chat does not end with its small model"


@pytest.mark.parametrize(
    ("models", "capped"),
    [
        (("anthropic:claude-haiku-5-5", "anthropic:claude-sonnet-4-6"), True),
        (("anthropic:claude-haiku-5-5", "anthropic:claude-opus-5-5"), False),  # a fallback that thinks
        (("openai:gpt-6-luna",), False),
        (("anthropic:claude-of-tomorrow",), False),  # not known: it may think
        (("compatible:qwen3:8b",), False),
        (("offline:composer-1",), True),
    ],
)
def test_replies_of_the_jobs_are_short_unless_a_model_may_think(models: tuple[str, ...], capped: bool) -> None:
    chat = ChatConfig(model=models[0], fallback=models[1:], max_tokens=8192)
    reply = chat.for_jobs(512)
    assert (reply.chain, reply.window) == (chat.chain, chat.window)
    assert reply.max_tokens == (512 if capped else 8192)


def test_a_reply_of_a_chat_needs_no_thought_and_a_judgement_little() -> None:
    config = default_config(["openai-current"])
    efforts = (config.chat.effort, config.provocation.judge.effort, config.pipeline.audit.effort)
    assert efforts == ("minimal", "low", "medium")


def test_a_second_provider_judges_second_and_takes_over() -> None:
    config = default_config(["anthropic", "openai"])
    assert config.chat.chain[0] == "anthropic:claude-haiku-5-5"
    assert config.chat.chain[-1].startswith("openai:")
    assert config.provocation.second_judge.model == "openai:gpt-6.1-sol"


def test_a_server_of_the_developers_own_has_one_model_for_everything() -> None:
    config = default_config(["compatible:llama3.1:8b"])
    models = {config.chat.model, config.provocation.judge.model, config.pipeline.audit.model}
    assert models == {"compatible:llama3.1:8b"}
