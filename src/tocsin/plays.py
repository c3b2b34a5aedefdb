"""The plays: one step of a playbook carried out, whoever plays it. Called by `response` for each step that is ready.

A step that finds itself ticked does nothing. What it does is written under keys of its own before it is called over, so a
step that was cut goes on and doubles nothing. A player that fails is replaced by the built-in analyst of its role, and the
timeline says so.
"""

import asyncio
import json
import re
from collections.abc import Coroutine
from contextvars import ContextVar
from functools import partial
from typing import Any, TypeVar

import structlog

from tocsin import opening
from tocsin.books import DeskBooks
from tocsin.desk import Desk
from tocsin.errors import PlayerFailed, SourceError, TakenOver, TocsinError
from tocsin.guard.fitting import misfit
from tocsin.model.context import context_of
from tocsin.model.event import Body
from tocsin.model.incident import Incident
from tocsin.model.move import Happening
from tocsin.model.plan import BUILT_IN, Agent, Plan, Step, Work
from tocsin.model.run import GateOpened, Phase, PlayerReplaced, Run, StepFinished, StepStarted
from tocsin.playbooks import templates
from tocsin.roles.contract import Account, Assignment, Played, Player, Seat
from tocsin.stages import playing

SECONDS = 60.0
"""A step that says nothing else has so long."""
PART = 0.7
"""Of a step's time, for a player that is not built in."""
_TRY: ContextVar[str] = ContextVar("try", default="")
"""Which try of its step this task is at."""
T = TypeVar("T")
_log = structlog.get_logger(__name__)


async def play(incident_id: str, run_id: str, name: str, desk: Desk) -> str:
    """Carries the step out, or asks the person who must agree first. Raises what the store raises."""
    key = f"{run_id}:{name}"
    incident = await desk.incident(incident_id)
    run = next(one for one in incident.runs if one.id == run_id)
    plan = playing.plan_of(run)
    step = next(one for one in plan.steps if one.name == name)
    if await desk.done(incident_id, key) or not incident.is_open:
        return ""
    if not templates.holds(step.when, playing.scope_of(incident, run)):
        return await _say(
            incident_id,
            key,
            desk,
            StepFinished(run_id=run_id, step=name, phase=Phase.SKIPPED, said="its condition does not hold"),
        )
    if step.gate is not None and run.step(name).passed is None:
        body = GateOpened(run_id=run_id, step=name, question=step.gate.question, role=step.gate.role)
        return await _say(incident_id, f"{key}:gate", desk, body)
    await _say(incident_id, f"{key}:started", desk, _started(run_id, step, plan))
    return await _say(incident_id, key, desk, await _through(incident, run, plan, step, desk))


async def _through(incident: Incident, run: Run, plan: Plan, step: Step, desk: Desk) -> StepFinished:
    """The step with its retries; how it ended."""
    said = ""
    for turn in range(step.retries + 1):
        _TRY.set(f":try{turn}" if turn else "")
        try:
            output = await asyncio.wait_for(_work(incident, run, plan, step, desk), _seconds(step, plan))
            checked(output, step)
        except TakenOver:
            raise
        except TimeoutError:
            said = f"not through after {_seconds(step, plan):g} seconds"
        except TocsinError as failure:
            said = failure.what
        else:
            return StepFinished(run_id=run.id, step=step.name, phase=Phase.SUCCEEDED, output=output)
    return StepFinished(run_id=run.id, step=step.name, phase=Phase.FAILED, said=said)


async def _work(incident: Incident, run: Run, plan: Plan, step: Step, desk: Desk) -> Any:  # noqa: ANN401 - JSON
    """What the step does; its output is what the timeline has of it."""
    key, name = f"{run.id}:{step.name}:work", incident.id
    if step.work is not Work.AGENT and await desk.done(name, key):
        return _output(await desk.incident(name), step.work)
    match step.work:
        case Work.INVESTIGATE:
            seats = _seats(incident, run, plan, step, desk)
            await opening.look_into(name, key, desk, desk.cast.investigators(step.roles, seats))
        case Work.DIAGNOSE:
            await _diagnosed(incident, run, plan, step, desk)
        case Work.PROPOSE:
            await opening.propose(name, key, desk)
        case Work.DRAFT:
            await opening.draft(name, key, desk, _seat(incident, run, plan, step, desk))
        case Work.GATE:
            return run.step(step.name).said
        case Work.AGENT:
            return await _played(incident, run, plan, step, desk)
    return _output(await desk.incident(name), step.work)


async def _diagnosed(incident: Incident, run: Run, plan: Plan, step: Step, desk: Desk) -> None:
    """The specialist's answer, whoever plays it; the built-in one's where that player fails."""
    kind, key, agent = opening.triaged(incident).type, f"{run.id}:{step.name}:work", _agent(step, plan)
    player = desk.cast.specialist(kind, agent, _account(incident, run, plan, step, agent, desk))
    try:
        await _in_time(opening.conclude(incident.id, key, desk, player), step, plan, agent)
    except (PlayerFailed, SourceError) as failure:
        await _replaced(incident, run, step, agent, desk, "", failure.what)
        await opening.conclude(incident.id, key, desk, desk.cast.specialist(kind))


def _seat(incident: Incident, run: Run, plan: Plan, step: Step, desk: Desk) -> Seat | None:
    """Whoever else than the house the plan gives this step's role to."""
    return _seats(incident, run, plan, step, desk).get(_agent(step, plan).role)


def _seats(incident: Incident, run: Run, plan: Plan, step: Step, desk: Desk) -> dict[str, Seat]:
    """The roles that the plan gives to somebody else than the house, for investigators of this step."""
    return {
        one.role: Seat(
            agent=one,
            account=_account(incident, run, plan, step, one, desk, f":{one.role}"),
            replaced=partial(_replaced, incident, run, step, one, desk, f":{one.role}"),
            context=context_of(incident),
        )
        for one in plan.agents.values()
        if one.player != BUILT_IN
    }


async def _replaced(incident: Incident, run: Run, step: Step, agent: Agent, desk: Desk, part: str, why: str) -> None:
    """The built-in analyst answers instead, and why, on the timeline."""
    player = agent.model or agent.player
    body = PlayerReplaced(run_id=run.id, step=step.name, role=agent.role, player=player, why=why)
    await _say(incident.id, f"{run.id}:{step.name}{part}:replaced", desk, body)


def _output(incident: Incident, work: Work) -> Any:  # noqa: ANN401 - JSON
    match work:
        case Work.INVESTIGATE:
            return {"findings": [one.text for one in incident.findings[:50]], **context_of(incident)}
        case Work.DIAGNOSE if incident.diagnosis:
            return incident.diagnosis.model_dump(mode="json")
        case Work.PROPOSE if incident.fix:
            return incident.fix.model_dump(mode="json")
        case Work.DRAFT:
            return [one.template for one in incident.updates]
        case _:
            return None


async def _played(incident: Incident, run: Run, plan: Plan, step: Step, desk: Desk) -> Any:  # noqa: ANN401 - JSON
    """A free agent's output; for a step that fans out, the list of them in order."""
    agent, scope = _agent(step, plan), playing.scope_of(incident, run)
    if not step.for_each:
        return await _once(incident, run, plan, step, agent, scope, desk, "")
    items = templates.lookup(tuple(step.for_each.strip("{} .").split(".")), scope)
    items = items if isinstance(items, list) else []
    asked = (
        _once(incident, run, plan, step, agent, {**scope, "item": item}, desk, f":{at}")
        for at, item in enumerate(items)
    )
    return list(await asyncio.gather(*asked))


async def _once(
    incident: Incident, run: Run, plan: Plan, step: Step, agent: Agent, scope: dict[str, Any], desk: Desk, part: str
) -> Any:  # noqa: ANN401 - JSON
    assignment = Assignment(
        incident_id=incident.id,
        run_id=run.id,
        step=step.name,
        agent=agent,
        inputs={name: templates.render(text, scope) for name, text in step.inputs.items()},
        context=context_of(incident),
        output=step.output,
        seconds=_seconds(step, plan),
    )
    account = _account(incident, run, plan, step, agent, desk, part)
    player = desk.cast.player(agent, account)
    try:
        played = await _in_time(_by(player, assignment, plan, desk, part), step, plan, agent)
    except (PlayerFailed, SourceError) as failure:
        if agent.player == BUILT_IN:
            raise
        await _replaced(incident, run, step, agent, desk, part, failure.what)
        own = agent.model_copy(update={"player": BUILT_IN})
        played = await _by(desk.cast.player(own), assignment, plan, desk, part)
    return played.output


async def _in_time(playing_it: Coroutine[Any, Any, T], step: Step, plan: Plan, agent: Agent) -> T:
    """A player that is not built in gets a part of the step's time, so that the built-in one still has the rest."""
    if agent.player == BUILT_IN:
        return await playing_it
    seconds = PART * _seconds(step, plan)
    try:
        return await asyncio.wait_for(playing_it, seconds)
    except TimeoutError as late:
        raise PlayerFailed(f"no answer within {seconds:g} seconds.", code="TCS-PLAYER-TIMEOUT") from late


def _account(incident: Incident, run: Run, plan: Plan, step: Step, agent: Agent, desk: Desk, part: str = "") -> Account:
    """What this step's questions are charged to. A step that is tried again asks anew."""
    return Account(
        incident_id=incident.id,
        run_id=run.id,
        step=f"{step.name}{part}{_TRY.get()}",
        role=agent.role,
        rules=plan.rules,
        budgets=plan.budgets,
        books=DeskBooks(desk),
    )


async def _by(player: Player, assignment: Assignment, plan: Plan, desk: Desk, part: str) -> Played:
    """What that player makes of it, with the tools the plan lets it have."""
    record = desk.recorder(assignment.incident_id)
    return await player.play(assignment, await desk.toolkit.open(assignment, plan, record, part))


def checked(output: object, step: Step) -> None:
    """Raises PlayerFailed when the output is not what the step says it must be."""
    text = templates.as_text(output)
    if step.must_contain and not re.search(step.must_contain, text):
        raise PlayerFailed(f"the output of {step.name} lacks {step.must_contain!r}.", code="TCS-PLAYER-OUTPUT")
    for pattern in step.must_not_contain:
        if re.search(pattern, text):
            raise PlayerFailed(f"the output of {step.name} holds {pattern!r}.", code="TCS-PLAYER-OUTPUT")
    if step.output is not None:
        _fits(_json(output), step.output, step.name)


def _fits(output: object, schema: dict[str, Any], name: str) -> None:
    if said := misfit(output, schema):
        what = f"the output of {name} does not fit its schema: {said[:200]}."
        raise PlayerFailed(what, code="TCS-PLAYER-OUTPUT")


def _json(output: object) -> object:
    if not isinstance(output, str):
        return output
    try:
        return json.loads(output)
    except ValueError:
        return output


def _seconds(step: Step, plan: Plan) -> float:
    own = plan.agents[step.agent].limits.timeout_seconds if step.agent in plan.agents else None
    return step.timeout_seconds or own or SECONDS


def _agent(step: Step, plan: Plan) -> Agent:
    return plan.agents.get(step.agent) or Agent(name=step.agent or str(step.work), role=step.agent or str(step.work))


def _started(run_id: str, step: Step, plan: Plan) -> StepStarted:
    agent = _agent(step, plan)
    role = agent.role if step.agent else ""
    return StepStarted(run_id=run_id, step=step.name, role=role, player=agent.player, model=agent.model)


async def _say(incident_id: str, key: str, desk: Desk, body: Body) -> str:
    await desk.recorder(incident_id)(key, Happening(actor=playing.ACTOR, body=body))
    return ""
