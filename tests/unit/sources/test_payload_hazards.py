"""What a hostile or careless body may hold, and that it is refused plainly instead of half understood."""

import json
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from tocsin.errors import TooLarge, Unreadable
from tocsin.model.alert import Delivery
from tocsin.sources import registry
from tocsin.sources.reading.payload import MAX_BYTES, MAX_DEPTH, decode
from tocsin.sources.reading.words import words

FORM = {"content-type": "application/x-www-form-urlencoded"}


def nested(depth: int) -> bytes:
    return b"[" * depth + b"]" * depth


def test_a_body_over_the_limit_is_refused_before_anything_reads_it() -> None:
    with pytest.raises(TooLarge):
        decode(b"[" * (MAX_BYTES + 1), {})


@pytest.mark.parametrize("depth", [MAX_DEPTH + 2, 1_000, 100_000])
def test_a_deeply_nested_body_costs_no_stack_and_is_refused(depth: int) -> None:
    with pytest.raises(Unreadable, match="nests deeper"):
        decode(nested(depth), {})


def test_a_body_as_deep_as_allowed_is_read() -> None:
    assert decode(nested(MAX_DEPTH), {}) != []


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b'{"a": NaN}', "not a JSON number"),
        (b'{"a": Infinity}', "not a JSON number"),
        (b'{"a": -Infinity}', "not a JSON number"),
        (b'{"status": "firing", "status": "resolved"}', "twice"),
        (b'{"a": {"b": 1, "b": 2}}', "twice"),
        (b'{"a": "\\ud800"}', "surrogate"),
        (b'{"\\udfff": 1}', "surrogate"),
        (b'{"a": 1', "line 1"),
        (b'{"a": ' + b"9" * 5_000 + b"}", "too long"),
        (b'{"a": 1E-99999999999999999999}', "out of range"),
        (b"\xff\xfe{}", "UTF-8"),
        (b'{"a": "\x00"}', "binary"),
        (b"", "empty"),
        (b"  \n ", "empty"),
    ],
)
def test_a_body_that_two_parsers_could_read_differently_is_refused(body: bytes, why: str) -> None:
    with pytest.raises(Unreadable, match=why):
        decode(body, {})


def test_a_compressed_body_is_refused_and_never_inflated() -> None:
    with pytest.raises(Unreadable, match="compressed"):
        decode(b'{"a": 1}', {"content-encoding": "gzip"})


def test_a_byte_order_mark_does_no_harm() -> None:
    assert decode(b'\xef\xbb\xbf{"a": 1}', {}) == {"a": 1}


def test_a_form_names_each_field_once() -> None:
    assert decode(b"Name=Shop&Status=Down", FORM) == {"Name": "Shop", "Status": "Down"}
    with pytest.raises(Unreadable, match="twice"):
        decode(b"Status=Down&Status=Up", FORM)


def test_a_form_with_one_json_payload_is_that_payload() -> None:
    assert decode(b"payload=%7B%22a%22%3A1%7D", FORM) == {"a": 1}


def test_a_form_with_too_many_fields_is_refused() -> None:
    with pytest.raises(Unreadable, match="too many fields"):
        decode(b"&".join(b"f%d=1" % number for number in range(2_000)), FORM)


def test_fractions_keep_every_digit() -> None:
    assert decode(b'{"a": 1483557272.123456789}', {}) == {"a": Decimal("1483557272.123456789")}


@pytest.mark.parametrize(
    "text",
    [
        "*alertFriendlyDuration*",
        "*insert desired application name*",
        "$SERVICE",
        "$HOSTNAME$",
        "${alert.name}",
        "{{ $labels.service }}",
        "{EVENT.NAME}",
        "{$MACRO}",
        "%name%",
        "##ALERTID##",
        "null",
        "<no value>",
        "N/A",
        "*UNKNOWN*",
    ],
)
def test_a_template_variable_that_nobody_filled_counts_as_absent(text: str) -> None:
    assert words(text) == ""


@pytest.mark.parametrize("text", ["$5 left", "100%", "a * b * c", "{}", "cost: $COST today", "**bold** move", "none"])
def test_ordinary_text_with_odd_characters_is_kept(text: str) -> None:
    assert words(text) == text


def test_control_characters_never_reach_a_screen_or_a_database() -> None:
    assert words("a\x1b[31mred\x07\x00\r\nb") == "a[31mred\nb"


def parsed(body: object) -> object:
    raw = json.dumps(body).encode()
    return registry.parse(Delivery(id="D", source="auto", received_at=datetime(2026, 1, 1, tzinfo=UTC), body=raw))


@pytest.mark.parametrize(
    "body", [{}, [], {"a": 1}, {"message": "hi"}, [1, 2], [{"a": 1}, 2], {"alerts": []}, {"data": {}}, 5, None, True]
)
def test_json_in_which_too_little_is_recognisable_is_refused_not_guessed(body: object) -> None:
    with pytest.raises(Unreadable):
        parsed(body)


@pytest.mark.parametrize("body", [b"<xml/>", b"....", b"\x89PNG", b"12345"])
def test_what_is_no_sentence_is_no_alert(body: bytes) -> None:
    with pytest.raises(Unreadable):
        registry.parse(Delivery(id="D", source="auto", received_at=datetime(2026, 1, 1, tzinfo=UTC), body=body))


def test_only_web_addresses_become_links() -> None:
    links = [
        "javascript:alert(1)",
        "https://ok.example.org/x",
        "/relative",
        "?orgId=1",
        "data:text/html,x",
        "https://a b",
        "http://",
    ]
    body = {"title": "t", "severity": "low", "host": "h", "items": [], "url": "javascript:alert(1)"}
    for link in links:
        (alert,) = registry.parse(
            Delivery(
                id="D",
                source="x",
                received_at=datetime(2026, 1, 1, tzinfo=UTC),
                body=json.dumps(body | {"link": link}).encode(),
            ),
            "generic",
        )
        assert [one.url for one in alert.links] == ([link] if link == "https://ok.example.org/x" else [])


def test_a_post_of_very_many_alerts_is_refused_instead_of_filling_the_memory() -> None:
    with pytest.raises(Unreadable, match="more than"):
        parsed([{"labels": {"alertname": str(number)}, "startsAt": "2026-01-01T00:00:00Z"} for number in range(5_001)])
