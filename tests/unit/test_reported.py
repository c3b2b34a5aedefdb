"""Users' reports over time: whether they have stopped can be seen at a glance."""

from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from tocsin.model.incident import Incident
from tocsin.model.reported import LONGEST, report_chart
from tocsin.model.standing import UserReport

START = datetime(2026, 11, 21, 14, 2, tzinfo=UTC)


def incident(*minutes, until=60.0):
    reports = tuple(UserReport(text="x", origin="support", at=START + timedelta(minutes=one)) for one in minutes)
    return Incident(id="INC-1", started_at=START, updated_at=START + timedelta(minutes=until), reports=reports)


def test_reports_that_have_stopped_end_in_empty_bars():
    chart = report_chart(incident(1, 4, 6, 7, 8, 9, until=60))
    assert chart is not None
    assert (chart.minutes, chart.counts) == (5, (1, 3, 2, *([0] * 10)))
    assert chart.line == "▃█▅▁▁▁▁▁▁▁▁▁▁ 6 reports from 14:00 UTC on, a bar is 5 minutes"


def test_where_nobody_reported_nothing_is_drawn():
    assert report_chart(incident()) is None


@settings(deadline=None)
@given(st.lists(st.floats(-3000, 100_000), min_size=1, max_size=30), st.floats(0, 200_000))
def test_every_report_of_a_chart_is_counted_once_and_no_chart_is_longer_than_a_line(minutes, until):
    chart = report_chart(incident(*minutes, until=until))
    assert chart is not None
    assert len(chart.counts) <= LONGEST
    later = [one for one in incident(*minutes).reports if one.at >= chart.since]
    assert sum(chart.counts) == len(later)
