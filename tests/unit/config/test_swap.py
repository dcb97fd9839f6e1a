"""Presets: one commit moves the whole tree, and what comes out can run."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from fourfold.config.commit import Author, SetOp
from fourfold.config.effective import ConfigReader
from fourfold.config.engine import EngineConfig
from fourfold.config.entries import chain_of
from fourfold.config.models import ModelConfig
from fourfold.config.preset_ops import PRESET_NAMES, preset_ops
from fourfold.config.presets import PRESETS, default_config
from fourfold.config.registry import flattened
from fourfold.config.request import unusable_models
from fourfold.config.service import CommitRequest, ConfigService
from fourfold.config.settings import Settings
from fourfold.models.prices import cost_usd
from fourfold.persona import TokenUsage
from fourfold.steps import STEP_ORDER, StepName
from tests.unit.config.memory import MemoryConfigStore

AUTHOR = Author("key_1", datetime(2026, 11, 25, tzinfo=UTC))
REFS = chain_of("o1", "w1")
DEFAULTS = flattened(Settings())


class Tree:
    """A tree that presets are applied to."""

    def __init__(self) -> None:
        self.store = MemoryConfigStore({"w1": "o1"})
        self.ledger = ConfigService(self.store, DEFAULTS, list(PRESETS))
        self.reader = ConfigReader(self.store, DEFAULTS)

    def apply(self, name: str) -> EngineConfig:
        self.ledger.commit(CommitRequest(REFS, AUTHOR, "preset"), lambda chain: preset_ops(name, chain, DEFAULTS))
        return self.reader.effective("o1", "w1").settings.engine


@pytest.fixture
def tree() -> Tree:
    return Tree()


@pytest.mark.parametrize("name", PRESETS)
def test_a_providers_preset_is_what_a_deployment_of_it_starts_from(tree: Tree, name: str) -> None:
    assert tree.apply(name) == default_config([name])


@pytest.mark.parametrize("name", PRESETS)
def test_a_preset_runs_on_its_provider_alone(tree: Tree, name: str) -> None:
    config = tree.apply(name)
    provider = name.removesuffix("-current")
    assert unusable_models(config, [provider]) == {}
    blocks: list[ModelConfig] = [config.pipeline.of(step) for step in (*STEP_ORDER, StepName.CONFIRM_AUDIT)]
    blocks += [config.pipeline.single_call, config.chat, config.provocation.judge, config.provocation.second_judge]
    assert {model.split(":")[0] for block in blocks for model in block.chain} == {provider}


@pytest.mark.parametrize("before", PRESET_NAMES)
@pytest.mark.parametrize("after", PRESETS)
def test_a_swap_is_one_commit_and_leaves_nothing_of_the_one_before(tree: Tree, before: str, after: str) -> None:
    tree.apply(before)
    log = len(tree.store.log)
    swapped = tree.apply(after)
    assert len(tree.store.log) - log <= 1
    retries = 0 if before == "draft" else 3  # a provider's preset says nothing of the gate
    gate = default_config([after]).pipeline.audit.model_copy(update={"max_retries": retries})
    assert swapped.pipeline.audit == gate
    assert swapped.pipeline.soul_draft == default_config([after]).pipeline.soul_draft


def test_a_temperature_set_for_one_provider_does_not_stay_for_the_next(tree: Tree) -> None:
    tree.apply("google")
    heat = SetOp(op="set", key="engine.pipeline.mask_build.temperature", value=1.5)
    tree.ledger.commit(CommitRequest(REFS, AUTHOR), lambda _: [heat])
    assert tree.apply("anthropic").pipeline.mask_build.temperature is None


@pytest.mark.parametrize("name", [name for name in PRESETS if name != "offline"])
def test_draft_is_the_cheapest_the_provider_has(tree: Tree, name: str) -> None:
    dear = tree.apply(name)
    draft = tree.apply("draft")
    assert draft.pipeline.audit.max_retries == 0
    for step in STEP_ORDER:
        drafted, usual = draft.pipeline.of(step), dear.pipeline.of(step)
        assert drafted.chain == (drafted.model,)
        assert drafted.model.startswith(f"{name.removesuffix('-current')}:")
        assert _price(drafted.model) <= min(_price(model) for model in usual.chain)


def test_draft_of_a_compatible_server_stays_on_it(tree: Tree) -> None:
    model = SetOp(op="set", key="engine.pipeline.intent_parse.model", value="compatible:llama3.1:8b")
    tree.ledger.commit(CommitRequest(REFS, AUTHOR), lambda _: [model])
    assert {tree.apply("draft").pipeline.of(step).model for step in STEP_ORDER} == {"compatible:llama3.1:8b"}


def _price(model: str) -> float:
    provider, _, name = model.partition(":")
    cost = cost_usd(provider, name, TokenUsage(input_tokens=1000, output_tokens=1000))
    assert cost is not None
    return cost


@pytest.mark.parametrize("name", PRESET_NAMES)
def test_a_preset_leaves_what_is_not_about_models(tree: Tree, name: str) -> None:
    values = {
        "engine.pipeline.audit.min_overall_score": 4.5,
        "engine.chat.window": 7,
        "engine.pipeline.soul_draft.timeout_s": 30,
    }
    ops = [SetOp(op="set", key=key, value=value) for key, value in values.items()]
    tree.ledger.commit(CommitRequest(REFS, AUTHOR), lambda _: ops)
    engine = tree.apply(name)
    assert (engine.pipeline.audit.min_overall_score, engine.chat.window) == (4.5, 7)
    paced = name in PRESETS and PRESETS[name].pace
    assert (engine.pipeline.soul_draft.timeout_s == 30) is not bool(paced)


def test_draft_follows_the_provider_of_a_model_set_by_hand(tree: Tree) -> None:
    op = SetOp(op="set", key="engine.pipeline.intent_parse.model", value="openai:gpt-4.1")
    tree.ledger.commit(CommitRequest(REFS, AUTHOR), lambda _: [op])
    assert tree.apply("draft").pipeline.soul_draft.model == "openai:gpt-6.1-terra"
