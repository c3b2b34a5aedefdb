"""Events: everything that happens to an incident, in the past tense, one typed body each. The timeline is made of these.

Written by response and intake through the store; read by the fold in `incident`, by every screen and by the audit.
"""

from functools import lru_cache
from typing import Annotated, Any, Literal

from pydantic import Field, TypeAdapter

from tocsin.model.action import Fix
from tocsin.model.acts import Act
from tocsin.model.communication import Communication
from tocsin.model.diagnosis import Diagnosis
from tocsin.model.evidence import Finding
from tocsin.model.ground import Severity, Share, Time, Value
from tocsin.model.review import Lesson, ReviewAct
from tocsin.model.run import RunAct
from tocsin.model.storm import StormJudged
from tocsin.model.triage import Answer, Triage


class Drill(Value):
    """It is an exercise: nothing leaves the house, no figure counts it. `pages`: people are called all the same."""

    pages: bool = False


class Declared(Value):
    """The incident exists: which alert opened it, and why it opened now."""

    kind: Literal["declared"] = "declared"
    title: str
    service: str = ""
    environment: str = ""
    alert_id: str = ""
    reason: str
    started_at: Time
    drill: Drill | None = None


class AlertJoined(Value):
    """Another alert belongs to this incident; `reason` is the rule that says so."""

    kind: Literal["alert_joined"] = "alert_joined"
    alert_id: str
    title: str
    service: str = ""
    reason: str


class AlertRepeated(Value):
    """A known condition fired again, or was seen flapping; `count` is how often so far."""

    kind: Literal["alert_repeated"] = "alert_repeated"
    alert_id: str
    count: int
    reason: str


class AlertResolved(Value):
    """The vendor says that a firing alert of this incident is over. `open_alerts` is how many still fire."""

    kind: Literal["alert_resolved"] = "alert_resolved"
    alert_id: str
    title: str
    open_alerts: int


class Triaged(Value):
    """Type and severity are decided."""

    kind: Literal["triaged"] = "triaged"
    triage: Triage


class SeverityRaised(Value):
    """Later facts made it worse. Nothing but a person lowers a severity."""

    kind: Literal["severity_raised"] = "severity_raised"
    severity: Severity
    reason: str


class InvestigationStarted(Value):
    """The specialist's investigators set out."""

    kind: Literal["investigation_started"] = "investigation_started"
    specialist: str
    roles: tuple[str, ...]
    window_start: Time
    window_end: Time


class EvidenceCollected(Value):
    """A tool answered; the answer itself is kept in the evidence shelf under this id and digest."""

    kind: Literal["evidence_collected"] = "evidence_collected"
    evidence_id: str
    source: str
    query: str
    sha256: str
    summary: str


class FindingsReported(Value):
    """One role reports. `failure` says why there is nothing or not everything, in words; `dropped` counts uncited claims."""

    kind: Literal["findings_reported"] = "findings_reported"
    role: str
    findings: tuple[Finding, ...]
    failure: str = ""
    dropped: int = 0
    seconds: float = 0.0


class Diagnosed(Value):
    """The specialist's answer."""

    kind: Literal["diagnosed"] = "diagnosed"
    diagnosis: Diagnosis


class QuestionsAnswered(Value):
    """The four triage questions, as far as they can be answered at this time."""

    kind: Literal["questions_answered"] = "questions_answered"
    answers: tuple[Answer, ...]


class FixProposed(Value):
    """A runbook's steps are on the table. Proposed is not approved, approved is not done."""

    kind: Literal["fix_proposed"] = "fix_proposed"
    fix: Fix


class Precedent(Value):
    """A past incident that looks like this one, as its approved post-mortem tells it. Its words are quoted, never obeyed."""

    incident_id: str
    score: Share
    words: tuple[str, ...] = ()
    """Subject words that both share, so that a person can judge the likeness."""
    at: Time | None = None
    lesson: Lesson


class PrecedentsFound(Value):
    """What the memory of past incidents holds on this one, the most alike first; often nothing."""

    kind: Literal["precedents_found"] = "precedents_found"
    precedents: tuple[Precedent, ...]


class Closed(Value):
    """Closed without a response: a duplicate, a false alarm, or a SEV4 that a deterministic rule closes."""

    kind: Literal["closed"] = "closed"
    reason: str
    rule: str = ""


class TaskOpened(Value):
    """Something a person must do in business hours: what, who, until when."""

    kind: Literal["task_opened"] = "task_opened"
    text: str
    owner: str
    due_at: Time


class Noted(Value):
    """Words on the record: a person's note, or the machine's remark about its own work."""

    kind: Literal["noted"] = "noted"
    text: str


class BodyErased(Value):
    """The body of an earlier event was erased by name, for a reason; its digest stays in the chain."""

    kind: Literal["body_erased"] = "body_erased"
    seq: int
    digest: str
    reason: str


Body = Annotated[
    Declared
    | AlertJoined
    | AlertRepeated
    | AlertResolved
    | Triaged
    | SeverityRaised
    | InvestigationStarted
    | EvidenceCollected
    | FindingsReported
    | Diagnosed
    | QuestionsAnswered
    | FixProposed
    | PrecedentsFound
    | StormJudged
    | Closed
    | TaskOpened
    | Noted
    | BodyErased
    | Act
    | Communication
    | ReviewAct
    | RunAct,
    Field(discriminator="kind"),
]
_BODY: TypeAdapter[Body] = TypeAdapter(Body)
_SHORT = 4000
"""Characters of a body that is worth keeping at hand; whole documents are not."""


class Event(Value):
    """One link of an incident's chain. `body` is None only when it was erased by a later BodyErased event.

    `actor` is who did it: `role:router`, `source:alertmanager`, `person:ada@example.com`, `system`.
    """

    incident_id: str
    seq: int
    at: Time
    actor: str
    body: Body | None
    digest: str = ""
    prev: str = ""
    hash: str = ""


def body_of(data: dict[str, Any]) -> Body:
    """The typed body of a stored JSON object. Raises pydantic.ValidationError on an unknown or damaged one."""
    return _BODY.validate_python(data)


def body_from_text(text: str) -> Body:
    """The same from the JSON text as it is stored. A timeline is read at every look, and what it says never changes."""
    return _known(text) if len(text) <= _SHORT else _BODY.validate_json(text)


@lru_cache(maxsize=8192)
def _known(text: str) -> Body:
    return _BODY.validate_json(text)
