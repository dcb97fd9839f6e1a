"""Every pattern, statistic and parser of callers' text takes linear time. CPU time: a loaded machine changes little.

A quadratic pattern takes hundreds of times the bound on these texts, an exponential one does not end.
"""

from __future__ import annotations

import contextlib
import json
import re
import subprocess
import sys
import time
from collections.abc import Callable
from functools import cache, partial
from pathlib import Path

import pytest

from fourfold.constraints import StatedFact, locate
from fourfold.http.auth import bearer_secret
from fourfold.http.body import parsed
from fourfold.http.cors import allowed_origins
from fourfold.http.cursors import id_after
from fourfold.http.idempotency import scoped_key
from fourfold.http.negotiation import allows_encoding, media_type_for
from fourfold.http.preconditions import require_match
from fourfold.http.preferences import preference
from fourfold.http.revision_tags import expected_revision
from fourfold.ids import is_persona_id
from fourfold.persona import Mask, Persona, PersonaStatus, SelfLayer, Soul, Surface
from fourfold.problem import ProblemError
from fourfold.progress.messages import command_id_of, parse_command
from fourfold.provocation import language, numerals, oracles, wording
from fourfold.provocation.definition import slots_in
from fourfold.text_rules import acceptable_text, cleaned_values, normalized, text_faults
from fourfold.voice import stylometry, writers
from fourfold.voice.features import measured
from fourfold.voice.words import length_in_words, sentences_of, words_of
from fourfold.webhooks.target import TargetRefusedError, parse_target
from tests.builders import MASK, SELF, SOUL, START, SURFACE
from tests.examples import examples
from tests.unit.core import compiled_patterns
from tests.unit.core.regex_attacks import attacks

LENGTHS = (20, 30, 250, 4000)  # each finds what would take minutes at the next one
# A linear pattern takes 0.01 to 3 microseconds for each character.
MOST_SECONDS_PER_CHARACTER = 12e-6
NOTICEABLE_SECONDS = 0.003
# Patterns, by their beginning, whose text is cut to so many characters where they are used.
CUT = {r"(?:\s|</?(?:s|eos|en": 400}
# For a whole parser: the issue's bound is 50 ms per 64 KiB on an idle machine; the tests' machines share their caches.
SIZE, MOST_SECONDS, MOST_RATIO, ATTEMPTS = examples(16, 64) * 1024, 0.15, 2.5, 5


def cpu(call: Callable[[], object]) -> float:
    before = time.thread_time()
    with contextlib.suppress(ValueError, ProblemError, TargetRefusedError):
        call()
    return time.thread_time() - before


def searching(pattern: re.Pattern[str], text: str) -> float:
    return cpu(lambda: sum(1 for _ in pattern.finditer(text)))


def costly_text(pattern: re.Pattern[str], longest: int = LENGTHS[-1]) -> str | None:
    """A text on which searching the pattern takes more than linear time, cut to 40 characters; None if none does."""
    for length in (*(each for each in LENGTHS if each < longest), longest):
        for text in attacks(pattern.pattern, pattern.flags & ~re.UNICODE, length):
            # A quadratic pattern is slow each time; a linear one that a busy machine slowed is not.
            if all(_is_slow(pattern, text) for _ in range(3)):
                return f"{text[:40]}... ({len(text)} characters)"
    return None


def _is_slow(pattern: re.Pattern[str], text: str) -> bool:
    took = searching(pattern, text)
    if took < NOTICEABLE_SECONDS:
        return False
    if took > max(NOTICEABLE_SECONDS, len(text) * MOST_SECONDS_PER_CHARACTER):
        return True
    return took > 3.2 * min(searching(pattern, text[: len(text) // 2] + text[-1]) for _ in range(3))


@pytest.mark.deep(part="hostile")
@pytest.mark.parametrize(
    "bad",
    [
        r"(a+)+$",
        r"(?:a|aa)*b",
        r"\s*x",
        r"^\s*\d+\s*\s*x",
        r"\{\{\s*([^{}]*?)\s*\}\}",
        r"[.!?]+[\"')]*(?:\s+|$)",
        r"<.*>",
        r"(\w+\s*)+:",
        r"https?://[a-z.]+[a-z]+/",
    ],
)
def test_a_pattern_with_a_worst_case_is_found(bad: str) -> None:
    assert costly_text(re.compile(bad)) is not None


@pytest.mark.parametrize("good", [r"\d+", r"[^\W_]+(?:'[^\W\d_]+)*", r"(?<!\.)\.++x", r"a{1,9}b", r"^\s*x", r"\n+|a"])
def test_a_linear_pattern_is_not(good: str) -> None:
    assert costly_text(re.compile(good)) is None


@pytest.mark.deep(part="hostile")
def test_no_pattern_of_the_product_has_a_worst_case() -> None:
    recorded = subprocess.run([sys.executable, compiled_patterns.__file__], check=True, capture_output=True, text=True)
    patterns = json.loads(recorded.stdout)
    assert len(patterns) > 150
    bad = {}
    for text, flags, file, line in patterns:
        if (found := costly_text(re.compile(text, flags), CUT.get(text[:20], LENGTHS[-1]))) is not None:
            bad[f"{file}:{line}"] = (text[:80], found)
    assert bad == {}


def test_a_pattern_is_not_made_of_callers_text() -> None:
    """`re.escape` is the only way in: a pattern that a caller writes can take any time."""
    root, made = (
        compiled_patterns.ROOT,
        re.compile(r"\bre\.(?:compile|search|match|fullmatch|findall|sub|split)\(([^\n]*)"),
    )
    for source in [*root.glob("shared/fourfold/**/*.py"), *root.glob("functions/**/*.py")]:
        for found in made.finditer(source.read_text(encoding="utf-8")):
            first = found[1].lstrip()
            literal = not first or first[0] in "\"'" or first.startswith(('r"', 'rf"', 'f"', "r'", "_", "pattern"))
            assert literal or "re.escape(" in first, f"{Path(source).relative_to(root)}: {found[0]}"


UNITS = [
    ".", "!", "…", " ", "\n", "\t", "a", "A", "1", "'", "a'", '"', "“", "(", "[", "{", "{{ ", "}}", "-", "–", "*", "**",
    "_", "`", "#", "|", "/", "\\", ":", ";", ",", ", ", "?", "a ", "A ", "a. ", "1. ", "- ", "\n- ", "\n\n", "é",
    "e\u0301", "中", "ก", "🦊", "\u200d", "\u00a0", " \n", "aA", "as an ai ", "it's important ", '"a", ', 'W/"a" ',
    "wait=", "https://", "%", "\\u", "[{", '{"a":', "=", "QUJD", "twenty ", "no ", "ß", "İ", "\u0307\u0323",
]  # fmt: skip


@cache
def persona() -> Persona:
    return Persona(
        id="per_00000000000000000000000000",
        workspace_id="ws_test",
        status=PersonaStatus.ACTIVE,
        intent="A founder",
        soul=Soul.model_validate(SOUL["soul"]),
        self_=SelfLayer.model_validate(SELF["self"]),
        mask=Mask.model_validate(MASK["mask"]),
        surface=Surface.model_validate(SURFACE["surface"]),
        run_id=None,
        config_hash=None,
        created_at=START,
        updated_at=START,
    )


PARSERS: dict[str, Callable[[str], object]] = {
    "style features": measured,
    "stylometric vector": stylometry.vector_of,
    "vector of the default embedder": writers.vector_of,
    "words": words_of,
    "sentences": sentences_of,
    "length": length_in_words,
    "the rule for text": lambda text: text_faults([text]),
    "acceptable text": acceptable_text,
    "texts of imports": lambda text: cleaned_values([text]),
    "normalization": lambda text: normalized("NFC", text),
    "slots of tests": lambda text: list(slots_in(text)),
    "assistant's phrases": lambda text: list(wording.assistant_phrases(text)),
    "claims to be human": lambda text: list(wording.human_claims(text)),
    "language": language.language_of,
    "numerals": numerals.numbers_in,
    "leaks": lambda text: oracles.leaked("abcdefgh", text),
    "layout": lambda text: oracles.layout(text, ["heading", "bullets", "table", "bold", "code_fence"]),
    "wrong facts": lambda text: list(oracles.mistaken_facts(text, persona(), ["name", "age", "location"])),
    "quotes of the brief": lambda text: locate(text, StatedFact(field="other", value="a", quote=text[:159] + "x")),
    "JSON bodies": lambda text: parsed(text.encode(), 10_000),
    "If-Match": lambda text: require_match([text], persona()),
    "If-Match of settings": lambda text: expected_revision([text]),
    "Idempotency-Key": lambda text: scoped_key([text], "ws", "/"),
    "Prefer": lambda text: preference([text]),
    "Accept": lambda text: media_type_for([text], ["application/json", "text/event-stream"]),
    "Accept-Encoding": lambda text: allows_encoding([text], "gzip"),
    "Authorization": lambda text: bearer_secret([f"Bearer {text}"]),
    "origins": allowed_origins,
    "webhook URLs": lambda text: parse_target(f"https://{text}"),
    "cursors": lambda text: id_after(text, is_persona_id),
    "WebSocket messages": parse_command,
    "ids of WebSocket messages": command_id_of,
}


@pytest.mark.random
@pytest.mark.parametrize("name", PARSERS)
def test_a_parser_takes_linear_time(name: str) -> None:
    parse = PARSERS[name]
    cpu(lambda: parse("warm up"))
    for unit in UNITS:
        text = unit * (SIZE // len(unit.encode())) + "x"
        # What takes more than linear time is slow each time; what a busy machine slowed is not.
        measured_s = []
        for _ in range(ATTEMPTS):
            took = cpu(partial(parse, text))
            half = cpu(partial(parse, text[: len(text) // 2] + "x")) if took > 0.02 else took
            measured_s.append((took, half))
            if took < min(MOST_SECONDS, MOST_RATIO * half + 0.02):
                break
        else:
            raise AssertionError((unit, measured_s))
