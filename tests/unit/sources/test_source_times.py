"""Every way in which vendors write a moment, and that none of them shifts a timeline."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.sources.reading.times import EPOCH, moment

TEN = datetime(2026, 1, 5, 10, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        "2026-01-05T10:00:00Z",
        "2026-01-05T10:00:00.0000000Z",
        "2026-01-05T10:00:00.000000000Z",
        "2026-01-05T10:00:00,000Z",
        "2026-01-05T11:00:00+01:00",
        "2026-01-05T11:00:00+0100",
        "2026-01-05T11:00+01",
        "2026-01-05 10:00:00 +0000 UTC",
        "2026-01-05 10:00:00 UTC",
        "2026/01/05 10:00:00 GMT",
        "2026.01.05 10:00:00",
        "20260105T100000Z",
        "Mon, 05 Jan 2026 10:00:00 GMT",
        "Mon Jan  5 10:00:00 UTC 2026",
        "Mon Jan 05 10:00:00.000 UTC 2026",
        "January 5, 2026 10:00 AM UTC",
        "1/5/2026 10:00:00 AM",
        "2026-01-05T05:00:00 America/New_York",
        "1767607200",
        "1767607200.0",
        "1767607200000",
    ],
)
def test_every_spelling_of_a_moment_is_the_same_moment(text: str) -> None:
    assert moment(text) == TEN


@pytest.mark.parametrize("number", [1767607200, 1767607200000, 1767607200000000, 1767607200000000000])
def test_epochs_in_seconds_to_nanoseconds_are_told_apart_by_their_size(number: int) -> None:
    assert moment(number) == TEN


def test_nanoseconds_beyond_what_a_float_holds_keep_their_microseconds() -> None:
    assert moment(1767607200123456789) == TEN + timedelta(microseconds=123456)
    assert moment("2026-01-05T10:00:00.123456789Z") == TEN + timedelta(microseconds=123456)


@pytest.mark.parametrize(
    "value",
    [
        "0001-01-01T00:00:00Z",
        "0001-01-01T00:00:00+00:00",
        "9999-12-31T23:59:59Z",
        "1970-01-01T00:00:00.000Z",
        0,
        "0",
        -1,
        "",
        None,
        True,
        "*alertDateTime*",
        "{EVENT.DATE} {EVENT.TIME}",
        "soon",
        "2026-13-45T99:00:00Z",
        "2026-02-30T00:00:00Z",
        10**60,
        "9" * 25,
        {"a": 1},
        "13/13/2026 13:00:00 PM",
    ],
)
def test_zero_endless_unresolved_and_impossible_times_are_unknown_not_wrong(value: object) -> None:
    assert moment(value) is None


def test_a_leap_second_is_not_an_error() -> None:
    assert moment("2016-12-31T23:59:60Z") == datetime(2016, 12, 31, 23, 59, 59, tzinfo=UTC)


@pytest.mark.parametrize(("zone", "hour"), [("Europe/Berlin", 8), ("+02:00", 8), ("UTC", 10), ("", 10), ("-0530", 15)])
def test_a_time_without_a_zone_is_read_in_the_zone_beside_it(zone: str, hour: int) -> None:
    found = moment("2026-07-05 10:00:00", zone)
    assert found is not None
    assert found.hour == hour


@pytest.mark.parametrize("zone", ["../../etc/passwd", "/etc/passwd", "No/Such", "\x00", "x" * 5_000])
def test_a_hostile_zone_name_opens_no_file_and_makes_the_time_unknown(zone: str) -> None:
    assert moment("2026-07-05 10:00:00", zone) is None


@given(st.integers(10**14, 7 * 10**15), st.integers(-14 * 60, 14 * 60))
def test_what_python_writes_is_read_back_exactly(microseconds: int, minutes: int) -> None:
    wanted = (EPOCH + timedelta(microseconds=microseconds)).astimezone(timezone(timedelta(minutes=minutes)))
    assert moment(wanted.isoformat()) == wanted


@given(st.integers(10**9, 4 * 10**9), st.integers(0, 999_999))
def test_all_epoch_units_agree_to_the_microsecond(seconds: int, micros: int) -> None:
    wanted = EPOCH + timedelta(seconds=seconds, microseconds=micros)
    assert moment(seconds * 10**6 + micros) == wanted
    assert moment((seconds * 10**6 + micros) * 1000 + 999) == wanted
    assert moment(f"{seconds}.{micros:06d}") == wanted


@given(st.text(max_size=90))
def test_no_text_makes_the_reader_of_times_fail(text: str) -> None:
    found = moment(text, text)
    assert found is None or found.tzinfo is UTC
