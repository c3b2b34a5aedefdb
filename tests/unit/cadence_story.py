"""An incident whose messages go on as the clock says: the fold is all it remembers, and each look begins from nothing else."""

from collections.abc import Callable
from datetime import datetime, timedelta

from tests.unit.cases import START, history, triage

from tocsin import config
from tocsin.app.settings import Settings
from tocsin.model.action import Mode
from tocsin.model.acts import Paged
from tocsin.model.communication import UpdateDrafted, UpdatePublished
from tocsin.model.event import Event, Triaged
from tocsin.model.ground import Severity
from tocsin.model.incident import fold
from tocsin.model.move import Draft, Publish, Tell, Wait
from tocsin.model.rota import OnCall, Rota
from tocsin.model.update import Audience, Update
from tocsin.stages import cadence, course

RULES = Settings.read(config.Config(config.merged({}), {}, "shipped")).cadence
ONCALL = OnCall(
    rotas=(
        Rota(name="first", people=("ada@example.com",)),
        Rota(name="second", people=("cy@example.com",)),
    ),
    escalation=("first", "second"),
    directory={"communications-lead": ("lea@example.com",), "vp-engineering": ("vera@example.com",)},
)
PERSON = "person:dee@example.com"
Reviewer = Callable[["Story"], None]


class Story:
    """Declared at minute 0 and triaged in the same breath. Minutes count from there."""

    def __init__(self, severity=Severity.SEV1, *, mode=Mode.PROPOSE, rules=RULES, reviewer=None, **changes):
        declared, triaged = history(Triaged(triage=triage(severity=severity, **changes)))
        self.events = [declared.model_copy(update={"at": START}), triaged.model_copy(update={"at": START})]
        self.mode, self.rules, self.reviewer = mode, rules, reviewer
        self.oncall = ONCALL
        self.now = START
        self.done = set()
        self.moves = []
        self.letters = []
        self.incident = fold("INC-1", self.events)

    @property
    def minute(self) -> float:
        return (self.now - START).total_seconds() / 60

    def at(self, minutes: float) -> datetime:
        return START + timedelta(minutes=minutes)

    def happen(self, *bodies, actor=PERSON):
        for body in bodies:
            event = Event(incident_id="INC-1", seq=len(self.events) + 1, at=self.now, actor=actor, body=body)
            self.events.append(event)
            self.incident = self.incident.apply(event)

    def next(self):
        """What a process that knows nothing but the timeline and the books would do now."""
        return course.first(
            cadence.due(self.incident, self.now, self.rules, self.oncall, self.mode), frozenset(self.done)
        )

    def run(self, until: float):
        """Lets so many minutes pass, carrying out what is due and letting the reviewer look in between."""
        for _ in range(5000):
            move = self.next()
            if not isinstance(move, Wait):
                self._carry_out(move)
                continue
            if self.reviewer and self.reviewer(self):
                continue
            if self.now >= self.at(until):
                return self
            self.now = min(self.at(until), max(move.until or self.at(until), self.now + timedelta(seconds=1)))
        raise AssertionError("the clock never comes to rest")

    def publish(self, audience=Audience.EXTERNAL, actor=PERSON):
        """A person lets the newest draft for that audience go."""
        drafts = [one for one in self.incident.narrative.drafts if one.update.audience is audience]
        self._publish(drafts[-1].update, actor)

    def bodies(self, kind):
        return [event.body for event in self.events if isinstance(event.body, kind)]

    def when(self, kind):
        """Minutes at which such events happened."""
        return [(event.at - START).total_seconds() / 60 for event in self.events if isinstance(event.body, kind)]

    def published(self, audience):
        """Minutes at which that audience heard."""
        return [
            (event.at - START).total_seconds() / 60
            for event in self.events
            if isinstance(event.body, UpdatePublished) and event.body.audience is audience
        ]

    def called(self):
        return [one.target for one in self.bodies(Paged)]

    def _carry_out(self, move):
        assert move.key not in self.done
        self.moves.append(move)
        match move:
            case Tell():
                for one in move.events:
                    self.happen(one.body, actor=one.actor)
                self.letters += move.letters
            case Draft():
                for audience in move.audiences:
                    self._draft(audience, move)
            case Publish():
                draft = self.incident.narrative.draft(move.update_id)
                self._publish(draft.update, "role:communicator")
        self.done.add(move.key)

    def _draft(self, audience, move):
        incident = self.incident
        update = Update(
            audience=audience,
            template=str(audience),
            text=f"as of {self.now}",
            status="Investigating" if incident.is_open else "Resolved",
            next_update_at=self.rules.promise(incident, audience, self.now),
            due_at=move.due_at,
            facts_seq=incident.last_seq,
            no_change=move.no_change,
        )
        self.happen(UpdateDrafted(update=update), actor="role:communicator")

    def _publish(self, update, actor):
        body = UpdatePublished(
            update_id=update.id,
            audience=update.audience,
            template=update.template,
            status=update.status,
            text=update.text,
            digest=update.digest,
            next_update_at=update.next_update_at,
            due_at=update.due_at,
            no_change=update.no_change,
        )
        self.happen(body, actor=actor)


def awake(story):
    """A reviewer who publishes every draft for review as soon as it lies there; True when they did something."""
    lying = [one for one in story.incident.narrative.drafts if one.update.audience not in story.rules.by_itself]
    for one in lying:
        story._publish(one.update, PERSON)
    return bool(lying)
