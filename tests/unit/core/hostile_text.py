"""Characters that may not be stored or printed, and text that looks odd and is only human."""

from __future__ import annotations

UNACCEPTABLE = {
    "NUL": "\0",
    "bell": "\a",
    "backspace": "\b",
    "vertical tab": "\v",
    "form feed": "\f",
    "shift out": "\x0e",
    "escape": "\x1b[2J\x1b[31m",
    "unit separator": "\x1f",
    "DEL": "\x7f",
    "NEL": "\x85",
    "CSI in one character": "\x9b31m",
    "string terminator": "\x9c",
    "APC": "\x9f",
    "right-to-left override": "\u202e",
    "left-to-right embedding": "\u202a",
    "isolate": "\u2066",
    "end of isolate": "\u2069",
    "high surrogate": "\ud83d",
    "low surrogate": "\udc00",
}
ACCEPTABLE = {
    "line breaks and tabs": "one\ntwo\r\n\tthree",
    "Persian with a joiner": "می\u200cخواهم",
    "Hebrew with a mark": "שלום\u200f (abc)",
    "an emoji of four": "👩\u200d👩\u200d👧\u200d👦",
    "a flag of tags": "🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f",
    "a combining accent": "e\u0301",
    "a soft hyphen": "Donau\u00addampf",
    "a byte order mark inside": "a\ufeffb",
    "a line separator": "a\u2028b",
    "a private use character": "a\ue000",
}
