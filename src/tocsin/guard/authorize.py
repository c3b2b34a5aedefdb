"""The one question of who may ask for what. Every caller passes here: API, command line, tool, screens. Deny by default.

What each role may do is the table in `model.identity`; this only says no, in words.
"""

from tocsin.errors import Denied
from tocsin.model.identity import RIGHTS, Principal, Right
from tocsin.model.incident import Incident

_WHAT = {
    Right.READ: "look at incidents",
    Right.DECLARE: "declare incidents",
    Right.RESPOND: "work on incidents",
    Right.COMMAND: "command incidents",
    Right.PROPOSE: "ask for steps to be run",
    Right.APPROVE: "approve steps",
    Right.BREAK_GLASS: "break the glass",
    Right.COMMUNICATE: "publish messages",
    Right.STOP: "stop all actions",
    Right.ADMINISTER: "administer this installation",
}
MACHINE = "machine"
"""`Principal.via` of a role of ours."""


def authorize(principal: Principal | None, right: Right, incident: Incident | None = None) -> None:
    """Returns when that principal holds that right, here and now. Raises Denied with what to do.

    `incident` is only named in the answer today: rights are the same on all incidents.
    """
    if principal is not None and principal.may(right):
        return
    who = principal.id if principal else "nobody in particular"
    where = f" on {incident.id}" if incident else ""
    roles = ", ".join(sorted(role for role, rights in RIGHTS.items() if right in rights))
    raise Denied(f"{who} may not {_WHAT[right]}{where}.", f"Ask somebody with one of the roles: {roles}.")


def actor_of(principal: Principal) -> str:
    """How events name them: a person, or a role of ours."""
    return f"role:{principal.id}" if principal.via == MACHINE else principal.actor
