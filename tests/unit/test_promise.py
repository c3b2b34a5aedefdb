"""What a text promises is what the clock will hold people to."""

from datetime import UTC, datetime, timedelta

import pytest

from tocsin.stages.communicate.promise import promised_in

NOW = datetime(2026, 11, 21, 23, 50, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "minutes"),
    [
        ("Next update by: 2026-11-22 00:20 UTC", 30),
        ("The next update comes by 00:05 UTC.", 15),
        ("We will post another update within 30 minutes.", 30),
        ("We will share an update in an hour.", 60),
        ("Updates every half an hour.", 30),
        ("Next update by 23:40 UTC", -10),
    ],
)
def test_the_promise_is_read_from_the_words_across_midnight_and_back(text, minutes):
    assert promised_in(text, NOW) == NOW + timedelta(minutes=minutes)


def test_words_without_a_promise_promise_nothing():
    assert promised_in("As of 23:50 UTC we are investigating.", NOW) is None
