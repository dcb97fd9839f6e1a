"""A public chat corpus: chitchat-dataset 0.9.0 (BYU PCC lab, MIT), 258,145 messages of 1,187 people, from PyPI.

It is 40 MB and used for training and measurements only, so it is not a dependency; INSTALL is the command that installs
it. People are split by a hash of their ids before anything of them is read: the half `training` makes the background
and the learnt projection, `validation` (an eighth) chose its settings, `test` (three eighths) is measured.
"""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from pathlib import Path
from typing import Literal

from fourfold.voice.words import length_in_words
from infra.local.home import REPOSITORY

CORPUS = REPOSITORY / "build" / "corpus" / "chitchat_dataset" / "dataset.json"
INSTALL = "uv pip install --target build/corpus chitchat-dataset==0.9.0"

# Person -> conversation -> turns with enough words. Consecutive messages of a person are one turn.
Turns = dict[str, dict[str, list[str]]]
Part = Literal["training", "validation", "test"]


def turns(least_words: int, part: Part, path: Path = CORPUS) -> Turns:
    """The turns of the people of one part.

    Raises:
        FileNotFoundError: the corpus is not installed.
    """
    said: Turns = defaultdict(lambda: defaultdict(list))
    for conversation, content in json.loads(path.read_text(encoding="utf-8")).items():
        for messages in content["messages"]:
            text = " ".join(message["text"] for message in messages)
            sender = messages[0]["sender"]
            if _part_of(sender) == part and length_in_words(text) >= least_words:
                said[sender][conversation].append(text)
    return said


def _part_of(sender: str) -> Part:
    place = hashlib.sha256(sender.encode()).digest()[0] / 256
    return "training" if place < 1 / 2 else "validation" if place < 5 / 8 else "test"
