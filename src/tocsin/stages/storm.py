"""Storm: at which service the trouble of a many-alerted incident most likely began, said on the timeline and said anew when
later alerts change it. Called by the opening whenever alerts were taken up. Pure; the ranking is the storm reader's.
"""

from collections.abc import Sequence

from tocsin.analysis.topology import Edge
from tocsin.model.alert import Alert
from tocsin.model.catalogue import Catalogue
from tocsin.model.evidence import FindingKind
from tocsin.model.incident import Incident
from tocsin.model.storm import FirstCause, StormJudged
from tocsin.roles.analysts import storm

ACTOR = f"role:{storm.ROLE}"
MOST = 2000
"""Alerts of one incident that are weighed, the newest."""
GROWN = 2
"""The same answer is told again when so many times as many services ring."""


def is_storm(incident: Incident) -> bool:
    """Enough services ring for the question where it began."""
    return incident.is_open and len(incident.services) >= storm.LEAST_SERVICES


def judged(incident: Incident, alerts: Sequence[Alert], catalogue: Catalogue) -> StormJudged | None:
    """The answer, when it is the first, another one, or stands for a much larger storm; None when nothing new is to be said."""
    ranked = storm.rank(alerts, _seen_calls(incident), catalogue)
    if not ranked:
        return None
    told, before = storm.first_cause(alerts, ranked, catalogue), incident.storm
    if before is None:
        return StormJudged(cause=told)
    if told.service != before.service:
        return StormJudged(cause=told, before=before.service, why=_why(told, before, alerts))
    return StormJudged(cause=told) if told.services >= GROWN * before.services else None


def _seen_calls(incident: Incident) -> list[Edge]:
    """Who calls whom, as far as an investigation of this incident has seen it."""
    radius = [one for one in incident.findings if one.kind is FindingKind.BLAST_RADIUS]
    return [(str(edge[0]), str(edge[1])) for one in radius for edge in one.data.get("edges", ()) if len(edge) == 2]


def _why(told: FirstCause, before: FirstCause, alerts: Sequence[Alert]) -> str:
    """What is new: its own alert, come late, or more services that ring."""
    came = [(one.received_at, one.onset) for one in alerts if one.service.lower() == told.service.lower()]
    first, began = min(((at, onset) for at, onset in came if at and onset), default=(None, None))
    earlier = sum(1 for one in alerts if first and one.received_at and one.received_at < first)
    if first and began and earlier >= storm.LEAST_SERVICES:
        arrived = f"arrived at {first:%H:%M:%S} UTC, after {earlier} others"
        return f"its first alert began at {began:%H:%M:%S} UTC and {arrived}"
    more = told.services - before.services
    return f"{more} more services have alerted since" if more > 0 else "the alerts that came since point there"
