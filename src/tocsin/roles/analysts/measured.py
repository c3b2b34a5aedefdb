"""Metric series of an incident, and the samples that prove a change. Used by the analysts that read metrics.

Everyone asks with the same words, so the window is asked once.
"""

from dataclasses import replace
from datetime import timedelta

from tocsin.analysis.past import UNKNOWN, Past
from tocsin.analysis.series import Anomaly
from tocsin.model.signals import Series
from tocsin.ports import Ask
from tocsin.roles.analysts.patience import SECONDS, or_none
from tocsin.roles.contract import Brief, Seen, Windows

DAY = timedelta(hours=24)
"""How much earlier a healthy hour is sought: most traffic and most jobs come back at the same time of day."""


async def measured(brief: Brief, windows: Windows) -> Seen[tuple[Series, ...]] | None:
    """The series of the window. None when there is no source. Raises errors.SourceError when one does not answer."""
    return await windows.metrics(Ask(brief.start, brief.end, alert_name=_alert_name(brief)))


async def a_day_before(brief: Brief, windows: Windows) -> Past:
    """The same time of the day before, to compare with; nothing when there is no source or it does not answer.

    It would only complete what is known: that a source is silent, whoever reads tonight's metrics says.
    """
    start, end = brief.start - DAY, brief.end - DAY
    seen = await or_none(windows.metrics(Ask(start, end, alert_name=_alert_name(brief))), SECONDS)
    within = (start.timestamp(), end.timestamp())
    return Past.of(_between(one, *within) for one in seen.data) if seen else UNKNOWN


def _between(one: Series, start: float, end: float) -> Series:
    """Its samples within the time, whatever else a source gave."""
    kept = [at for at, moment in enumerate(one.times) if start <= moment <= end]
    cites = tuple(one.cites[at] for at in kept if at < len(one.cites))
    return replace(
        one, times=tuple(one.times[at] for at in kept), values=tuple(one.values[at] for at in kept), cites=cites
    )


def _alert_name(brief: Brief) -> str:
    return brief.alerts[0].labels.get("alertname", "") if brief.alerts else ""


def proof(anomaly: Anomaly) -> list[str]:
    """The samples that prove it, as the source wrote them: the first abnormal one, the worst, and the last normal one."""
    shift, cites = anomaly.shift, anomaly.series.cites
    places = (shift.start, shift.peak, shift.start - 1)
    return [cites[place] for place in places if 0 <= place < len(cites)]
