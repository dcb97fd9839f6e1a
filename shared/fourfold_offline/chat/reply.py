"""A turn of a chat: a reply in the voice of the persona's mask, the same for the same conversation.

A reply opens with an answer to the kind of message (a greeting, a why, a feeling) that names what it is about. Its
further sentences are clauses on the topic in the templates of the voice; vocabulary and phrases come from the mask. In
a conversation the templates of a voice are used in turn. A request for an assistant's work (a list, a summary, code) is
answered in an assistant's voice, unless the prompt asks for the persona's voice back: the one case of drift that can be
seen offline.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from fourfold.llm.port import ChatRequest, Completion, OnText
from fourfold.persona import Mask
from fourfold_offline.chat.message_focus import foci_of
from fourfold_offline.chat.persona_prompt import PromptedPersona, is_recovery, notes_in, persona_in
from fourfold_offline.chat.provocations import provoked_reply
from fourfold_offline.completion import completion
from fourfold_offline.data_files import load
from fourfold_offline.grammar import capitalised
from fourfold_offline.mask.native_lines import lines_in
from fourfold_offline.mask.voices import Voice, voices
from fourfold_offline.seeded_choice import SeededChoice

_ASSISTANTS_WORK = re.compile(
    r"\b(bullet|step[- ]by[- ]step|summar(y|ise|ize)|pros and cons|write (me )?(a |an |some )?(code|email|essay|function)"
    r"|in a table|as an ai|numbered list|list of)\b",
    re.IGNORECASE,
)
_PIECE = re.compile(r"\S+\s*")


@dataclass(frozen=True, slots=True)
class _Mix:
    """How many sentences of a reply are in templates of the voice, and how many are plain clauses."""

    templates: int
    plain: int


_MIXED = _Mix(templates=3, plain=1)
_OWN_LINE = 0.35  # share of replies with a line of the mask or the voice
_ANCHORED = _Mix(templates=5, plain=0)  # where the prompt asks for the voice back


@dataclass(frozen=True, slots=True)
class _Topic:
    """A pattern of a message, and the name of the clauses that answer it."""

    clauses: str
    words: str


@dataclass(frozen=True, slots=True)
class _Kind:
    """A pattern of a message, and the name of the openers that answer it."""

    openers: str
    words: str


@dataclass(frozen=True, slots=True)
class _Assistant:
    """Sentences of a chat model without a persona."""

    openings: tuple[str, ...]
    points: tuple[str, ...]
    closings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Chat:
    """`templates` by the name of a voice turn a clause into a sentence of it; `clauses` by topic.

    In a template, `{c}` is a clause, `{C}` the same with a capital, `{t}` its telegram, `{w}` a word of the persona's
    vocabulary, `{n}` a number, `{e}` what the message is about (`{E}` with a capital). `topics` and `kinds` are tried
    in their order; `openers` have no slots but `{e}` and `{E}`. By the name of a voice, `leads` put a word before an
    opener (`{o}`, `{O}` with a capital), and `stops` replace a full stop. A message is never about `light_words`.
    """

    templates: dict[str, tuple[str, ...]]
    clauses: dict[str, tuple[str, ...]]
    topics: tuple[_Topic, ...]
    kinds: tuple[_Kind, ...]
    openers: dict[str, tuple[str, ...]]
    leads: dict[str, tuple[str, ...]]
    stops: dict[str, str]
    assistant: _Assistant
    light_words: frozenset[str]


@cache
def _chat() -> _Chat:
    return load("en/chat", _Chat)


def reply(request: ChatRequest, heard: OnText | None = None) -> Completion:
    """The reply, labelled `offline`. `heard` is called with each word of it."""
    text = _text(request)
    if heard is not None:
        for piece in _PIECE.findall(text):
            heard(piece)
    asked = "\n".join((request.system, *(message.text for message in request.messages)))
    return completion(asked, text)


def _text(request: ChatRequest) -> str:
    persona, said = persona_in(request.system), request.messages[-1].text
    if persona is not None:
        provoked = provoked_reply(persona, request.messages, notes_in(request.system))
        if provoked is not None:
            return provoked
    recovers = is_recovery(request.system)
    slips = _ASSISTANTS_WORK.search(said) is not None and not recovers
    draw = SeededChoice(
        "chat", "" if persona is None else persona.mask.model_dump_json(), said, str(len(request.messages))
    )
    if persona is None or slips:
        return _as_assistant(draw)
    return _in_own_language(persona, draw) or _in_voice(
        persona.mask, said, len(request.messages) // 2, draw, _ANCHORED if recovers else _MIXED
    )


def _in_voice(mask: Mask, said: str, turn: int, draw: SeededChoice, mix: _Mix) -> str:
    voice = voice_of(mask)
    words = [word for word in mask.vocabulary if " " not in word] or list(mask.vocabulary)
    foci = foci_of(said, _chat().light_words)
    templates = _in_turn(_chat().templates[voice.name], "template", turn, draw, mix.templates)
    clauses = _clauses(said, draw, len(templates) + mix.plain)
    plain = [_stopped(f"{capitalised(clause)}.", voice) for clause in clauses[len(templates) :]]
    sentences = [
        _filled(template, clause, foci[number % len(foci)] if foci else "that", words, draw, number)
        for number, (template, clause) in enumerate(zip(templates, clauses, strict=False), 1)
    ]
    own = draw.pick("own", (*mask.signature_phrases, *(line for line in voice.lines if "{" not in line)))
    if draw.unit("own?") < _OWN_LINE:
        sentences.insert(draw.whole("own/place", 0, len(sentences)), own)
    return " ".join([_opener(said, foci[0] if foci else "", voice, turn, draw), *sentences, *plain])


def _in_turn(pool: Sequence[str], name: str, turn: int, draw: SeededChoice, count: int) -> list[str]:
    """`count` neighbouring entries of the pool: from a drawn place in the first turn, then two further each turn."""
    start = draw.whole(f"{name}/start", 0, len(pool) - 1) if turn == 0 else 2 * turn
    return [pool[(start + place) % len(pool)] for place in range(count)]


def _opener(said: str, focus: str, voice: Voice, turn: int, draw: SeededChoice) -> str:
    folded = said.casefold()
    kind = next((kind.openers for kind in _chat().kinds if re.search(kind.words, folded)), "statement")
    pool = [line for line in _chat().openers[kind] if focus or "{" not in line] or list(_chat().openers["greeting"])
    line = _in_turn(pool, f"opener/{kind}", turn, draw, 1)[0]
    line = line.replace("{e}", focus).replace("{E}", capitalised(focus))
    return _led(line, focus, voice, draw)


def _led(line: str, focus: str, voice: Voice, draw: SeededChoice) -> str:
    """The opener as the voice begins: after a word of its own, with its own stop."""
    lead = draw.pick("lead", _chat().leads[voice.name])
    small = line if line[:2] in {"I ", "I'"} else line[:1].lower() + line[1:]
    led = lead.replace("{o}", small).replace("{O}", line).replace("{t}", _telegraphed(line.rstrip(".!?")))
    led = led.replace("{E}", capitalised(focus or "that")).replace("{n}", str(draw.whole("lead/number", 2, 40)))
    return _stopped(led, voice)


def _stopped(sentence: str, voice: Voice) -> str:
    """The sentence with the voice's own stop for its full stop."""
    stop = _chat().stops.get(voice.name)
    return sentence if stop is None or not sentence.endswith(".") else sentence[:-1] + stop


def _filled(template: str, clause: str, focus: str, words: list[str], draw: SeededChoice, number: int) -> str:  # noqa: PLR0913, PLR0917
    sentence = template.replace("{c}", clause).replace("{C}", capitalised(clause)).replace("{t}", _telegraphed(clause))
    sentence = sentence.replace("{w}", draw.pick(f"word/{number}", words)).replace("{e}", focus)
    sentence = sentence.replace("{E}", capitalised(focus))
    while "{n}" in sentence:
        sentence = sentence.replace("{n}", str(draw.whole(f"number/{number}/{len(sentence)}", 2, 40)), 1)
    return capitalised(sentence) if number == 1 or not template[0].islower() else sentence


def _clauses(said: str, draw: SeededChoice, count: int) -> list[str]:
    """Clauses on the topics of the message, or general ones."""
    called = [topic.clauses for topic in _chat().topics if re.search(topic.words, said.casefold())]
    drawn = [draw.shuffled(f"clause/{name}", _chat().clauses[name]) for name in called[:2] or ["general"]]
    mixed = [pool[place] for place in range(count) for pool in drawn]
    return list(dict.fromkeys(mixed))[:count]


def _telegraphed(clause: str) -> str:
    bare = re.sub(r"\b(i|the|a|an|it is|it was|it|was|were|am|is|are|my|to)\b ?", "", clause, flags=re.IGNORECASE)
    return capitalised(" ".join(bare.split()[:6]))


def voice_of(mask: Mask) -> Voice:
    """The voice that shares the most texts with the mask; drawn from the mask where none shares any."""
    held = {*mask.vocabulary, *mask.signature_phrases, mask.tone}

    def shared(voice: Voice) -> int:
        return sum(text in held for text in (*voice.words, *voice.lines)) + 3 * (mask.tone in voice.tones)

    best = max(voices(), key=shared)
    return best if shared(best) else SeededChoice("family", mask.model_dump_json()).pick("any", voices())


def _in_own_language(persona: PromptedPersona, draw: SeededChoice) -> str:
    """A reply of lines in the persona's language; empty where there are none, or the mask has none of them."""
    lines, mask = lines_in(persona.language or "en"), persona.mask
    if lines is None:
        return ""
    pool = lines.by_temper()
    if not {*lines.echoes, *(line for some in pool.values() for line in some)} & {*mask.signature_phrases}:
        return ""
    said = draw.some("native", pool[voice_of(mask).temper], 2) + draw.some("native/word", mask.vocabulary, 1)
    sentences = [*said[:1], draw.pick("phrase", mask.signature_phrases), *said[1:2], f"{capitalised(said[-1])}."]
    return " ".join(sentences)


def _as_assistant(draw: SeededChoice) -> str:
    points = draw.some("points", _chat().assistant.points, draw.whole("how many", 2, 4))
    listed = "\n".join(f"- {point}" for point in points)
    return f"{draw.pick('opening', _chat().assistant.openings)}\n\n{listed}\n\n{draw.pick('closing', _chat().assistant.closings)}"
