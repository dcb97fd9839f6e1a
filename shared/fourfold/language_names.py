"""English names of languages, which models follow better than tags."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

# By ISO 639 code. The first name is the one to show; all are names that a brief may use.
_NAMES: Final = """
af Afrikaans | am Amharic | ar Arabic | az Azerbaijani | be Belarusian | bg Bulgarian | bn Bengali, Bangla | bs Bosnian
ca Catalan | cs Czech | cy Welsh | da Danish | de German | el Greek | en English | es Spanish, Castilian | et Estonian
eu Basque | fa Persian, Farsi | fi Finnish | fil Filipino, Tagalog | fr French | ga Irish | gl Galician | gu Gujarati
ha Hausa | he Hebrew | hi Hindi | hr Croatian | hu Hungarian | hy Armenian | id Indonesian | ig Igbo | is Icelandic
it Italian | ja Japanese | ka Georgian | kk Kazakh | km Khmer | kn Kannada | ko Korean | ku Kurdish | lo Lao
lt Lithuanian | lv Latvian | mk Macedonian | ml Malayalam | mn Mongolian | mr Marathi | ms Malay | my Burmese
nb Norwegian, Bokmål | ne Nepali | nl Dutch, Flemish | nn Nynorsk | no Norwegian | pa Punjabi | pl Polish | ps Pashto
pt Portuguese | ro Romanian | ru Russian | si Sinhala | sk Slovak | sl Slovenian, Slovene | so Somali | sq Albanian
sr Serbian | sv Swedish | sw Swahili | ta Tamil | te Telugu | th Thai | tr Turkish | uk Ukrainian | ur Urdu | uz Uzbek
vi Vietnamese | xh Xhosa | yi Yiddish | yo Yoruba | yue Cantonese | zh Chinese, Mandarin | zu Zulu
"""


def _entries() -> Mapping[str, tuple[str, ...]]:
    entries = (entry.strip().partition(" ") for entry in _NAMES.strip().replace("\n", "|").split("|"))
    return {code: tuple(names.split(", ")) for code, _, names in entries}


NAMES_OF_LANGUAGE: Final = _entries()


def named_language(tag: str) -> str:
    """Returns a BCP 47 tag with the name of its language: "Turkish (BCP 47 `tr`)"; without one if it is not listed."""
    names = NAMES_OF_LANGUAGE.get(tag.split("-", maxsplit=1)[0])
    return f"{names[0] if names else 'the language'} (BCP 47 `{tag}`)"
