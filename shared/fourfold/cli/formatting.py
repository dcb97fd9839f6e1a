"""Formats money, durations, token counts, bars and the names of audits for display."""

from __future__ import annotations

from typing import Any

_SECOND_MS = 1000


def money(usd: float | None) -> str:
    """US dollars; None is shown as unknown, never as 0."""
    if usd is None:
        return "$ unknown"
    return f"${usd:.4f}" if 0 < usd < 1 else f"${usd:.2f}"


def seconds(milliseconds: int) -> str:
    """A duration: `8 ms`, `1.4 s`."""
    return f"{milliseconds} ms" if milliseconds < _SECOND_MS else f"{milliseconds / 1000:.1f} s"


def token_count(tokens: dict[str, Any]) -> str:
    """Input and output tokens of one or more calls; `~` marks an estimate."""
    read = tokens["input_tokens"] + tokens["cache_read_tokens"] + tokens["cache_write_tokens"]
    sign = "~" if tokens["estimated"] else ""
    return f"{sign}{read:,} in, {sign}{tokens['output_tokens']:,} out"


def scored_by(event: dict[str, Any]) -> str:
    """What scored the persona in an `audit.scored` event: `audit`, or its `confirmation`."""
    return "confirmation" if event.get("kind") == "confirmation" else "audit"


def bar(level: float, width: int = 24) -> str:
    """A level from 0 to 1 as a bar of block characters, eighths included."""
    eighths = round(max(0.0, min(1.0, level)) * width * 8)
    full, rest = divmod(eighths, 8)
    partial = " ▏▎▍▌▋▊▉"[rest] if rest else ""
    return ("█" * full + partial).ljust(width, "·")
