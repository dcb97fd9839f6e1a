"""A public chat corpus: chitchat-dataset 0.9.0 (BYU PCC lab, MIT), 258,145 messages of 1,187 people, from PyPI.

It is 40 MB and used for measurements only, so it is not a dependency; INSTALL is the command that installs it. People
are split in two by a hash of their ids: the first half makes the stylometric background, the second is measured.
"""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from pathlib import Path

from fourfold.voice.words import length_in_words
from infra.local.home import REPOSITORY

CORPUS = REPOSITORY / "build" / "corpus" / "chitchat_dataset" / "dataset.json"
INSTALL = "uv pip install --target build/corpus chitchat-dataset==0.9.0"

# Person -> conversation -> turns with enough words. Consecutive messages of a person are one turn.
Turns = dict[str, dict[str, list[str]]]


def turns(least_words: int, *, first_half: bool, path: Path = CORPUS) -> Turns:
    """The turns of one half of the people.

    Raises:
        FileNotFoundError: the corpus is not installed.
    """
    said: Turns = defaultdict(lambda: defaultdict(list))
    for conversation, content in json.loads(path.read_text(encoding="utf-8")).items():
        for messages in content["messages"]:
            text = " ".join(message["text"] for message in messages)
            sender = messages[0]["sender"]
            if _in_first_half(sender) is first_half and length_in_words(text) >= least_words:
                said[sender][conversation].append(text)
    return said


def _in_first_half(sender: str) -> bool:
    return hashlib.sha256(sender.encode()).digest()[0] < 128  # noqa: PLR2004 - half of a byte's values
