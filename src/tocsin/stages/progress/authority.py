"""The notification clock: once accessed data is on record, whoever the law names must be told in time. Pure; asked by `response`.

It runs over the end of the incident. People are reminded before, and told when it has passed; only a person stops it.
"""

from datetime import datetime, timedelta

from tocsin.guard.seeing import SecurityRules, insiders
from tocsin.model.action import Mode
from tocsin.model.acts import AUTHORITY_DUE, AUTHORITY_LATE, Flagged
from tocsin.model.incident import Incident
from tocsin.model.move import Happening, Letter, Move, Tell, Wait
from tocsin.model.plain import minute, spell

ACTOR = "role:commander"


def authority(incident: Incident, now: datetime, rules: SecurityRules, mode: Mode = Mode.PROPOSE) -> Move | None:
    """The reminder that is due, else when the next one is."""
    access = incident.narrative.data_access
    if access is None or not incident.owes_authority:
        return None
    marks = sorted({access.notify_by - timedelta(hours=hours) for hours in rules.remind_hours} | {access.notify_by})
    passed, ahead = [one for one in marks if one <= now], [one for one in marks if one > now]
    following = ahead[0] if ahead else None
    if not passed:
        return Wait(until=following)
    return _told(incident, access.notify_by, passed[-1], now, mode).model_copy(update={"again_at": following})


def _told(incident: Incident, notify_by: datetime, mark: datetime, now: datetime, mode: Mode) -> Tell:
    """Words that name no data: they go out to people's telephones."""
    late = mark == notify_by
    left = f"{spell(notify_by - now)} left" if now < notify_by else "the time is over"
    text = f"Accessed data is on record: the authorities must be told by {minute(notify_by)} ({left})."
    flag = Flagged(code=AUTHORITY_LATE if late else AUTHORITY_DUE, text=text)
    key = f"authority:{int(mark.timestamp())}"
    letters = () if mode is Mode.OBSERVE else (_call(incident, key, text),)
    return Tell(key=key, events=(Happening(actor=ACTOR, body=flag),), letters=letters)


def _call(incident: Incident, key: str, text: str) -> Letter:
    payload = {
        "incident": incident.id,
        "target": "role:security",
        "people": ", ".join(sorted(insiders(incident))),
        "text": f"{incident.id}: {text}",
        "severity": str(incident.severity or "SEV2"),
    }
    return Letter(key=f"{incident.id}:{key}", kind="page", payload=payload)
