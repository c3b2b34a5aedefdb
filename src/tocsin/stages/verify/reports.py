"""Users' own reports that something is wrong: kept on the incident they are about. Called by the hook, in its write transaction.

The words are data, whoever sends them: bounded, made harmless, redacted, and never read for meaning. They can put an all-clear
off, and can neither open nor end anything.
"""

from datetime import datetime

from pydantic import Field, ValidationError

from tocsin.errors import Unreadable
from tocsin.guard.redact import Redact
from tocsin.model.acts import UserReported
from tocsin.model.catalogue import Catalogue
from tocsin.model.ground import Value
from tocsin.model.incident import Incident
from tocsin.model.plain import one_line
from tocsin.ports import Ledger

ACTOR = "source:reports"
MOST_ON_AN_INCIDENT = 500
"""Further reports are kept as deliveries and counted; a timeline is no place for a flood."""
_TEXT, _ORIGIN, _LOOKED_AT = 1000, 100, 1000


class Report(Value):
    """What the hook takes. `incident` or `service` say what it is about, if the sender knows."""

    text: str = Field(min_length=1, max_length=10_000)
    origin: str = Field(default="", max_length=200)
    incident: str = Field(default="", max_length=200)
    service: str = Field(default="", max_length=200)


def parse_report(body: bytes) -> Report:
    """The report in a body. Raises Unreadable."""
    do = 'Send {"text": "...", "origin": "support", "service": "..."} or name the incident.'
    try:
        report = Report.model_validate_json(body)
    except ValidationError as mistake:
        first = mistake.errors()[0]
        where = ".".join(map(str, first["loc"])) or "body"
        raise Unreadable(f"This is no report: {where}: {first['msg']}.", do) from mistake
    if not one_line(report.text):
        raise Unreadable("There is nothing to read in this report.", do)
    return report


def receive_report(ledger: Ledger, report: Report, catalogue: Catalogue, redact: Redact, now: datetime) -> str:
    """Puts it on the incident it is about; the incident's id, or "" when there is none that takes it."""
    incident = _about(ledger, report, catalogue)
    if incident is None or len(incident.reports) >= MOST_ON_AN_INCIDENT:
        return ""
    text, origin = redact(one_line(report.text, _TEXT)).text, redact(one_line(report.origin, _ORIGIN)).text
    body = UserReported(text=text, origin=origin or "unknown")
    ledger.timeline.append(incident.id, body, actor=ACTOR, at=max(now, incident.updated_at or now))
    return incident.id


def _about(ledger: Ledger, report: Report, catalogue: Catalogue) -> Incident | None:
    """The incident it names, while that is open; else the newest open one of the service it names."""
    if report.incident:
        named = ledger.incidents.get(report.incident)
        return named if named is not None and named.is_open else None
    if not report.service:
        return None
    wanted = _names(report.service, catalogue)
    open_ones = ledger.incidents.recent(open_only=True, limit=_LOOKED_AT)
    real = (one for one in open_ones if not one.drill)
    return next((one for one in real if wanted & {name.lower() for name in (one.service, *one.services)}), None)


def _names(service: str, catalogue: Catalogue) -> frozenset[str]:
    """Every spelling of that service, in lower case."""
    public = (one for one in catalogue.services if one.public_name.lower() == service.strip().lower())
    known = catalogue.find(service.strip()) or next(public, None)
    names = (service, known.name, known.public_name, *known.aliases) if known else (service,)
    return frozenset(name.strip().lower() for name in names if name.strip())
