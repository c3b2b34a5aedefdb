"""Who is asking: people, their roles, and what each role may do. Values and one table; `guard.authorize` asks it."""

import re
import unicodedata
from enum import StrEnum

from tocsin.model.ground import Time, Value


class Role(StrEnum):
    """What a person may be on an installation. One person may hold several."""

    VIEWER = "viewer"
    RESPONDER = "responder"
    COMMUNICATOR = "communicator"
    COMMANDER = "commander"
    APPROVER = "approver"
    ADMIN = "admin"


class Right(StrEnum):
    """What can be asked for."""

    READ = "read"
    DECLARE = "declare"
    RESPOND = "respond"  # acknowledge, note, hypotheses, lines, next action, mitigated
    COMMAND = "command"  # severity, roles, all-clear, re-open, merge, close
    PROPOSE = "propose"  # ask for a step to be run
    APPROVE = "approve"
    BREAK_GLASS = "break_glass"
    COMMUNICATE = "communicate"
    STOP = "stop"  # the global stop switch
    ADMINISTER = "administer"  # tokens, silences, replays


_EVERYONE = frozenset({Right.READ, Right.STOP})
_RESPONDER = _EVERYONE | {Right.DECLARE, Right.RESPOND, Right.PROPOSE}
RIGHTS: dict[Role, frozenset[Right]] = {
    Role.VIEWER: frozenset({Right.READ}),
    Role.RESPONDER: _RESPONDER,
    Role.COMMUNICATOR: _EVERYONE | {Right.RESPOND, Right.COMMUNICATE},
    Role.COMMANDER: _RESPONDER | {Right.COMMAND},
    Role.APPROVER: _EVERYONE | {Right.APPROVE, Right.BREAK_GLASS},
    Role.ADMIN: frozenset(Right) - {Right.APPROVE, Right.BREAK_GLASS},
}
"""An administrator runs the installation and approves nothing: approving is a role of its own."""


class Principal(Value):
    """Whoever is asking, authenticated: a person by e-mail address, the roles in force, and how they proved it."""

    id: str
    roles: frozenset[Role]
    via: str = "token"
    """`token`, `slack`, `local` (at this machine), `service` (the installation's own credential) or `machine` (a role of ours)."""

    def may(self, right: Right) -> bool:
        """True when one of the roles holds that right."""
        return any(right in RIGHTS[role] for role in self.roles)

    @property
    def actor(self) -> str:
        """How events name them: a person, unless a program calls with the service's own credential."""
        return f"service:{self.id}" if self.via == "service" else f"{PERSON}{self.id}"


class Token(Value):
    """An API token as kept: never the token itself, only its SHA-256 and a prefix people can recognise."""

    id: str
    sha256: str
    prefix: str
    person: str
    roles: frozenset[Role]
    created_at: Time
    expires_at: Time
    revoked_at: Time | None = None
    last_used_at: Time | None = None


PERSON = "person:"
"""What an actor begins with that is a person."""
_PERSON = re.compile(r"[\w.+@-]{1,200}")


def name_of(actor: str) -> str:
    """A person's name without the word before it that events carry; any other actor, and a bare name, as it is."""
    return actor.removeprefix(PERSON)


def is_person(actor: str) -> bool:
    """An event's actor that is a person, and not a role, a source or the system."""
    return actor.startswith(PERSON) and len(actor) > len(PERSON)


def person_id(text: str) -> str:
    """One person, one spelling: an e-mail address or a login, in lower case, however it was typed.

    Raises ValueError for anything that could be two people, or nobody.
    """
    name = unicodedata.normalize("NFKC", text.strip()).lower()
    if not _PERSON.fullmatch(name):
        raise ValueError(f"{text[:80]!r} is not one person's name")
    return name


LOCAL_OPERATOR = Principal(id="local-operator", roles=frozenset(Role), via="local")
"""Whoever sits at the machine and runs `respond` or `demo`. Every event says so."""
LOCAL_CALLER = Principal(id="local-operator", roles=frozenset(Role) - {Role.APPROVER}, via="local")
"""Whoever calls the service from this machine while no token is set: everything but approving, which takes a name."""
SERVICE = Principal(id="serve.token", roles=frozenset({Role.VIEWER, Role.RESPONDER}), via="service")
"""Whoever holds the one token of the configuration: a program of ours, no person. It reads and responds; it never approves."""
NOBODYS = frozenset({LOCAL_OPERATOR.id, SERVICE.id})
"""Names that no person may carry."""
