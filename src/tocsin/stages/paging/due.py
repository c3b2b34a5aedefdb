"""What paging would do now: the first call, the next level, whoever owes an answer, or the word that nobody is needed. Pure."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import NamedTuple

from tocsin.model.action import Mode
from tocsin.model.acts import STUCK, Paged, Posted, Unpaged
from tocsin.model.ground import Severity
from tocsin.model.incident import Incident
from tocsin.model.move import Happening, Letter, Move, Tell, Wait
from tocsin.model.plain import one_line
from tocsin.model.rota import OnCall
from tocsin.model.standing import Action, ActionState, Page

ACTOR = "role:commander"
URGENT = (Severity.SEV1, Severity.SEV2)
"""Only these wake people, and are escalated until somebody acknowledges."""
EVERYONE = "oncall:all"
APPROVER, WITNESS = "role:approver:", "role:responder:"
"""Who is called for an answer about one action: whoever may say yes to it, whoever can look what became of it."""
UNANSWERED = f"{EVERYONE}:"
"""Everybody, for a yes that those who may give it have not answered."""


def due(incident: Incident, now: datetime, rules: OnCall, mode: Mode = Mode.PROPOSE) -> Iterator[Move]:
    """Calls, the most urgent first, and when to look again. No call waits for another one's turn."""
    asked: tuple[Move | None, ...]
    if not incident.is_open:
        asked = (_nobody_needed(incident, mode),)
    elif incident.severity is None or incident.triage is None:
        return
    else:
        asked = (
            _first(incident, now, rules, mode),
            _next_level(incident, now, rules, mode),
            _stuck(incident, now, rules, mode),
            _awaited(incident, now, rules, mode),
        )
    yield from (one for one in asked if one is not None)


def _first(incident: Incident, now: datetime, rules: OnCall, mode: Mode) -> Move | None:
    """Whom routing names for this severity, and who is not called yet: a raised severity calls more people."""
    wanted = incident.triage.notify if incident.triage else ()
    called = {page.target for page in _called(incident, mode)}
    for target in wanted:
        said = f"{incident.severity}: {one_line(incident.title, 120)}"
        if _is_person(target) and target not in called and incident.severity in URGENT:
            return _call(incident, now, rules, mode, target, 0, said)
        if target.startswith("#") and target not in incident.posted:
            return _post(incident, target, said, sent=rules.chat and mode is not Mode.OBSERVE)
    return None


def _post(incident: Incident, target: str, said: str, *, sent: bool) -> Move:
    """A word in a channel: nobody is woken, nobody has to acknowledge."""
    payload = {"incident": incident.id, "target": target, "text": said, "severity": str(incident.severity)}
    key = f"post:{target}"
    letters = (Letter(key=f"{incident.id}:{key}", kind="channel", payload=payload),) if sent else ()
    return Tell(
        key=key, events=(Happening(actor=ACTOR, body=Posted(target=target, text=said, sent=sent)),), letters=letters
    )


def _next_level(incident: Incident, now: datetime, rules: OnCall, mode: Mode) -> Move | None:
    """Unacknowledged for too long: the next level, and after the last one everybody."""
    called = _called(incident, mode)
    if incident.severity not in URGENT or incident.acknowledged_at or not called:
        return None
    newest = max(called, key=lambda page: page.at)
    level = max(page.level for page in called) + 1
    target = _above(incident, rules, level, mode)
    if target is None:
        return None
    at = newest.at + timedelta(minutes=rules.acknowledge_minutes)
    if now < at:
        return Wait(until=at)
    waited = f"nobody acknowledged within {rules.acknowledge_minutes:g} minutes"
    return _call(
        incident, now, rules, mode, target, level, f"{incident.severity} {waited}: {one_line(incident.title, 90)}"
    )


def _called(incident: Incident, mode: Mode) -> tuple[Page, ...]:
    """Calls that count. Once people may be called again, a call that was only written down has reached nobody."""
    return tuple(page for page in incident.pages if mode is Mode.OBSERVE or not page.observed)


def _above(incident: Incident, rules: OnCall, level: int, mode: Mode) -> str | None:
    """Whom that level calls; None when everybody is called already."""
    ladder = [f"oncall:{number}" for number in range(2, len(rules.levels(incident.service)) + 1)] + [EVERYONE]
    target = ladder[level - 1] if level <= len(ladder) else None
    if any(page.target == EVERYONE for page in _called(incident, mode)) and target != EVERYONE:
        return None  # everybody was called at once; there is no next level
    return target


def _stuck(incident: Incident, now: datetime, rules: OnCall, mode: Mode) -> Move | None:
    """A team that is stuck gets the next level, once for each time it is stuck, acknowledged or not."""
    said = [flag for flag in incident.flags if flag.code == STUCK]
    if not said or incident.severity not in URGENT or any(page.at >= said[-1].at for page in incident.pages):
        return None
    level = max((page.level for page in _called(incident, mode)), default=0) + 1
    target = _above(incident, rules, level, mode)
    return None if target is None else _call(incident, now, rules, mode, target, level, one_line(said[-1].text, 200))


def _awaited(incident: Incident, now: datetime, rules: OnCall, mode: Mode) -> Move | None:
    """A person's answer that is waited for too long calls those who can give it: the oldest question first."""
    if incident.severity not in URGENT:
        return None
    called = {page.target for page in _called(incident, mode)}
    patience = timedelta(minutes=rules.approval_minutes)
    asked = [one for action in incident.actions for one in _questions(incident, action, patience)]
    left = [one for one in asked if one.target not in called]
    if not left:
        return None
    oldest = min(left, key=lambda one: one.at)
    return (
        Wait(until=oldest.at) if now < oldest.at else _call(incident, now, rules, mode, oldest.target, 0, oldest.text)
    )


class _Question(NamedTuple):
    """Whom an action waits for, when they are called, and for what."""

    target: str
    at: datetime
    text: str


def _questions(incident: Incident, action: Action, patience: timedelta) -> Iterator[_Question]:
    """A yes that is missing: those who may give it, then everybody. Or an outcome that nobody knows, and somebody must look up."""
    step = one_line(action.step.text, 90)
    if action.state is ActionState.REQUESTED and len(action.approvals) < action.verdict.approvals_needed:
        text = f"{incident.id} waits for approval: {step}"
        yield _Question(f"{APPROVER}{action.id}", action.requested_at + patience, text)
        yield _Question(f"{UNANSWERED}{action.id}", action.requested_at + 2 * patience, text)
    if action.state is ActionState.UNKNOWN and action.started_at is not None:
        text = f"{incident.id}: did it happen? Nobody knows the outcome of: {step}"
        yield _Question(f"{WITNESS}{action.id}", action.started_at + patience, text)


def _nobody_needed(incident: Incident, mode: Mode) -> Move | None:
    """Those still called are told that it is over."""
    open_calls = [page for page in incident.pages if not page.over]
    if not open_calls:
        return None
    events = tuple(Happening(actor=ACTOR, body=Unpaged(target=page.target, key=page.key)) for page in open_calls)
    silent = mode is Mode.OBSERVE or all(page.observed for page in open_calls)
    letters = () if silent else _last_words(incident)
    return Tell(key=f"unpage:{len(incident.pages)}", events=events, letters=letters)


def _last_words(incident: Incident) -> tuple[Letter, ...]:
    """How it ended, as a note for whoever looks at the call later, and the end of the call."""
    ended = (
        incident.close_reason or (incident.diagnosis.root_cause if incident.diagnosis else "") or str(incident.state)
    )
    note = {"incident": incident.id, "text": f"{incident.id} is over: {one_line(ended, 300)}"}
    return (
        Letter(key=f"note:{incident.id}:{len(incident.pages)}", kind="note", payload=note),
        Letter(key=f"unpage:{incident.id}:{len(incident.pages)}", kind="unpage", payload={"incident": incident.id}),
    )


def _call(incident: Incident, now: datetime, rules: OnCall, mode: Mode, target: str, level: int, reason: str) -> Move:
    """The call as an event, and as a letter for whoever delivers it; in observe mode only as what would have been done."""
    before = sum((page.level, page.target) == (level, target) for page in incident.pages)  # written down, not called
    key = f"page:{level}:{target}" + (f":{before}" if before else "")
    behind = _people(incident, rules, target, now)
    people = [one for one in behind if one not in incident.people]
    observed = mode is Mode.OBSERVE
    reaches = bool(people) or not rules.rotas
    why = reason if reaches else f"{reason} ({'they are on it already' if behind else 'nobody is listed for it'})"
    paged = Paged(
        target=target, reason=why, level=level, key=f"{incident.id}:{key}", observed=observed, people=tuple(behind)
    )
    page = Happening(actor=ACTOR, body=paged)
    if observed:
        return Tell(key=key, events=(page,))
    payload = {
        "incident": incident.id,
        "target": target,
        "people": ", ".join(people),
        "text": reason,
        "severity": str(incident.severity),
    }
    letters = (Letter(key=f"{incident.id}:{key}", kind="page", payload=payload),) if reaches else ()
    return Tell(key=key, events=(page,), letters=letters)


def _people(incident: Incident, rules: OnCall, target: str, now: datetime) -> tuple[str, ...]:
    if target.startswith(APPROVER):
        return rules.directory.get("approver", ()) or rules.who("oncall:primary", now, incident.service)
    if target.startswith(UNANSWERED):
        return rules.who(EVERYONE, now, incident.service)
    if target.startswith(WITNESS):
        return rules.who("oncall:primary", now, incident.service)
    return rules.who(target, now, incident.service)


def _is_person(target: str) -> bool:
    return target.startswith(("oncall:", "role:"))
