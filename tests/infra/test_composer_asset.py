"""Which deployments carry the offline composer, what it weighs, and what is answered where it is asked for without."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from infra.constructs.product_code import stage_product_code
from infra.settings import stage_settings
from tests.infra.assembly import Assembly

MOST_WITHOUT, MOST_WITH = 6_000_000, 7_500_000
"""Bytes of the code asset, uncompressed; 2.9 MB of it are the learnt numbers of the default embedder."""
ASKED_WITHOUT = """
import json, sys
code = sys.argv[1]
sys.path[:] = [code, *(place for place in sys.path if place.endswith("site-packages") or "python3" in place)]
sys.path[:] = [place for place in sys.path if not place.endswith("shared")]
from fourfold.llm.port import ChatMessage, ChatRequest, ModelError, ModelRequest
from fourfold.models import adapter
from fourfold.models.credentials import available_providers
from fourfold.pipeline.soul_draft import SoulDraft
model, found = adapter("offline:composer-1"), []
for ask in (
    lambda: model.complete(ModelRequest("s", (), "t", SoulDraft, 300, 5.0)),
    lambda: model.reply(ChatRequest("s", (ChatMessage("user", "Hello"),), 300, 5.0)),
):
    try:
        ask()
        found.append("answered")
    except ModelError as error:
        found.append(str(error.failure))
print(json.dumps([found, available_providers({"FOURFOLD_PROVIDERS": "anthropic"})]))
"""


def asked_in(code: Path) -> tuple[list[str], list[str]]:
    """What the composer answers a question and a chat with in a process that has this code, and the providers there."""
    done = subprocess.run(
        [sys.executable, "-B", "-c", ASKED_WITHOUT, str(code)], check=True, capture_output=True, text=True, cwd=code
    )
    found, providers = json.loads(done.stdout)
    return found, providers


def weight(folder: Path) -> int:
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())


def test_a_deployment_with_providers_does_not_carry_it(dev: Assembly) -> None:
    assert {entry.name for entry in dev.code().iterdir()} == {"functions", "fourfold"}
    assert asked_in(dev.code()) == (["bad_request", "bad_request"], ["anthropic"])


def test_an_offline_deployment_and_a_laptop_carry_it_with_its_data(prod: Assembly, local: Assembly) -> None:
    for made in (prod, local):
        assert (made.code() / "fourfold_offline/data/peoples.json").is_file()
        assert asked_in(made.code()) == (["answered", "answered"], ["anthropic", "offline"])


def test_the_asset_is_the_lighter_by_its_weight(prod: Assembly, dev: Assembly) -> None:
    composer = weight(prod.code() / "fourfold_offline")
    assert weight(dev.code()) == weight(prod.code()) - composer
    assert weight(dev.code()) < MOST_WITHOUT
    assert weight(prod.code()) < MOST_WITH


@pytest.mark.parametrize(
    ("providers", "offline"), [("", True), ("offline", True), ("anthropic", False), ("bedrock,anthropic", False)]
)
def test_a_stage_is_offline_where_no_provider_is_listed(providers: str, offline: bool) -> None:
    assert stage_settings("prod", providers).offline is offline


@pytest.mark.parametrize("composer", [True, False])
def test_no_function_carries_what_only_a_terminal_needs(composer: bool, tmp_path: Path) -> None:
    """Passports are read by functions; the labelled documents and the baseline by `fourfold regression` alone."""
    stage_product_code(tmp_path, composer=composer)
    assert (tmp_path / "fourfold" / "judge_passports.json").exists()
    assert (tmp_path / "fourfold" / "judges" / "verdicts.py").exists()
    assert not [name for name in ("judges/data", "cli", "client") if (tmp_path / "fourfold" / name).exists()]
