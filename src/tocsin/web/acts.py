"""What people do, over HTTP: each route parses one ask, hands it to `stages.people` in one transaction, then wakes the response.

An `Idempotency-Key` makes a request that is sent again answer again and do nothing: the answer is kept in the act's own
transaction. Decides nothing; who may do what is asked in the stage.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from typing import Annotated, TypeVar

from fastapi import APIRouter, Depends, Path, Request

from tocsin.errors import DataError
from tocsin.model.ground import Value
from tocsin.model.identity import Principal
from tocsin.model.incident import Incident
from tocsin.ports import KeptAnswer, Ledger
from tocsin.stages import people
from tocsin.stages.people import Attempt, Done, asks
from tocsin.web import problems
from tocsin.web.auth import Asking, Here
from tocsin.web.keys import Key
from tocsin.web.rooms import Rooms

router = APIRouter(prefix="/api/incidents", tags=["acts"], responses=problems.of(400, 401, 403, 404, 409, 422, 503))

KEPT = timedelta(hours=24)
"""How long an answer is kept for its key."""
Work = Callable[[Attempt], Incident]
A = TypeVar("A", bound=Value)
Id = Annotated[str, Path(min_length=1, max_length=200)]


@dataclass(frozen=True, slots=True)
class Actor:
    """Whoever sent this request, and the one way their acts are carried out."""

    rooms: Rooms
    principal: Principal
    key: str | None
    asked: str
    """Digest of path and body: what makes it the same request."""

    async def does(self, work: Work, incident_id: str = "", *, touches: str = "") -> Done:
        """Carries the act out once for its key, then wakes the response of its incident, and of another it touches."""
        done = await self.once(lambda attempt: people.carry_out(attempt, work, incident_id), Done)
        for name in filter(None, (done.incident, touches)):
            self.rooms.wake.ring(name)
            self.rooms.respond(name)
        return done

    async def once(self, work: Callable[[Attempt], A], kind: type[A]) -> A:
        """The same for an act on something else than an incident: carried out once for its key, in one transaction."""
        return await self.rooms.store.write(lambda ledger: self._once(ledger, work, kind))

    def _once(self, ledger: Ledger, work: Callable[[Attempt], A], kind: type[A]) -> A:
        now = self.rooms.clock.now()
        rooms = self.rooms
        attempt = Attempt(ledger, self.principal, now, rooms.names, rooms.people, rooms.clean)
        if self.key is None:
            return work(attempt)
        ledger.answers.trim(now - KEPT)
        known = ledger.answers.get(self.principal.actor, self.key)
        if known is not None:
            return self._again(known, kind)
        done = work(attempt)
        body = done.model_dump_json()
        ledger.answers.put(KeptAnswer(caller=self.principal.actor, key=self.key, request=self.asked, body=body, at=now))
        return done

    def _again(self, known: KeptAnswer, kind: type[A]) -> A:
        if known.request != self.asked:
            what = "this Idempotency-Key was used for another request."
            raise DataError(what, "Use a new key for a new request.", code="TCS-ACT-KEY")
        return kind.model_validate_json(known.body)


async def actor_of(request: Request, rooms: Here, principal: Asking, idempotency_key: Key = None) -> Actor:
    """Who is about to act with this request. Reading the body again costs nothing: it is in hand."""
    asked = sha256(request.url.path.encode() + b"\x1f" + await request.body()).hexdigest()
    return Actor(rooms, principal, idempotency_key, asked)


Acting = Annotated[Actor, Depends(actor_of)]


@router.post("", status_code=201)
async def declare(actor: Acting, ask: asks.Declare) -> Done:
    """Declares an incident that a person saw before any alert did. Triage reads the words as it reads an alert's."""
    return await actor.does(lambda attempt: people.declare(attempt, ask))


@router.post("/drills", status_code=201)
async def gameday(actor: Acting, ask: asks.Practise) -> Done:
    """Declares a drill. It goes the way of any incident, and nothing of it leaves the house."""
    return await actor.does(lambda attempt: people.practise(attempt, ask))


@router.post("/{incident_id}/acknowledge")
async def acknowledge(actor: Acting, incident_id: Id) -> Done:
    """A person has it."""
    return await actor.does(lambda attempt: people.acknowledge(attempt, incident_id), incident_id)


@router.post("/{incident_id}/severity")
async def severity(actor: Acting, incident_id: Id, ask: asks.ChangeSeverity) -> Done:
    """Another severity. To raise it takes a responder, to lower it a commander."""
    return await actor.does(lambda attempt: people.change_severity(attempt, incident_id, ask), incident_id)


@router.post("/{incident_id}/roles")
async def roles(actor: Acting, incident_id: Id, ask: asks.Assign) -> Done:
    """Gives a seat to one person, or hands it over."""
    return await actor.does(lambda attempt: people.assign(attempt, incident_id, ask), incident_id)


@router.post("/{incident_id}/notes")
async def notes(actor: Acting, incident_id: Id, ask: asks.Note) -> Done:
    """Words for the record, also after the incident."""
    return await actor.does(lambda attempt: people.note(attempt, incident_id, ask), incident_id)


@router.post("/{incident_id}/hypotheses")
async def hypotheses(actor: Acting, incident_id: Id, ask: asks.RaiseHypothesis) -> Done:
    """An idea of the cause. Its id stands in the event."""
    return await actor.does(lambda attempt: people.raise_hypothesis(attempt, incident_id, ask), incident_id)


@router.post("/{incident_id}/hypotheses/{hypothesis_id}/rule-out")
async def rule_out(actor: Acting, incident_id: Id, hypothesis_id: Id, ask: asks.RuleOut) -> Done:
    """Takes an idea, or a cause of the diagnosis by its code, off the table."""
    return await actor.does(lambda attempt: people.rule_out(attempt, incident_id, hypothesis_id, ask), incident_id)


@router.post("/{incident_id}/hypotheses/{hypothesis_id}/rule-in")
async def confirm(actor: Acting, incident_id: Id, hypothesis_id: Id, ask: asks.Confirm) -> Done:
    """Says that an idea, or a cause of the diagnosis by its code, is the cause."""
    return await actor.does(lambda attempt: people.confirm(attempt, incident_id, hypothesis_id, ask), incident_id)


@router.post("/{incident_id}/lines")
async def lines(actor: Acting, incident_id: Id, ask: asks.OpenLine) -> Done:
    """Opens a line of investigation: one owner, one question, an end. Its id stands in the event."""
    return await actor.does(lambda attempt: people.open_line(attempt, incident_id, ask), incident_id)


@router.post("/{incident_id}/lines/{line_id}/end")
async def end_line(actor: Acting, incident_id: Id, line_id: Id, ask: asks.EndLine) -> Done:
    """Ends a line with what it found, or without."""
    return await actor.does(lambda attempt: people.end_line(attempt, incident_id, line_id, ask), incident_id)


@router.post("/{incident_id}/next-action")
async def next_action(actor: Acting, incident_id: Id, ask: asks.SetNextAction) -> Done:
    """The single next action and its one owner."""
    return await actor.does(lambda attempt: people.set_next_action(attempt, incident_id, ask), incident_id)


@router.post("/{incident_id}/mitigated")
async def mitigated(actor: Acting, incident_id: Id, ask: asks.MarkMitigated) -> Done:
    """The harm has stopped; the cause may still be there."""
    return await actor.does(lambda attempt: people.mark_mitigated(attempt, incident_id, ask), incident_id)


@router.post("/{incident_id}/all-clear")
async def all_clear(actor: Acting, incident_id: Id, ask: asks.AllClear) -> Done:
    """It is over, by a person's word."""
    return await actor.does(lambda attempt: people.all_clear(attempt, incident_id, ask), incident_id)


@router.post("/{incident_id}/reopen")
async def reopen(actor: Acting, incident_id: Id, ask: asks.Reopen) -> Done:
    """It was not over."""
    return await actor.does(lambda attempt: people.reopen(attempt, incident_id, ask), incident_id)


@router.post("/{incident_id}/merge")
async def merge(actor: Acting, incident_id: Id, ask: asks.Merge) -> Done:
    """This incident is part of another one, which goes on with its alerts."""
    return await actor.does(lambda attempt: people.merge(attempt, incident_id, ask), incident_id, touches=ask.into)


@router.post("/{incident_id}/outbox/retry")
async def retry(actor: Acting, incident_id: Id, ask: asks.RetryDelivery) -> Done:
    """What was not delivered is tried again; GET /api/outbox lists it."""
    return await actor.does(lambda attempt: people.retry_delivery(attempt, incident_id, ask), incident_id)


@router.post("/{incident_id}/restrict")
async def restrict(actor: Acting, incident_id: Id, ask: asks.Restrict) -> Done:
    """Only those who are on it or named see it from now on."""
    return await actor.does(lambda attempt: people.restrict(attempt, incident_id, ask), incident_id)


@router.post("/{incident_id}/unrestrict")
async def unrestrict(actor: Acting, incident_id: Id, ask: asks.Unrestrict) -> Done:
    """Everybody who may read incidents sees it again."""
    return await actor.does(lambda attempt: people.unrestrict(attempt, incident_id, ask), incident_id)


@router.post("/{incident_id}/data-access")
async def data_access(actor: Acting, incident_id: Id, ask: asks.RecordDataAccess) -> Done:
    """A person confirms that data was accessed; the notification clock runs from then on."""
    return await actor.does(lambda attempt: people.record_data_access(attempt, incident_id, ask), incident_id)


@router.post("/{incident_id}/authority-notified")
async def authority_notified(actor: Acting, incident_id: Id, ask: asks.NotifyAuthority) -> Done:
    """Whoever the law names was told; the clock stops."""
    return await actor.does(lambda attempt: people.notify_authority(attempt, incident_id, ask), incident_id)


@router.post("/{incident_id}/close")
async def close(actor: Acting, incident_id: Id, ask: asks.CloseAsFalseAlarm) -> Done:
    """It was a false alarm."""
    return await actor.does(lambda attempt: people.close_as_false_alarm(attempt, incident_id, ask), incident_id)
