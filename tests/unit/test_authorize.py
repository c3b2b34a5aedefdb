"""Who may ask for what: the whole matrix, written here a second time, and nothing granted by default."""

import pytest

from tocsin.errors import Denied
from tocsin.guard.authorize import actor_of, authorize
from tocsin.model.identity import Principal, Right, Role

DECLARED = {
    Role.VIEWER: {"read"},
    Role.RESPONDER: {"read", "stop", "declare", "respond", "propose"},
    Role.COMMUNICATOR: {"read", "stop", "respond", "communicate"},
    Role.COMMANDER: {"read", "stop", "declare", "respond", "propose", "command"},
    Role.APPROVER: {"read", "stop", "approve", "break_glass"},
    Role.ADMIN: {"read", "stop", "declare", "respond", "propose", "command", "communicate", "administer"},
}


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("right", list(Right))
def test_a_role_has_exactly_the_rights_declared_for_it(role, right):
    principal = Principal(id="ada@example.com", roles=frozenset({role}))
    if right in DECLARED[role]:
        authorize(principal, right)
        return
    with pytest.raises(Denied) as refused:
        authorize(principal, right)
    assert "ada@example.com" in refused.value.what
    assert "roles" in refused.value.do


@pytest.mark.parametrize("right", list(Right))
def test_nobody_and_somebody_without_a_role_may_nothing(right):
    for nobody in (None, Principal(id="eve@example.com", roles=frozenset())):
        with pytest.raises(Denied):
            authorize(nobody, right)


def test_several_roles_add_up():
    both = Principal(id="bob@example.com", roles=frozenset({Role.VIEWER, Role.APPROVER}))
    authorize(both, Right.APPROVE)
    with pytest.raises(Denied):
        authorize(both, Right.COMMAND)


def test_events_tell_people_from_roles_of_ours():
    assert actor_of(Principal(id="ada@example.com", roles=frozenset())) == "person:ada@example.com"
    assert actor_of(Principal(id="remediator", roles=frozenset(), via="machine")) == "role:remediator"
