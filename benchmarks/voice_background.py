"""Writes shared/fourfold/voice/data/background.json: `python -m benchmarks.voice_background`.

It holds means and deviations only, no text: of up to three long turns from each of three conversations of each person
in the first half of the chat corpus, and of as many answers of an assistant as one person may have turns.
"""

from __future__ import annotations

import json
from itertools import islice

from benchmarks.chat_corpus import turns
from fourfold.llm.port import ChatMessage, ChatRequest
from fourfold.models import resolve_chat
from fourfold.voice.scenarios import shipped_scenarios
from fourfold.voice.stylometry import rates_of
from infra.local.home import REPOSITORY

TARGET = REPOSITORY / "shared" / "fourfold" / "voice" / "data" / "background.json"
LEAST_WORDS, CONVERSATIONS, EACH = 12, 3, 3
LEAST_DEVIATION = 0.004


def main() -> None:
    people = turns(LEAST_WORDS, "training")
    texts = [
        text
        for person in sorted(people)
        for conversation in islice(people[person].values(), CONVERSATIONS)
        for text in conversation[:EACH]
    ]
    assistant = resolve_chat("offline:composer-1")
    for scenario in shipped_scenarios().baseline_subset()[: CONVERSATIONS * EACH]:
        asked = ChatRequest("", (ChatMessage("user", scenario.text("en")),), 300, 10)
        texts.append(assistant.reply(asked).text)
    blocks = [list(zip(*block, strict=True)) for block in zip(*map(rates_of, texts), strict=True)]
    mean = [[sum(column) / len(column) for column in block] for block in blocks]
    deviation = [
        [
            max(LEAST_DEVIATION, (sum((value - usual) ** 2 for value in column) / len(column)) ** 0.5)
            for column, usual in zip(block, usually, strict=True)
        ]
        for block, usually in zip(blocks, mean, strict=True)
    ]
    content = {"texts": len(texts), "mean": _short(mean), "deviation": _short(deviation)}
    TARGET.write_text(json.dumps(content, separators=(",", ":")) + "\n", encoding="utf-8")
    print(f"{TARGET}: {len(texts)} texts")


def _short(blocks: list[list[float]]) -> list[list[float]]:
    return [[round(value, 5) for value in block] for block in blocks]


if __name__ == "__main__":
    main()
