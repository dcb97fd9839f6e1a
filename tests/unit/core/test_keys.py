"""What a list may show of an API key."""

from __future__ import annotations

import pytest

from fourfold.keys import KeyEnvironment, KeyPreview, key_preview, new_key_text


@pytest.mark.parametrize(
    "body", ["abcd_efgh-ijkl_mnop_qrst", "abcdefghijklmnopqrstuvwxyz_", "____________________1234"]
)
def test_a_list_shows_eight_characters_of_a_key_whatever_they_are(body: str) -> None:
    """The development key of a laptop is base64url, which has underscores."""
    assert key_preview(f"ff_test_{body}") == KeyPreview(f"ff_test_{body[:4]}", body[-4:])


def test_a_list_shows_eight_characters_of_a_key_that_we_made() -> None:
    for environment in KeyEnvironment:
        text = new_key_text(environment)
        shown = key_preview(text)
        assert (shown.prefix, shown.last_four) == (text[:12], text[-4:])
