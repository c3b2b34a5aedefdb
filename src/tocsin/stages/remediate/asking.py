"""Questions that only a person can answer: what became of a step nobody knows the outcome of, and a step done by hand. Pure.

Used by `perform`, which puts them on the timeline in the transaction of the event that raises them: so no crash can lose one.
"""

from tocsin.model import acts
from tocsin.model.acts import Seat
from tocsin.model.event import Body
from tocsin.model.identity import name_of
from tocsin.model.incident import Incident
from tocsin.model.plain import one_line
from tocsin.model.standing import Action

OUTCOME_UNKNOWN = "outcome_unknown"
"""The flag that asks a person to look; the step's service stays untouched until they have said."""


def by_hand(incident: Incident, action: Action) -> acts.NextActionSet:
    """A step for hands, whose it is, and how its end is said: its text is what was shown to those who approved it."""
    told = one_line(action.rehearsal.said if action.rehearsal else action.step.text, 400)
    answer = f"Then say: tocsin confirm {incident.id} {action.id} --happened"
    return acts.NextActionSet(text=f"{action.id}: {told} {answer}", owner=_owner(incident))


def unknown(incident: Incident, action: Action, why: str) -> tuple[Body, ...]:
    """The outcome is unknown, and a person is asked: in the open, by name, with the words to answer in."""
    where = ", ".join(action.step.targets) or action.step.service or "the target"
    look = f"Look at {where}: did it happen? {action.step.text}"
    answer = f"`tocsin confirm {incident.id} {action.id} --happened` or `--did-not-happen`, with --said"
    flag = acts.Flagged(
        code=OUTCOME_UNKNOWN,
        text=one_line(f"{action.id} ({action.step.name}): {why} {look} It is not run again. Say {answer}.", 900),
    )
    ask = acts.NextActionSet(text=one_line(f"{action.id}: {look}", 500), owner=_owner(incident))
    return acts.ActionUnknown(action_id=action.id, why=one_line(why, 500)), flag, ask


def _owner(incident: Incident) -> str:
    """Whoever leads the technical work, else whoever took the incident, else whoever is on call."""
    lead = incident.seats.get(Seat.TECHNICAL_LEAD) or name_of(incident.acknowledged_by)
    return lead or "oncall:primary"
