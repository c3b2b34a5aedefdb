"""How often users reported, over time: shows at a glance whether they have stopped. Pure; drawn by documents and terminals."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta

from tocsin.model.ground import Time, Value
from tocsin.model.incident import Incident
from tocsin.model.plain import clock

MOST = 40
"""Bars in one chart."""
LONGEST = 2 * MOST
"""Of an incident that lasts for months, the newest so many."""
_MINUTES = (1, 5, 15, 60, 240, 1440)
_DAY = timedelta(days=1)
_BARS = "▁▂▃▄▅▆▇█"


class ReportChart(Value):
    """Reports in each span of `minutes`, one after another from `since` on; the last ones may be empty, and that is good news."""

    since: Time
    minutes: int
    counts: tuple[int, ...]

    @property
    def line(self) -> str:
        """`▁▃█▁ 6 reports from 14:00 UTC on, a bar is 5 minutes`."""
        count = sum(self.counts)
        reports, minutes = f"{count} report{'s' * (count != 1)}", f"{self.minutes} minute{'s' * (self.minutes != 1)}"
        return f"{bars(self.counts)} {reports} from {clock(self.since)} on, a bar is {minutes}"


def report_chart(incident: Incident) -> ReportChart | None:
    """From its beginning, or an earlier report, to its end or the last that is known of it; None where nobody reported."""
    times = sorted(one.at for one in incident.reports)
    if not times:
        return None
    begun = min(times[0], incident.started_at or times[0])
    first, until = max(begun, times[0] - _DAY), max(times[-1], incident.ended_at or incident.updated_at or times[-1])
    minutes = next((one for one in _MINUTES if (until - first) < timedelta(minutes=one * MOST)), _MINUTES[-1])
    since = _floor(first, minutes)
    found = Counter(_place(one, since, minutes) for one in times)
    places = range(_place(until, since, minutes) + 1)[-LONGEST:]
    start = since + places[0] * timedelta(minutes=minutes)
    return ReportChart(since=start, minutes=minutes, counts=tuple(found[place] for place in places))


def bars(values: Sequence[float]) -> str:
    """The values as bars; a flat series is drawn low."""
    low, high = min(values), max(values)
    span = (high - low) or 1.0
    return "".join(_BARS[int((value - low) / span * (len(_BARS) - 1))] for value in values)


def _floor(moment: datetime, minutes: int) -> datetime:
    return moment - timedelta(seconds=moment.timestamp() % (minutes * 60))


def _place(moment: datetime, since: datetime, minutes: int) -> int:
    return int((moment - since) / timedelta(minutes=minutes))
