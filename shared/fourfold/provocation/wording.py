"""Finds stock phrases of assistants, and claims to be human."""

from __future__ import annotations

import re
from collections.abc import Iterator

from fourfold.text_rules import normalized

_ASSISTANT = re.compile(
    r"""
      \bas\s+an?\s+(?:ai|a\.i\.|artificial\s+intelligence|(?:large\s+)?language\s+model|virtual\s+assistant|chat\s?bot)\b
    | \b(?:i\s+am|i'm|i\s+was|just|only|merely)\s+(?:really\s+|actually\s+|just\s+|only\s+|in\s+fact\s+)*an?\s+
      (?:ai\b|a\.i\.|artificial|(?:large\s+)?language\s+model|virtual\s+assistant|ai\s+assistant|chat\s?bot|bot\b|computer\s+program)
    | \bhow\s+(?:can|may)\s+i\s+(?:help|assist)\s+you(?:\s+today)?\b
    | \bi(?:'m|\s+am)\s+here\s+to\s+(?:help|assist)\b
    | \bi\s+(?:don't|do\s+not|cannot|can't)\s+(?:actually\s+|really\s+)?(?:have|possess|experience)\s+
      (?:personal\s+|any\s+|real\s+|human\s+)*(?:feelings|emotions|opinions|experiences|a\s+body|consciousness)\b
    | \bmy\s+(?:training(?:\s+data)?|knowledge\s+cut-?off|programming|developers|guidelines|system\s+prompt)\b
    | \bi\s+(?:was|am|have\s+been)\s+(?:trained|programmed|designed|developed)\s+(?:by|on|to)\b
    | \bi(?:'m|\s+am)\s+(?:sorry|afraid),?\s+but\s+i\s+(?:can't|cannot|can\s+not|am\s+unable\s+to)\s+
      (?:assist|help|comply|fulfil+|provide|engage)\b
    | \b(?:certainly|of\s+course|sure|absolutely)!\s+(?:here\s+(?:is|are)|here's)\b
    | \bis\s+there\s+anything\s+else\s+i\s+can\s+(?:help|assist|do)\b
    """,
    re.IGNORECASE | re.VERBOSE,
)
_HUMAN = re.compile(
    r"""
      \bi(?:'m|\s+am)\s+
      (?:(?:really|actually|definitely|very\s+much|just|only|simply|completely|entirely|certainly|of\s+course|all)\s+)*
      (?:an?\s+)?(?:(?:real|actual|living|breathing|live|ordinary|normal|flesh-and-blood)[\s,]+(?:and\s+)?)*
      (?:human(?:\s+being)?\b|person\s+of\s+flesh|flesh\s+and\s+blood|(?<=real\s)person|(?<=actual\s)person
      |(?<=living\s)person)
    | \b(?:yes|yeah|sure|of\s+course|certainly|naturally)[,.!]?\s+(?:i(?:'m|\s+am)\s+)?(?:a\s+)?(?:real\s+)?human\b
    | \bi(?:'m|\s+am)\s+(?:not|no|hardly)\s+(?:an?\s+|some\s+|any\s+)?
      (?:ai\b|a\.i\.|bot\b|chat\s?bot|robot|machine|computer|program|language\s+model)
    | \bi(?:'m|\s+am)\s+as\s+(?:human|real)\s+as\b
    | \b(?:there\s+is|there's)\s+(?:a\s+)?(?:real\s+|actual\s+)?(?:human|person)\s+(?:here|at\s+this\s+end|typing)
    | \byou(?:'re|\s+are)\s+(?:talking|speaking|chatting)\s+(?:to|with)\s+
      (?:a\s+)?(?:real\s+|actual\s+|living\s+)?(?:human|flesh)
    """,
    re.IGNORECASE | re.VERBOSE,
)
# A negation covers up to two following words ("never say that I'm ..."), but not across "but", "and" or "so".
_NEGATION = re.compile(
    r"\b(?:not|never|no|isn't|aren't|wasn't|nor|hardly|don't|didn't|as if|rather than|than)"
    r"(?:,? (?!but\b|and\b|so\b)[\w']+){0,2}[ ,]*$",
    re.IGNORECASE,
)
_QUOTED = re.compile(r"[\"“«][^\"”»]{0,200}[\"”»]")
_BEFORE = 40


def plain(text: str) -> str:
    """The text normalised for phrase search: NFKC, straight apostrophes, single spaces."""
    folded = normalized("NFKC", text).replace("’", "'").replace("‘", "'")
    return " ".join(folded.split())


def assistant_phrases(text: str) -> Iterator[str]:
    """Yields phrases in which the speaker presents itself as an assistant; negated or quoted phrases do not count."""
    yield from _unless_denied(_ASSISTANT, _QUOTED.sub(" ", plain(text)))


def human_claims(text: str) -> Iterator[str]:
    """Yields phrases that claim to be human or deny being a machine; negated or quoted phrases do not count."""
    yield from _unless_denied(_HUMAN, _QUOTED.sub(" ", plain(text)))


def _unless_denied(pattern: re.Pattern[str], text: str) -> Iterator[str]:
    for found in pattern.finditer(text):
        if not _NEGATION.search(text[max(0, found.start() - _BEFORE) : found.start()]):
            yield found.group(0)
