"""A named person's word for a value that no catalogue lists: on this incident only, for a slot that its fix truly lacks.

Called by the API and the command line. It lets a step be rendered, and loosens nothing else: the value has the shape of its type,
what it reaches is still only what `executors` names, no step with it runs by itself, and whoever vouched never approves it alone.
"""

from tocsin.errors import Denied, NotNow
from tocsin.guard.authorize import MACHINE, actor_of, authorize
from tocsin.library.runbook import ParameterType
from tocsin.model.acts import ValueVouched
from tocsin.model.identity import NOBODYS, Principal, Right
from tocsin.model.incident import Incident
from tocsin.model.plain import one_line
from tocsin.ports import Ledger
from tocsin.stages.remediate.permit import Means, incident_of, say
from tocsin.stages.remediate.slots import Unfilled, shaped


async def vouch(means: Means, incident_id: str, *, by: Principal, slot: str, value: str, reason: str) -> Incident:
    """Records it; the loop then looks at the fix again. Raises Denied, NotNow, and Unfilled for a slot that nothing lacks."""

    def work(ledger: Ledger) -> Incident:
        incident = incident_of(ledger, incident_id)
        _must_be_named(by)
        if not incident.is_open:
            raise NotNow(f"{incident_id} is {incident.state}; nothing is done on it any more.", "Re-open it first.")
        kind = _lacked(incident, slot)
        given = str(shaped(slot, kind, value))
        body = ValueVouched(slot=slot, type=kind, value=given, reason=one_line(means.clean(reason), 300))
        say(ledger, incident_id, actor_of(by), means.clock.now(), body)
        return incident_of(ledger, incident_id)

    return await means.store.write(work)


def _must_be_named(by: Principal) -> None:
    """A commander, by name: neither a role of ours nor a program, and nobody who called without saying who they are."""
    authorize(by, Right.COMMAND)
    if by.via == MACHINE or (by.id in NOBODYS and not by.may(Right.APPROVE)):
        raise Denied("To vouch takes a name.", "Use your own token; `tocsin token create` makes one.")


def _lacked(incident: Incident, slot: str) -> ParameterType:
    """The type of a slot that the fix lacks, or has by somebody's word already."""
    kinds = {one.slot: one.type for one in incident.vouched} | {one.slot: one.type for one in incident.missing}
    if slot not in kinds:
        lacking = ", ".join(one.slot for one in incident.missing) or "nothing"
        raise Unfilled(f"The fix of {incident.id} does not lack {slot[:60]}.", f"It lacks: {lacking}.")
    return ParameterType(kinds[slot])
