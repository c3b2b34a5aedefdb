"""The story: one incident walked down the corridor. Called by `durable` in the service, by `app.once` for a single response.

First the opening: triage, first messages beside the investigation, diagnosis and a proposed fix, messages again. Then a
loop: look at the incident, decide the next move with a pure function, carry it out, or rest until a deadline or a wake-up.
One step of the walk goes on looking until the walk itself has something to do. The body between the steps knows no clock, no
chance and no I/O, and every move is ticked in the transaction of its events: so a walk may be cut anywhere, by anything, and
goes on without losing or doubling a thing.
"""

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, timedelta
from functools import partial

import structlog

from tocsin import opening, plays
from tocsin.desk import Desk, Rules
from tocsin.errors import TakenOver
from tocsin.guard.policy import mode_now
from tocsin.model.action import Mode
from tocsin.model.event import Noted
from tocsin.model.ground import Time, Value
from tocsin.model.incident import Incident
from tocsin.model.move import Deed, Happening, Leave, Move, Play, Reread, Rethink, Tell, Wait
from tocsin.stages import cadence, communicate, course, paging, playing, progress, remediate, review, verify
from tocsin.walk import Step, Walk

RETRY = timedelta(minutes=1)
"""How long a move that failed is left alone before it is tried again."""
TURNS = 500
"""So many steps with looks, then the walk ends and a fresh one takes over: what an engine must remember of it stays bounded."""
LOOKS = 500
"""So many looks in one step."""
OPENED = "opened"
"""What the first step says when the whole opening was a part of it; walks of earlier versions took three steps."""
RUN_OVER = ":over"
"""How the key of the move ends that ends a run of a playbook."""
OpeningStep = Callable[[str, str, Desk], Awaitable[None]]
_log = structlog.get_logger(__name__)


class Look(Value):
    """What a look found: the move, and when it was decided."""

    move: Move
    at: Time
    seq: int
    """How long the timeline was."""

    @property
    def seconds(self) -> float | None:
        """How long to wait, for a Wait; None until somebody wakes us."""
        until = self.move.until if isinstance(self.move, Wait) else None
        return None if until is None else max(0.0, (until - self.at).total_seconds())


async def respond(incident_id: str, walk: Walk, desk: Desk) -> None:
    """From declared to closed, as far as the walk waits. Raises errors.NotFound when there is no such incident."""
    if await walk.ahead(Step("take_up", partial(_open, incident_id, walk, desk))) != OPENED:
        step = partial(_opening, incident_id, desk)
        await walk.together(step(opening.TRIAGE, opening.decide))
        await walk.together(step("plan", opening.plan))
    held: dict[str, datetime] = {}
    for _ in range(TURNS):
        look = Look.model_validate_json(await walk.step("look", partial(_look, incident_id, walk, desk, held)))
        match look.move:
            case Leave():
                return
            case Wait():
                if not await walk.wait(look.seconds, look.seq):
                    return
            case Play(run_id=run_id, steps=names):
                await walk.together(*(_playing(incident_id, desk, run_id, name) for name in names))
            case move:  # an earlier version chose it in one step and carried it out in the next
                _hold(held, look, await walk.step(move.key, partial(_carry_out, incident_id, desk, move)))


def next_move(
    incident: Incident, now: datetime, rules: Rules, done: frozenset[str], held: Mapping[str, datetime] | None = None
) -> Move:
    """What this incident needs now. `done` are the keys of the moves carried out. Pure; the most urgent stage first."""
    calls = mode_now(incident, rules.remediate.current, calling=True)
    due = (
        *paging.due(incident, now, rules.oncall, calls),
        review.due(incident),
        progress.due(incident, now, rules.progress),
        *communicate.due(incident, rules.messages),
        progress.authority(incident, now, rules.security, calls),
        *cadence.due(incident, now, rules.cadence, rules.oncall, _on_the_clock(incident, rules)),
        playing.due(incident, now),
        course.unread(incident, now),
        review.recall(incident),
        *verify.due(incident, now, rules.verify),
        course.disproved(incident),
        *remediate.due(incident, now, rules.remediate),
        *remediate.decided(incident),
        *communicate.settled(incident, rules.messages),
        course.over(incident),
    )
    return course.first(due, done, {key: until for key, until in (held or {}).items() if until > now})


def _on_the_clock(incident: Incident, rules: Rules) -> Mode:
    """A drill is communicated like an incident, for that is what is practised; what it writes stays in the house."""
    return mode_now(incident.model_copy(update={"drill": None}), rules.remediate.current)


async def _open(incident_id: str, walk: Walk, desk: Desk) -> str:
    """The opening: triage first, and the plan to go by."""
    step = partial(_opening, incident_id, desk)
    for one in (step("take_up", opening.begin), step(opening.TRIAGE, opening.decide), step("plan", opening.plan)):
        await walk.part(one)
    return OPENED


async def _look(incident_id: str, walk: Walk, desk: Desk, held: dict[str, datetime]) -> str:
    """Looks, carries out what is due and rests, again and again, until a playbook is to be played or the incident left."""
    for _ in range(LOOKS):
        look = await _looked(incident_id, desk, held)
        match look.move:
            case Leave() | Play():
                break
            case Wait(until=until):
                if not await walk.rest(until, desk.clock, look.seq):
                    break
            case move:
                _hold(held, look, await walk.part(Step(move.key, partial(_carry_out, incident_id, desk, move))))
    return look.model_dump_json()


async def _looked(incident_id: str, desk: Desk, held: Mapping[str, datetime]) -> Look:
    incident, done = await desk.standing(incident_id)
    now = desk.clock.now()
    return Look(move=next_move(incident, now, desk.rules, done, held), at=now, seq=incident.last_seq)


def _hold(held: dict[str, datetime], look: Look, done: str) -> None:
    """A move that failed is left alone for a while; one that came through frees all."""
    if done:
        held.clear()
    elif not isinstance(look.move, Wait | Leave):
        held[look.move.key] = look.at + RETRY


def _playing(incident_id: str, desk: Desk, run_id: str, name: str) -> Step:
    """One step of a playbook, which finds out by itself whether it is through."""
    return Step(f"{run_id}:{name}", partial(plays.play, incident_id, run_id, name, desk))


def _opening(incident_id: str, desk: Desk, name: str, work: OpeningStep) -> Step:
    """A step of the opening, which finds out by itself that there is nothing left to do."""

    async def once() -> str:
        incident, done = await desk.standing(incident_id)
        if incident.is_open and name not in done:
            await work(incident_id, name, desk)
        return ""

    return Step(name, once)


async def _carry_out(incident_id: str, desk: Desk, move: Deed) -> str:
    """Carries one move out and ticks it. "" when it failed: that is noted, once, and it will be tried again."""
    record = desk.recorder(incident_id)
    try:
        await _hand_over(incident_id, desk, move)
        await record(move.key)
    except TakenOver:
        raise
    except Exception as failure:  # noqa: BLE001 - whatever it was, it goes on record where a person will see it
        _log.exception("move_failed", incident=incident_id, move=move.key)
        text = f"{move.kind} could not be carried out ({failure}). It is tried again; a person should look."
        await record(f"failed:{move.key}", Happening(actor="system", body=Noted(text=text)))
        return ""
    return "done"


async def _hand_over(incident_id: str, desk: Desk, move: Deed) -> None:
    """To whoever carries out this kind of move."""
    record = desk.recorder(incident_id)
    match move:
        case Tell():
            await record(move.key, *move.events, letters=move.letters)
        case Reread():
            await opening.reread(incident_id, move.key, desk)
        case Rethink():
            await opening.rethink(incident_id, move.key, move.reason, desk)
        case _:
            await desk.hands(desk.store)[move.kind](move, await desk.incident(incident_id), record)
