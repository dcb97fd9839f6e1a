"""Accept and Accept-Encoding, with the examples of RFC 9110 and the headers that browsers and libraries send."""

from __future__ import annotations

import time

import pytest

from fourfold.http.negotiation import allows_encoding, media_type_for

JSON, HTML, MARKDOWN, XML = "application/json", "text/html", "text/markdown", "application/xml"
OFFERS = (JSON, HTML, MARKDOWN, XML)
# RFC 9110, section 12.5.1, the second example.
RFC = "text/*;q=0.3, text/plain;q=0.7, text/plain;format=flowed, text/plain;format=fixed;q=0.4, */*;q=0.5"


@pytest.mark.parametrize(
    ("accept", "chosen"),
    [
        ([], JSON),
        ([""], JSON),
        (["*/*"], JSON),
        (["text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"], HTML),
        (["text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8"], HTML),
        (["application/json, text/plain, */*"], JSON),
        (["text/html, image/gif, image/jpeg, *; q=.2, */*; q=.2"], HTML),
        (["application/xml, */*;q=0.1"], XML),
        (["application/xml;q=0.4, text/markdown;q=0.5"], MARKDOWN),
        (["text/html;q=0.5", "text/markdown"], MARKDOWN),
        (["text/*"], HTML),
        (["text/*, text/html;q=0.1"], MARKDOWN),
        (["*/*, text/*;q=0, application/json;q=0"], XML),
        (["text/html;q=0"], JSON),
        (["text/html;q=0.000, text/markdown;q=0.001"], MARKDOWN),
        (["text/html;q=0, */*"], JSON),
        (["application/json;q=0, */*;q=0.1"], HTML),
        (["*/*;q=0"], JSON),
        (["text/csv"], JSON),
        (["application/xml, application/json"], JSON),
        (["*/*, application/xml"], XML),
        (["TEXT/HTML; Q=0.9, application/json;q=0.8"], HTML),
        (["text/markdown; charset=utf-8, application/json;q=0.5"], MARKDOWN),
        (['text/html;level="1,2;q=0";q=0.9, application/json;q=0.5'], HTML),
        (["text/html;level=1;q=0, text/html"], HTML),
        (["text/html;q=oops, application/json;q=0.5"], HTML),
        (["/, ;, ,,, \"', q=1, text/html"], JSON),
    ],
)
def test_the_media_type_that_is_preferred_is_chosen(accept: list[str], chosen: str) -> None:
    assert media_type_for(accept, OFFERS) == chosen


def test_the_most_specific_range_gives_the_weight() -> None:
    assert media_type_for([RFC], ["text/html", "image/jpeg", "text/plain"]) == "text/plain"
    assert media_type_for([RFC], ["text/html", "image/jpeg"]) == "image/jpeg"


@pytest.mark.parametrize(
    ("header", "allowed"),
    [
        ("gzip, deflate, br", True),
        ("br;q=1.0, gzip;q=0.8, *;q=0.1", True),
        ("*", True),
        ("gzip;q=0, *", False),
        ("gzip;q=0", False),
        ("identity", False),
        ("", False),
    ],
)
def test_an_encoding_of_weight_zero_is_refused(header: str, allowed: bool) -> None:
    assert allows_encoding([header], "gzip") is allowed


@pytest.mark.parametrize("unit", [",", ";", '"', '\\"', '"\\', "a/b,", "a/b;", "*/*;q=0,", 'a";'])
def test_a_header_of_100_kb_costs_little(unit: str) -> None:
    begun = time.process_time()
    media_type_for([unit * (100_000 // len(unit))], OFFERS)
    assert time.process_time() - begun < 1
