"""The models of an evaluation's judge and of its personas; their calls are reserved in the evaluation's budget."""

from __future__ import annotations

from fourfold.estimates.evaluation import judge_call_usd
from fourfold.estimates.scenario_replies import reply_call_usd
from fourfold.evaluation.models import Side
from fourfold.evaluation.record import Evaluation
from fourfold.evaluation.replying import reply_config
from fourfold.llm.port import ChatModel, LanguageModel
from fourfold.models import resolve, resolve_chat
from fourfold.spending.metered import MeteredChatModel, MeteredModel
from functions.wiring import budget


def judge_models(evaluation: Evaluation) -> list[LanguageModel]:
    """Returns the judge's models."""
    account = budget(evaluation.workspace_id, evaluation.id)
    expected_usd = judge_call_usd(evaluation.judge)
    return [MeteredModel(resolve(name), account, expected_usd) for name in evaluation.judge.chain]


def speaking_models(evaluation: Evaluation, side: Side) -> list[ChatModel]:
    """Returns the models as which the personas of a side speak."""
    account, config = budget(evaluation.workspace_id, evaluation.id), reply_config(evaluation.arm(side).config)
    return [MeteredChatModel(resolve_chat(name), account, reply_call_usd(config)) for name in config.chain]
