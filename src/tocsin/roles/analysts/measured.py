"""Metric series of an incident, and the samples that prove a change. Used by the analysts that read metrics.

Everyone asks with the same words, so the window is asked once.
"""

from tocsin.analysis.series import Anomaly
from tocsin.model.signals import Series
from tocsin.ports import Ask
from tocsin.roles.contract import Brief, Seen, Windows


async def measured(brief: Brief, windows: Windows) -> Seen[tuple[Series, ...]] | None:
    """The series of the window. None when there is no source. Raises errors.SourceError when one does not answer."""
    name = brief.alerts[0].labels.get("alertname", "") if brief.alerts else ""
    return await windows.metrics(Ask(brief.start, brief.end, alert_name=name))


def proof(anomaly: Anomaly) -> list[str]:
    """The samples that prove it, as the source wrote them: the first abnormal one, the worst, and the last normal one."""
    shift, cites = anomaly.shift, anomaly.series.cites
    places = (shift.start, shift.peak, shift.start - 1)
    return [cites[place] for place in places if 0 <= place < len(cites)]
