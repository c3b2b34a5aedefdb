"""A hand-made timeline of an outage with people in it, for tests of what comes after: the times are minutes after START."""

from datetime import timedelta

from tests.unit.cases import ALERT, CATALOGUE, START, diagnosis, fix, hypothesis, triage

from tocsin.model.acts import Acknowledged, Mitigated, Paged, Resolved, Seat, SeatTaken, UserReported
from tocsin.model.communication import UpdatePublished
from tocsin.model.event import Declared, Diagnosed, Event, FindingsReported, FixProposed, Noted, Triaged
from tocsin.model.evidence import Finding, FindingKind, Quote
from tocsin.model.incident import Incident, fold
from tocsin.model.update import Audience
from tocsin.stages import review

ADA, BOB = "ada@example.com", "bob@example.com"
RULES = review.Rules(review.ReviewSettings(), CATALOGUE)


def minutes(count):
    return timedelta(minutes=count)


def finding(name, kind, text, role, onset):
    quotes = (Quote(evidence_id=f"EV-{name}", text=text),)
    at = START + minutes(onset)
    return Finding(id=name, role=role, kind=kind, text=text, confidence=0.9, quotes=quotes, onset=at)


LOG = finding("log-1", FindingKind.LOG_NEW, "'too many clients' began on ledger-db", "log-analyst", -3)
CHANGE = finding("change-1", FindingKind.CHANGE, "deploy of v2.4.1 to ledger-api", "change-analyst", -12)


def published(minute, due=None, text="We are investigating. Next update by 03:20 UTC"):
    return UpdatePublished(
        update_id=f"U{minute}",
        audience=Audience.EXTERNAL,
        template="external",
        status="Investigating",
        text=text,
        digest="d",
        due_at=None if due is None else START + minutes(due),
    )


def declared(onset=-12, **changes):
    fields = {"service": "ledger-api", "environment": "production", "alert_id": "A", "reason": "first alert"}
    return Declared(**{"title": ALERT.title, **fields, "started_at": START + minutes(onset), **changes})


def resolved(hours=48, **changes):
    told = {"confirmed_by": (f"person:{ADA}",), "cause": hypothesis().text, "fix": "Raised the pool to 200"}
    return Resolved(**{**told, "post_mortem_at": None if hours is None else START + timedelta(hours=hours), **changes})


def outage():
    """(minute, actor, body) of an outage that a deployment set off, as it was handled."""
    known = diagnosis(hypotheses=(hypothesis().model_copy(update={"supports": ("log-1", "change-1")}),))
    blind = FindingsReported(role="metric-analyst", findings=(), failure="no metric source is configured")
    return [
        (1, "source:alertmanager", declared()),
        (1.1, "role:router", Triaged(triage=triage())),
        (1.5, "role:commander", Paged(target="oncall:all", reason="SEV1", level=0, key="k")),
        (3, f"person:{ADA}", Acknowledged()),
        (3.1, f"person:{ADA}", SeatTaken(seat=Seat.COMMANDER, person=ADA)),
        (4, "role:log-analyst", FindingsReported(role="log-analyst", findings=(LOG,))),
        (4, "role:change-analyst", FindingsReported(role="change-analyst", findings=(CHANGE,))),
        (4, "role:metric-analyst", blind),
        (5, "role:database-specialist", Diagnosed(diagnosis=known)),
        (5.1, "role:remediator", FixProposed(fix=fix())),
        (6, f"person:{BOB}", Noted(text=f"the graph of waiting clients is flat, said {ADA}")),
        (8, "source:reports", UserReported(text="cannot pay [x](http://evil)", origin="support")),
        (12, f"person:{ADA}", published(12, due=11)),
        (20, f"person:{BOB}", Mitigated(text="ended the long-running queries")),
        (40, f"person:{ADA}", resolved()),
    ]


def told(bodies, name="INC-1") -> tuple[Incident, list[Event]]:
    """The incident that these (minute, actor, body) amount to, and its events."""
    events = [
        Event(incident_id=name, seq=seq, at=START + minutes(minute), actor=actor, body=body)
        for seq, (minute, actor, body) in enumerate(bodies, 1)
    ]
    return fold(name, events), events
