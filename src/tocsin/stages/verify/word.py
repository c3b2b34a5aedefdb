"""A person's word on whether a step helped: for steps that no probe can judge. Called by the API and the command line.

In one write transaction of the caller's; the caller wakes the response when that is committed.
"""

from datetime import datetime

from tocsin.errors import Denied, NotFound, NotNow
from tocsin.guard.authorize import MACHINE, actor_of, authorize
from tocsin.model.acts import ActionVerified
from tocsin.model.identity import Principal, Right
from tocsin.model.incident import Incident
from tocsin.model.plain import one_line
from tocsin.model.standing import ActionState
from tocsin.ports import Ledger

_TOLD = frozenset({ActionState.DONE, ActionState.VERIFIED, ActionState.DISPROVED})


def say_whether_it_helped(
    ledger: Ledger, incident_id: str, action_id: str, *, by: Principal, helped: bool, said: str, now: datetime
) -> Incident:
    """Records it; a person may also overrule what a probe said. Raises Denied, NotFound, NotNow."""
    incident = ledger.incidents.get(incident_id)
    authorize(by, Right.RESPOND, incident)
    if by.via == MACHINE:
        raise Denied("This is asked of a person.", "Say it with your own token.")
    action = next((one for one in incident.actions if one.id == action_id), None) if incident else None
    if incident is None or action is None:
        raise NotFound(
            f"There is no action {action_id[:80]!r} of {incident_id[:80]!r}.", "List them with `tocsin show`."
        )
    if action.state not in _TOLD or not incident.is_open:
        raise NotNow(f"{action_id} is {action.state}, the incident {incident.state}.", "Say it once the step is done.")
    body = ActionVerified(action_id=action_id, passed=helped, said=one_line(f"{by.id} says: {said}", 500))
    ledger.timeline.append(incident_id, body, actor=actor_of(by), at=now)
    return ledger.incidents.get(incident_id) or incident
