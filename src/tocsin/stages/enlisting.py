"""Enlisting: people let remote agents in, accept what one newly says of itself, and let one go. Called by API and CLI.

Whoever may not is told so before anything is read anywhere. A card is read first; then the act is one transaction.
"""

from collections.abc import Callable
from dataclasses import dataclass

from pydantic import Field

from tocsin.errors import DataError, NotFound
from tocsin.guard.attempt import Attempt
from tocsin.guard.authorize import authorize
from tocsin.model.ground import Value
from tocsin.model.identity import Principal, Right
from tocsin.ports import AgentCard, AgentName, Ledger, Registration, Sign, Transport
from tocsin.roles.agents.roster import KIND, SIGNS, Roster, document_of, keep_signs, registrations, signs_of


class Enlist(Value):
    """Who is to be let in: the name that documents use, where its card is read, and which secret it is spoken to with."""

    name: AgentName
    url: str = Field(min_length=1, max_length=500)
    transport: Transport | None = None
    secret: str = Field(default="", max_length=100)
    """Its name in `agents.secrets`."""


class Enlisted(Value):
    """A registered agent as people see it: what it plays, how it is reached, and whether it lives."""

    name: str
    url: str
    title: str
    transport: Transport
    roles: tuple[str, ...]
    version: str
    digest: str
    by: str
    sign: Sign | None = None

    @property
    def health(self) -> str:
        """In a word."""
        return "not asked yet" if self.sign is None else "well" if not self.sign.failure else self.sign.failure

    @classmethod
    def of(cls, kept: Registration, sign: Sign | None) -> "Enlisted":
        """One registration with its sign of life."""
        card = kept.card
        return cls(
            name=kept.name,
            url=kept.url,
            title=card.title,
            transport=card.transport,
            roles=card.roles,
            version=card.version,
            digest=card.digest,
            by=kept.by,
            sign=sign,
        )


@dataclass(frozen=True, slots=True)
class Office:
    """Where one person does these things."""

    roster: Roster
    principal: Principal
    attempt: Callable[[Ledger], Attempt]

    async def enlist(self, asked: Enlist) -> Enlisted:
        """Reads the card and takes the agent in. Raises Denied, DataError for its address, SourceError for its card."""
        authorize(self.principal, Right.ADMINISTER)
        card = await self.roster.lines.reach(asked.name, asked.url, asked.transport, asked.secret).card()
        return await self.roster.store.write(lambda ledger: enlist(self.attempt(ledger), asked, card))

    async def accept(self, name: str) -> Enlisted:
        """Reads the card anew and accepts it. Raises Denied, NotFound, SourceError."""
        authorize(self.principal, Right.ADMINISTER)
        kept = await self.roster.store.read(lambda ledger: find(ledger, name))
        card = await self.roster.lines.reach(name, kept.url, kept.card.transport, kept.secret).card()
        return await self.roster.store.write(lambda ledger: accept(self.attempt(ledger), name, card))

    async def let_go(self, name: str) -> None:
        """Raises Denied, NotFound."""
        await self.roster.store.write(lambda ledger: let_go(self.attempt(ledger), name))

    async def check(self) -> list[Enlisted]:
        """Everyone, asked for a sign of life just now. Raises Denied."""
        authorize(self.principal, Right.RESPOND)
        await self.roster.check()
        return await self.roster.store.read(enlisted)


def enlist(attempt: Attempt, asked: Enlist, card: AgentCard) -> Enlisted:
    """Takes the agent in under this card. One of the same name is replaced. Raises Denied, DataError."""
    authorize(attempt.principal, Right.ADMINISTER)
    if not card.plays:
        raise DataError(f"the card of {asked.name} names no skill.", "Its skills' ids are the roles it plays.")
    kept = Registration(
        name=asked.name, url=asked.url, secret=asked.secret, card=card, by=attempt.actor, at=attempt.now
    )
    return _taken(attempt, kept)


def accept(attempt: Attempt, name: str, card: AgentCard) -> Enlisted:
    """What it newly says of itself counts from now on. Raises Denied, NotFound."""
    authorize(attempt.principal, Right.ADMINISTER)
    before = find(attempt.ledger, name)
    return _taken(attempt, before.model_copy(update={"card": card, "by": attempt.actor, "at": attempt.now}))


def let_go(attempt: Attempt, name: str) -> None:
    """It gets no task any more. Raises Denied, NotFound."""
    authorize(attempt.principal, Right.ADMINISTER)
    find(attempt.ledger, name)
    attempt.ledger.documents.remove(KIND, name)
    attempt.ledger.documents.remove(SIGNS, name)


def enlisted(ledger: Ledger) -> list[Enlisted]:
    """Everyone, by name."""
    signs = signs_of(ledger)
    return [Enlisted.of(one, signs.get(one.name)) for one in registrations(ledger)]


def find(ledger: Ledger, name: str) -> Registration:
    """Raises NotFound."""
    found = next((one for one in registrations(ledger) if one.name == name), None)
    if found is None:
        raise NotFound(f"there is no agent {name[:80]!r}.", "List them with `tocsin agents list`.")
    return found


def _taken(attempt: Attempt, kept: Registration) -> Enlisted:
    """Its card was read just now: that was a sign of life."""
    attempt.ledger.documents.put(document_of(kept))
    sign = Sign(name=kept.name, seen_at=attempt.now, asked_at=attempt.now)
    keep_signs(attempt.ledger, [sign])
    return Enlisted.of(kept, sign)
