"""What comes by itself once an incident is resolved: the review is convened, then its first draft is written. Pure.

Asked by `response` at every look. When both are there the incident owes nothing, and its walk ends: nobody looks at it again
unless it is re-opened, and then a new generation of the walk comes back here after the next all-clear.
"""

from tocsin.model.incident import Incident
from tocsin.model.move import Convene, Move, Recall, Wait, WritePostMortem
from tocsin.model.review import Debt

SCRIBE = "role:scribe"
"""Who writes in the timeline what comes after."""


def due(incident: Incident) -> Move | None:
    """What is owed first, or None."""
    turn = incident.resolved_at.isoformat() if incident.resolved_at else ""
    if Debt.DATE in incident.review.owed:
        return Convene(key=f"post_mortem:{turn}:date")
    if Debt.DRAFT in incident.review.owed:  # it tells of the last words, too: they go out first, or are missed
        return Wait() if incident.unended else WritePostMortem(key=f"post_mortem:{turn}:draft")
    return None


def recall(incident: Incident) -> Move | None:
    """Once what happens is known, it is looked up whether it has happened before. Once for each incident."""
    wanted = incident.is_open and incident.triage is not None and incident.precedents is None
    return Recall(key="recall") if wanted else None
