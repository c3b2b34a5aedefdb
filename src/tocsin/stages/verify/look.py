"""Carries out the looks: whether a finished step helped, and whether the incident is over. `app` puts it into `Desk.hands`.

A look that decides nothing leaves nothing. One that does leaves its evidence, and its ruling beside it. SEV1 and SEV2 are never
ended here: when all is calm the commander is asked, and a person's word ends them.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Protocol

from tocsin.guard.redact import Redact
from tocsin.model.acts import ActionVerified, Flagged, NextActionSet, Resolved, Seat
from tocsin.model.event import Body, EvidenceCollected
from tocsin.model.evidence import Evidence, EvidenceKind, digest
from tocsin.model.ground import Severity
from tocsin.model.identity import name_of
from tocsin.model.incident import Incident
from tocsin.model.move import Confirm, Deed, Happening, Verify
from tocsin.model.plain import minute, one_line, spell
from tocsin.model.standing import Action, ActionState
from tocsin.ports import Clock, Names, Store
from tocsin.stages.verify.due import ASKED, VERIFIER, calm_since, hold_of, probe_of, within_of
from tocsin.stages.verify.gauges import Gauges, Seen
from tocsin.stages.verify.judge import Condition, Reading, Ruling, rule
from tocsin.stages.verify.settings import Rules
from tocsin.stages.verify.watched import watched

READY = "ready_for_all_clear"
QUESTION = "Ready for the all-clear? "
RELAPSED = "not_calm_after_all"
UNSEEN = "all_clear_by_person"
"""Codes of the flags that ask a person for the all-clear, or take that back."""
BY_PERSON = (Severity.SEV1, Severity.SEV2)
EVIDENCE_CHARACTERS = 16_384


class Record(Protocol):
    """Puts events of one incident on its timeline, once for each key; raises when this worker is no longer in charge."""

    async def __call__(self, key: str, *happened: Happening) -> Incident:
        """The incident as it then stands."""
        ...


class Hand(Protocol):
    """Carries out one kind of move."""

    async def __call__(self, move: Deed, incident: Incident, record: Record) -> None:
        """Returns when it is done; the loop then ticks the move."""
        ...


@dataclass(frozen=True, slots=True)
class Means:
    """What verification works with. Built once by `app`; holds no state of any incident."""

    store: Store
    clock: Clock
    names: Names
    rules: Rules
    gauges: Gauges
    post_mortem_at: Callable[[Severity | None, datetime], datetime | None]
    """When the post-mortem must have been held, for an incident resolved now."""

    @property
    def redact(self) -> Redact:
        """The house's own."""
        return self.gauges.redact


def hands(means: Means) -> Mapping[str, Hand]:
    """Who carries out which kind of move."""
    bound: Hand = partial(carry_out, means)
    return {"verify": bound, "confirm": bound}


async def carry_out(means: Means, move: Deed, incident: Incident, record: Record) -> None:
    """Carries out a Verify or a Confirm. Raises TypeError for any other move."""
    match move:
        case Verify():
            await _verify(means, move, incident, record)
        case Confirm():
            await _confirm(means, move, incident, record)
        case _:
            raise TypeError(f"verification carries out no {move.kind}")


# A finished step -------------------------------------------------------------------------------------------------------


async def _verify(means: Means, move: Verify, incident: Incident, record: Record) -> None:
    action = _action(incident, move.action_id)
    if action.state is not ActionState.DONE or action.finished_at is None:
        return
    now, probe = means.clock.now(), probe_of(action, means.rules)
    seen = await _look(means, incident, action, now)
    if seen.source == "probe" and not (probe and probe.metric):
        seen = await _twice(means, move, incident, record, seen)
    if _action(await record(f"{move.key}:looked"), move.action_id).state is not ActionState.DONE:
        return  # a person has said it while we looked
    elapsed, within = now - action.finished_at, within_of(probe, means.rules.settings)
    told = one_line(seen.reading.said, 600)
    match rule(seen.reading.condition, elapsed, within):
        case Ruling.PASSED:
            await _keep(means, move.key, seen, record, ActionVerified(action_id=action.id, passed=True, said=told))
        case Ruling.FAILED:
            said = f"Not within {spell(within)}: {told}"
            await _keep(means, move.key, seen, record, ActionVerified(action_id=action.id, passed=False, said=said))
        case Ruling.ASK:
            await _ask(means, move, action, incident, seen, record)
        case Ruling.WAIT:
            return


def _action(incident: Incident, action_id: str) -> Action:
    return next(one for one in incident.actions if one.id == action_id)


async def _look(means: Means, incident: Incident, action: Action, now: datetime) -> Seen:
    """By the step's own probe; where that cannot be read, by the series that were wrong at diagnosis."""
    settings, probe = means.rules.settings, probe_of(action, means.rules)
    start = max(action.finished_at or now, now - hold_of(probe, settings))
    if probe and probe.metric:
        seen = await means.gauges.expression(probe, action.step, start, now, settings)
    elif probe and probe.run:
        seen = await means.gauges.probe(probe, incident.id, action.id)
    else:
        seen = Seen(Reading(Condition.UNKNOWN, "the runbook has no probe that can be read for this step"))
    series = watched(incident)
    if seen.reading.condition is not Condition.UNKNOWN or not series or not means.gauges.metrics:
        return seen
    return await means.gauges.series(series, start, now, settings)


async def _twice(means: Means, move: Verify, incident: Incident, record: Record, seen: Seen) -> Seen:
    """A single answer may be luck: it counts when the look before said the same."""
    if seen.reading.condition is not Condition.NORMAL:
        return seen
    done = await means.store.read(lambda ledger: ledger.steps.done(incident.id))
    await record(f"{move.key}:held")
    stem = move.key.rpartition(":")[0]
    turns = [int(last) for key in done if (last := key.removeprefix(f"{stem}:")) != key and last.isdigit()]
    before = max((turn for turn in turns if turn != int(move.key.rpartition(":")[2])), default=None)
    if before is not None and f"{stem}:{before}:held" in done:
        return seen
    return Seen(Reading(Condition.BETTER, f"seen once so far: {seen.reading.said}"), seen.source, seen.query)


async def _ask(means: Means, move: Verify, action: Action, incident: Incident, seen: Seen, record: Record) -> None:
    """Nobody but a person can tell. Asked once; the looks go on, less often."""
    code = f"{ASKED}:{action.id}"
    if any(flag.code == code for flag in incident.flags):
        return
    text = one_line(f"Did it help? {action.step.text} It cannot be verified here: {seen.reading.said}", 600)
    await _keep(means, move.key, seen, record, Flagged(code=code, text=text))


# The whole incident ----------------------------------------------------------------------------------------------------


async def _confirm(means: Means, move: Confirm, incident: Incident, record: Record) -> None:
    now, settings = means.clock.now(), means.rules.settings
    series = watched(incident)
    if series:
        seen = await means.gauges.series(series, now - settings.calm, now, settings)
    else:
        seen = Seen(_by_alerts(incident))
    since = calm_since(await record(f"{move.key}:seen"))
    if since is None or now < since + settings.calm:
        return  # something has happened while we looked
    match seen.reading.condition:
        case Condition.NORMAL if incident.severity in (None, *BY_PERSON):
            await _put_to_people(means, move, incident, seen, record, READY)
        case Condition.NORMAL:
            await _all_clear(means, move, incident, seen, record, now)
        case Condition.UNKNOWN:
            await _put_to_people(means, move, incident, seen, record, UNSEEN)
        case _ if _newest_word(incident) != RELAPSED:
            text = one_line(f"Not normal yet, or not any more: {seen.reading.said}", 600)
            await _keep(means, move.key, seen, record, Flagged(code=RELAPSED, text=text))
        case _:
            return


def _by_alerts(incident: Incident) -> Reading:
    """Where no series was wrong at diagnosis, those who raised the alarm must have taken back all of it."""
    if incident.alert_ids and set(incident.alert_ids) <= set(incident.resolved_alert_ids):
        return Reading(Condition.NORMAL, f"all {len(incident.alert_ids)} alerts are over, by the monitoring's own word")
    return Reading(Condition.UNKNOWN, "no metric was known to be wrong, and not every alert is over")


def _newest_word(incident: Incident) -> str:
    """Which of our flags on the all-clear was the last."""
    return next((flag.code for flag in reversed(incident.flags) if flag.code in (READY, RELAPSED, UNSEEN)), "")


async def _put_to_people(
    means: Means, move: Confirm, incident: Incident, seen: Seen, record: Record, code: str
) -> None:
    """The question to the commander, once, until something changes."""
    if _newest_word(incident) == code and not _since_last(incident, code):
        return
    lasted = incident.lasted_until(means.clock.now())
    ready = "; ".join((*_grounds(incident, means, seen), f"Duration: {lasted}"))
    what = ready if code == READY else f"It looks quiet, but: {seen.reading.said}"
    owner = incident.seats.get(Seat.COMMANDER) or name_of(incident.acknowledged_by) or "oncall:primary"
    text = one_line(f"{QUESTION}{what}", 600)
    ask = NextActionSet(text="Give the all-clear, or say what is still wrong.", owner=owner)
    await _keep(means, move.key, seen, record, Flagged(code=code, text=text), ask)


def _since_last(incident: Incident, code: str) -> bool:
    """True when the calm has begun anew after that flag: then it is worth asking again."""
    at = next((flag.at for flag in reversed(incident.flags) if flag.code == code), None)
    since = calm_since(incident)
    return at is not None and since is not None and since > at


async def _all_clear(
    means: Means, move: Confirm, incident: Incident, seen: Seen, record: Record, now: datetime
) -> None:
    body = Resolved(
        confirmed_by=_grounds(incident, means, seen),
        lasted=incident.lasted_until(now),
        cause=incident.diagnosis.root_cause if incident.diagnosis else "",
        fix=_what_helped(incident) or "It ended without a step from here.",
        post_mortem_at=means.post_mortem_at(incident.severity, now),
    )
    await _keep(means, move.key, seen, record, body)


def _grounds(incident: Incident, means: Means, seen: Seen) -> tuple[str, ...]:
    """The three things that confirm it."""
    calm = means.rules.settings.calm
    still = len(set(incident.alert_ids) - set(incident.resolved_alert_ids))
    reports = (
        f"the last of {len(incident.reports)} at {minute(incident.reports[-1].at)}" if incident.reports else "none"
    )
    return (
        one_line(f"Metrics: normal for {spell(calm)}: {seen.reading.said}", 500),
        f"Alerts: {f'none new for {spell(calm)}, {still} still open' if still else 'all are over'}",
        f"Users: no report for {spell(calm)} ({reports})",
    )


def _what_helped(incident: Incident) -> str:
    helped = (one for one in incident.actions if one.state is ActionState.VERIFIED and not one.step.is_rollback)
    return "; ".join(one.step.text for one in helped if one.step.risk.rank > 0)


async def _keep(means: Means, key: str, seen: Seen, record: Record, *bodies: Body) -> None:
    """The ruling, with its evidence on the shelf. The shelf first: what nobody refers to does no harm."""
    kept = _evidence(means, seen)
    happened = [Happening(actor=VERIFIER, body=body) for body in bodies]
    if kept is not None:
        evidence, incident_id = kept, (await record(f"{key}:looked")).id
        await means.store.write(lambda ledger: ledger.evidence.put(incident_id, evidence))
        happened.insert(0, Happening(actor=VERIFIER, body=_collected(evidence, seen)))
    await record(f"{key}:ruled", *happened)


def _evidence(means: Means, seen: Seen) -> Evidence | None:
    """What was read, word for word and bounded; None when nothing was."""
    if not seen.reading.cites:
        return None
    lines, content = list(seen.reading.cites), ""
    while lines and len(content) + len(lines[0]) < EVIDENCE_CHARACTERS:
        content += lines.pop(0) + "\n"
    return Evidence(
        id=means.names.new("EV"),
        kind=EvidenceKind.PROBE if seen.source == "probe" else EvidenceKind.METRICS,
        source=seen.source,
        query=one_line(seen.query, 2000),
        content=content,
        sha256=digest(content),
        collected_at=means.clock.now(),
        omitted=len(lines),
    )


def _collected(evidence: Evidence, seen: Seen) -> EvidenceCollected:
    return EvidenceCollected(
        evidence_id=evidence.id,
        source=evidence.source,
        query=evidence.query,
        sha256=evidence.sha256,
        summary=one_line(seen.reading.said, 300),
    )
