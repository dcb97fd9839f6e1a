"""Detects the main language of a reply by function words, among seven languages; returns None when unsure."""

from __future__ import annotations

import re

# Frequent function words of each language, mostly without those that two of the languages share.
_COMMON = {
    "de": "der die das und ist nicht ich sie ein eine mit auf wie auch dem den von zu es wir aber noch nur wenn war",
    "en": "the and is not you that was with for have this are but they what there from would which of it my to",
    "es": "el los las y es una por con para pero muy como más está esto yo cuando todo hay ser lo mi no que",
    "fr": "le les et est une des dans je vous pas que qui pour avec mais sur ce il elle nous très était mon au du suis",
    "it": "il gli di è che non una per con sono ma anche come più questo mi ho della nel alla io era lo",
    "pt": "o os e é uma não que para com mas muito mais isso eu ele ela foi dos ao meu um está se",
    "tr": "ve bir bu da de için ama çok ne ben sen o mi var yok gibi daha her şey ile değil kadar",
}
_WORDS = {language: frozenset(words.split()) for language, words in _COMMON.items()}
_TOKEN = re.compile(r"[^\W\d_]+")
_LEAST_WORDS, _LEAD = 4, 1.5


def language_of(text: str) -> str | None:
    """The language code, or None if the text is too short (under 4 words) or mixed."""
    words = [word.casefold() for word in _TOKEN.findall(text)]
    if len(words) < _LEAST_WORDS:
        return None
    counts = {language: sum(word in common for word in words) for language, common in _WORDS.items()}
    first, second = sorted(counts, key=lambda language: -counts[language])[:2]
    return first if counts[first] >= 2 and counts[first] >= _LEAD * counts[second] else None  # noqa: PLR2004
