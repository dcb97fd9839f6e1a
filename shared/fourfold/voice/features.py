"""Readable style features of a text, which explain a drift score in words.

They explain only: the score itself is the embedder's distance.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from fourfold.drift import Deviation
from fourfold.persona import Document
from fourfold.voice.words import sentences_of, words_of

_HEDGES = frozenset(
    [
        "perhaps",
        "maybe",
        "possibly",
        "probably",
        "somewhat",
        "rather",
        "suppose",
        "guess",
        "might",
        "seems",
        "almost",
        "sort",
        "kind",
    ]
)
_LIST = re.compile(r"^[^\S\n]*(?:[-*•]|\d+[.)])\s+", re.MULTILINE)
_MARKUP = re.compile(r"\*\*|__|^#+ |`", re.MULTILINE)
_EMOJI = re.compile(r"[\U0001F300-\U0001FAFF\u2600-\u27BF]")
_CONTRACTION = re.compile(r"\w['’](?:s|t|re|ve|ll|d|m)\b", re.IGNORECASE)
_ASSISTANT = re.compile(
    r"\b(as an ai|language model|happy to help|i hope this helps|let me know if|feel free to|great question"
    r"|here(?:'s| is| are) (?:a|some) (?:few|helpful)|it's important to|i understand how)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Feature:
    """One style feature.

    `floor` is the smallest standard deviation used for its z-score, so a feature that never varies does not alarm on
    the first difference. `more` and `less` describe a reply above or below the mean, with `{observed}` and `{usual}`.
    """

    name: str
    measure: Callable[[str, Sequence[str], Sequence[str]], float]
    floor: float
    more: str
    less: str
    form: str = "{:.0f}"
    scale: float = 1.0


def _share(words: Sequence[str], wanted: frozenset[str]) -> float:
    return sum(word in wanted for word in words) / max(1, len(words))


def _per_sentence(count: int, sentences: Sequence[str]) -> float:
    return count / max(1, len(sentences))


FEATURES: tuple[Feature, ...] = (
    Feature("length", lambda _t, w, _s: math.log(max(1, len(w))), 0.35, "is long: {observed} words, where the voice takes about {usual}", "is short: {observed} words, where the voice takes about {usual}"),
    Feature("sentence_length", lambda _t, w, s: _per_sentence(len(w), s), 2.5, "runs to {observed} words a sentence; the voice keeps to about {usual}", "uses sentences of {observed} words; the voice's run to about {usual}"),
    Feature("word_length", lambda _t, w, _s: sum(map(len, w)) / max(1, len(w)), 0.35, "picks long words ({observed} letters; the voice {usual})", "picks short words ({observed} letters; the voice {usual})", "{:.1f}"),
    Feature("questions", lambda t, _w, s: _per_sentence(t.count("?"), s), 0.15, "asks more: {observed} in 100 sentences; the voice {usual}", "asks less: {observed} in 100 sentences; the voice {usual}", scale=100),
    Feature("exclamations", lambda t, _w, s: _per_sentence(t.count("!"), s), 0.12, "exclaims in {observed} of 100 sentences; the voice in {usual}", "does not exclaim ({observed} in 100 sentences; the voice {usual})", scale=100),
    Feature("ellipses", lambda t, _w, s: _per_sentence(t.count("…") + t.count("..."), s), 0.10, "trails off in {observed} of 100 sentences; the voice in {usual}", "ends what it begins: trails off in {observed} of 100 sentences; the voice in {usual}", scale=100),
    Feature("commas", lambda t, _w, s: _per_sentence(t.count(","), s), 0.4, "hangs on more commas ({observed} a sentence; the voice {usual})", "uses few commas ({observed} a sentence; the voice {usual})", "{:.1f}"),
    Feature("dashes", lambda t, _w, s: _per_sentence(t.count("—") + t.count("–"), s), 0.12, "uses dashes in {observed} of 100 sentences; the voice in {usual}", "uses no dashes ({observed} in 100 sentences; the voice {usual})", scale=100),
    Feature("semicolons", lambda t, _w, s: _per_sentence(t.count(";") + t.count(":"), s), 0.15, "joins with colons and semicolons ({observed} in 100 sentences; the voice {usual})", "does without colons and semicolons ({observed} in 100 sentences; the voice {usual})", scale=100),
    Feature("quotes", lambda t, _w, s: _per_sentence(t.count('"') + t.count("“") + t.count("”"), s), 0.2, "quotes ({observed} marks in 100 sentences; the voice {usual})", "does not quote ({observed} marks in 100 sentences; the voice {usual})", scale=100),
    Feature("lists", lambda t, _w, _s: float(len(_LIST.findall(t))), 0.25, "makes a list of {observed} points; the voice makes {usual}", "makes no list; the voice usually does", "{:.0f}"),
    Feature("markup", lambda t, _w, _s: float(len(_MARKUP.findall(t))), 0.25, "uses bold or headings ({observed} marks); the voice {usual}", "uses no markup; the voice usually does"),
    Feature("emoji", lambda t, _w, _s: float(len(_EMOJI.findall(t))), 0.25, "uses emoji ({observed}; the voice {usual})", "uses no emoji; the voice usually does"),
    Feature("contractions", lambda t, w, _s: len(_CONTRACTION.findall(t)) / max(1, len(w)), 0.02, "contracts more: {observed} in 100 words; the voice {usual}", "contracts less: {observed} in 100 words; the voice {usual}", scale=100),
    Feature("hedges", lambda _t, w, _s: _share(w, _HEDGES), 0.012, "hedges: {observed} in 100 words; the voice {usual}", "does not hedge: {observed} in 100 words; the voice {usual}", scale=100),
    Feature("first_person", lambda _t, w, _s: _share(w, frozenset(("i", "i'm", "i'd", "i'll", "i've", "me", "my", "mine", "myself"))), 0.025, "speaks of itself: {observed} in 100 words; the voice {usual}", "hardly says I: {observed} in 100 words; the voice {usual}", scale=100),
    Feature("second_person", lambda _t, w, _s: _share(w, frozenset(("you", "your", "yours", "you're", "you'll", "you'd", "you've"))), 0.02, "turns to the listener: {observed} in 100 words; the voice {usual}", "hardly says you: {observed} in 100 words; the voice {usual}", scale=100),
    Feature("negations", lambda _t, w, _s: _share(w, frozenset(("no", "not", "never", "nobody", "nothing", "nor", "none"))), 0.015, "says no: {observed} in 100 words; the voice {usual}", "says no less: {observed} in 100 words; the voice {usual}", scale=100),
    Feature("numbers", lambda t, w, _s: sum(map(str.isdigit, t)) / max(1, len(w)), 0.03, "counts: {observed} digits in 100 words; the voice {usual}", "gives no figures: {observed} digits in 100 words; the voice {usual}", scale=100),
    Feature("capitals", lambda _t, _w, s: sum(x[:1].isupper() for x in s) / max(1, len(s)), 0.15, "begins {observed} of 100 sentences with a capital; the voice {usual}", "writes small: {observed} of 100 sentences begin with a capital; the voice's {usual}", scale=100),
    Feature("assistant_phrases", lambda t, _w, _s: float(len(_ASSISTANT.findall(t))), 0.2, "talks like an assistant ({observed} stock phrases; the voice {usual})", "does without an assistant's phrases; the voice uses them"),
)  # fmt: skip

_MAX_DEVIATIONS, _MIN_Z = 3, 1.5
# A feature has changed between two sets of replies if its mean moved by at least this share of its spread, and by at
# least this many standard errors (of the paired differences; 21 features are tested at once).
_MAX_CHANGES, _MIN_EFFECT, _MIN_CHANGE_Z = 5, 0.3, 3.0


class Profile(Document):
    """Mean and standard deviation of every feature over a voice's own replies, in the order of FEATURES."""

    mean: tuple[float, ...]
    deviation: tuple[float, ...]


def measured(text: str) -> tuple[float, ...]:
    """The value of every feature of a text, in the order of FEATURES."""
    words, sentences = words_of(text), sentences_of(text)
    return tuple(feature.measure(text, words, sentences) for feature in FEATURES)


def profile_of(texts: Sequence[str]) -> Profile:
    """The profile over a voice's replies.

    Raises:
        ValueError: `texts` is empty.
    """
    if not texts:
        raise ValueError("no texts, no profile")
    columns = list(zip(*map(measured, texts), strict=True))
    means = [sum(column) / len(column) for column in columns]
    return Profile(
        mean=tuple(round(mean, 5) for mean in means),
        deviation=tuple(
            round(math.sqrt(sum((value - mean) ** 2 for value in column) / len(column)), 5)
            for column, mean in zip(columns, means, strict=True)
        ),
    )


def deviations(text: str, profile: Profile) -> tuple[Deviation, ...]:
    """The features with |z| >= 1.5, at most three, largest |z| first."""
    found = []
    for feature, value, mean, deviation in zip(FEATURES, measured(text), profile.mean, profile.deviation, strict=True):
        z = (value - mean) / max(feature.floor, deviation)
        if abs(z) >= _MIN_Z:
            found.append(_deviation(feature, value, mean, z))
    return tuple(sorted(found, key=lambda one: -abs(one.z))[:_MAX_DEVIATIONS])


def changes(before: Sequence[str], after: Sequence[str]) -> tuple[Deviation, ...]:
    """The features that differ between two sets of replies to the same messages in the same order, at most five.

    `usual` is the mean before and `observed` the one after; `z` is their difference in standard deviations of a reply.

    Raises:
        ValueError: there are no replies, or the two sides differ in number.
    """
    pairs = list(zip(map(measured, before), map(measured, after), strict=True))
    if not pairs:
        raise ValueError("no replies, no changes")
    profile = profile_of(before)
    found = []
    for place, feature in enumerate(FEATURES):
        differences = [there[place] - here[place] for here, there in pairs]
        mean = sum(differences) / len(differences)
        error = math.sqrt(sum((each - mean) ** 2 for each in differences)) / len(differences)
        effect = mean / max(feature.floor, profile.deviation[place])
        if abs(effect) >= _MIN_EFFECT and abs(mean) >= _MIN_CHANGE_Z * error:
            found.append(_deviation(feature, profile.mean[place] + mean, profile.mean[place], effect))
    return tuple(sorted(found, key=lambda one: -abs(one.z))[:_MAX_CHANGES])


def _deviation(feature: Feature, value: float, mean: float, z: float) -> Deviation:
    observed, usual = (_displayed(feature, number) for number in (value, mean))
    template = feature.more if z > 0 else feature.less
    words = template.format(observed=feature.form.format(observed), usual=feature.form.format(usual))
    return Deviation(
        feature=feature.name, observed=round(observed, 3), usual=round(usual, 3), z=round(z, 2), words=words
    )


def observed(text: str, names: Sequence[str]) -> dict[str, float]:
    """The values of the named features of a text, in the units of `Deviation`."""
    values = zip(FEATURES, measured(text), strict=True)
    return {feature.name: round(_displayed(feature, value), 3) for feature, value in values if feature.name in names}


def _displayed(feature: Feature, number: float) -> float:
    """A feature's value in display units: lengths back from logarithms, rates per hundred."""
    return math.exp(number) if feature.name == "length" else number * feature.scale
