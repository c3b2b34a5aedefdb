"""What must be said about a response that is late, or does not get any further. Pure; asked by `response` at every look."""

from datetime import datetime, timedelta

from pydantic import Field

from tocsin.model.acts import STUCK, Flagged, LineEnded
from tocsin.model.ground import Severity, Value
from tocsin.model.incident import Incident
from tocsin.model.move import Happening, Move, Tell, Wait
from tocsin.model.plain import one_line, spell
from tocsin.model.standing import Line
from tocsin.model.state import State
from tocsin.model.triage import NEXT_ACTION

ACTOR = "role:commander"
URGENT = (Severity.SEV1, Severity.SEV2)
DECLARATION_LATE = "declaration_late"
TRIAGE_LATE = "triage_late"
LINE_ENDED = "line_ended"


class ProgressSettings(Value):
    """Section `progress`: the time-boxes of a response, in minutes."""

    acknowledge_minutes: float = Field(default=5, gt=0, le=1440)
    """A SEV1 or SEV2 that nobody has acknowledged by then is flagged."""
    triage_minutes: float = Field(default=15, gt=0, le=1440)
    """By then the four questions of triage are answered on the record."""
    silent_minutes: float = Field(default=15, gt=0, le=1440)
    """A SEV1 or SEV2 on which no person has done anything for so long is stuck."""
    stuck_lines: int = Field(default=2, ge=1, le=20)
    """So many lines of investigation without a finding, and the team is stuck."""


def due(incident: Incident, now: datetime, rules: ProgressSettings) -> Move | None:
    """What is to be said now, else when to look again."""
    if not incident.is_open or incident.declared_at is None:
        return None
    moves = (
        _line(incident, now),
        _stuck_by_lines(incident, rules),
        _stuck_by_silence(incident, now, rules),
        _declaration(incident, now, rules),
        _triage(incident, now, rules),
    )
    told = next((one for one in moves if isinstance(one, Tell)), None)
    later = [one.until for one in moves if isinstance(one, Wait) and one.until]
    return told or (Wait(until=min(later)) if later else None)


def _declaration(incident: Incident, now: datetime, rules: ProgressSettings) -> Move | None:
    """Acknowledged within five minutes?"""
    if incident.acknowledged_at or incident.severity not in URGENT or incident.declared_at is None:
        return None
    text = f"Nobody has acknowledged this {incident.severity} within {rules.acknowledge_minutes:g} minutes."
    return _once(incident, DECLARATION_LATE, incident.declared_at, rules.acknowledge_minutes, now, text)


def _triage(incident: Incident, now: datetime, rules: ProgressSettings) -> Move | None:
    """Triaged, and its four questions answered, within fifteen minutes?"""
    if incident.declared_at is None or (missing := _unanswered(incident)) == "":
        return None
    text = f"Triage is not done after {rules.triage_minutes:g} minutes: {missing}"
    return _once(incident, TRIAGE_LATE, incident.declared_at, rules.triage_minutes, now, text)


def _unanswered(incident: Incident) -> str:
    """What triage still owes, or ""."""
    if incident.triaged_at is None:
        return "type and severity are not decided."
    if incident.next_action is not None or incident.severity not in URGENT:
        open_ones = [one.question for one in incident.answers if not one.answer.strip() and one.question != NEXT_ACTION]
    else:
        return "there is no next action with one owner."
    return " ".join(open_ones)


def _once(incident: Incident, code: str, since: datetime, minutes: float, now: datetime, text: str) -> Move | None:
    if any(flag.code == code for flag in incident.flags):
        return None
    at = since + timedelta(minutes=minutes)
    if now < at:
        return Wait(until=at)
    return Tell(key=f"flag:{code}", events=(_flag(code, text),))


def _line(incident: Incident, now: datetime) -> Move | None:
    """The first line of investigation whose time is over; it ends without a finding, and people are asked to think again."""
    going = sorted((one for one in incident.lines if one.ended_at is None), key=lambda one: one.until)
    if not going:
        return None
    line = going[0]
    if now < line.until:
        return Wait(until=line.until)
    spent = spell(line.until - line.opened_at)
    text = one_line(
        f"We tried [{one_line(line.question, 300)}] for {spent}, it did not move us forward. "
        f"{line.owner}: re-evaluate. Go on with it on purpose, or take another line.",
        600,
    )
    ended = Happening(actor=ACTOR, body=LineEnded(line_id=line.id))
    return Tell(key=f"line:{line.id}", events=(ended, _flag(LINE_ENDED, text)))


def _stuck_by_lines(incident: Incident, rules: ProgressSettings) -> Move | None:
    """So many lines led nowhere since the last one that found something, and since this was last said."""
    ended = sorted((one for one in incident.lines if one.ended_at), key=_end)
    since = max((flag.at for flag in incident.flags if flag.code == STUCK), default=None)
    barren: list[Line] = []
    for line in ended:
        fresh = since is None or _end(line) > since
        barren = [] if line.finding else [*barren, line] if fresh else barren
    if len(barren) < rules.stuck_lines or _calming(incident):
        return None
    tried = "; ".join(one_line(one.question, 120) for one in barren)
    text = f"Stuck: {len(barren)} lines of investigation led nowhere ({tried}). Somebody with fresh eyes is needed."
    return Tell(key=f"stuck:{barren[-1].id}", events=(_flag(STUCK, one_line(text, 600)),))


def _end(line: Line) -> datetime:
    return line.ended_at or line.until


def _stuck_by_silence(incident: Incident, now: datetime, rules: ProgressSettings) -> Move | None:
    """No person has done or said anything for a while. Said once for each silence."""
    heard = incident.last_person_at or incident.declared_at
    if incident.severity not in URGENT or heard is None or _calming(incident):
        return None
    said = any(flag.code == STUCK and flag.at > heard for flag in incident.flags)
    at = heard + timedelta(minutes=rules.silent_minutes)
    if said:
        return None
    if now < at:
        return Wait(until=at)
    text = f"Stuck: no person has done anything on this {incident.severity} for {rules.silent_minutes:g} minutes."
    return Tell(key=f"stuck:silence:{int(heard.timestamp())}", events=(_flag(STUCK, text),))


def _calming(incident: Incident) -> bool:
    """While an incident is only watched, silence is what everybody hopes for."""
    return incident.state is State.MONITORING or incident.mitigated_at is not None


def _flag(code: str, text: str) -> Happening:
    return Happening(actor=ACTOR, body=Flagged(code=code, text=text))
