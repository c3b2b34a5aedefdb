"""The roster: which remote agents people have let in, under which card, and whether they live. Asked before every task.

A card is pinned by its hash when the agent is registered, or first read where the configuration declares it. An agent that says
something else of itself gets no task until a person has accepted that too: it fails closed.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from tocsin.errors import PlayerFailed, SourceError, TocsinError
from tocsin.ports import AgentCard, Clock, KeptDocument, Ledger, Lines, Registration, RemoteAgent, Sign, Store

KIND, SIGNS = "agent", "agent-sign"
"""Kinds of the kept documents: registrations, and the last sign of life of each."""
SECONDS, CHARACTERS = 20.0, 100_000
BY_CONFIGURATION = "system: declared in the configuration"


@dataclass(frozen=True, slots=True)
class Roster:
    """The agents of this installation, and the lines to them."""

    store: Store
    lines: Lines
    clock: Clock
    seconds: float = SECONDS
    """What an agent has for a task, unless its document says less."""
    characters: int = CHARACTERS
    """What is sent of evidence with a task."""

    async def agent(self, name: str, role: str) -> RemoteAgent:
        """The line to one that may be given a task now. Raises PlayerFailed, SourceError when it does not show its card."""
        kept = await self._registered(name)
        if kept.card.capability(role) is None:
            what = f"agent {name} plays {', '.join(kept.card.roles) or 'nothing'}, not {role}."
            raise PlayerFailed(what, "Correct the document.", code="TCS-AGENT-ROLE")
        line = self._line(kept)
        await self._unchanged(kept, line)
        return line

    async def check(self) -> list[Sign]:
        """Asks everyone for a sign of life, all at once, and keeps what came."""
        names = {one.name for one in await self.store.read(registrations)} | {
            name for name, _, _ in self.lines.declared
        }
        signs = await asyncio.gather(*(self._asked(name) for name in sorted(names)))
        await self.store.write(lambda ledger: keep_signs(ledger, signs))
        return signs

    async def read(self, name: str) -> AgentCard:
        """What a registered agent says of itself now. Raises PlayerFailed, SourceError."""
        return await self._line(await self._registered(name)).card()

    async def _asked(self, name: str) -> Sign:
        failure = ""
        try:
            kept = await self._registered(name)
            line = self._line(kept)
            await self._unchanged(kept, line)
            failure = "" if await line.healthy() else "does not answer"
        except TocsinError as wrong:
            failure = wrong.what
        now = self.clock.now()
        before = (await self.store.read(signs_of)).get(name)
        seen = now if not failure else before.seen_at if before else None
        return Sign(name=name, seen_at=seen, asked_at=now, failure=failure)

    async def _registered(self, name: str) -> Registration:
        """As people, or the configuration, let it in."""
        kept = {one.name: one for one in await self.store.read(registrations)}.get(name)
        declared = next((one for one in self.lines.declared if one[0] == name), None)
        if declared is not None and (kept is None or kept.url != declared[1]):
            _, url, transport = declared
            card = await self.lines.reach(name, url, transport, "").card()
            kept = Registration(name=name, url=url, card=card, by=BY_CONFIGURATION, at=self.clock.now())
            document = document_of(kept)
            await self.store.write(lambda ledger: ledger.documents.put(document))
        if kept is None:
            raise PlayerFailed(
                f"agent {name} is not registered.", "See `tocsin agents list`.", code="TCS-AGENT-UNKNOWN"
            )
        return kept

    def _line(self, kept: Registration) -> RemoteAgent:
        try:
            return self.lines.agent(kept)
        except SourceError:
            raise
        except TocsinError as refused:  # its host or its secret is not in the configuration any more
            raise PlayerFailed(refused.what, refused.do, code=refused.code) from refused

    async def _unchanged(self, kept: Registration, line: RemoteAgent) -> None:
        if (await line.card()).digest != kept.card.digest:
            what = f"the card of agent {kept.name} has changed since it was accepted."
            raise PlayerFailed(what, f"Read it, then `tocsin agents accept {kept.name}`.", code="TCS-AGENT-CHANGED")


def registrations(ledger: Ledger) -> list[Registration]:
    """By name."""
    return [Registration.model_validate_json(one.text) for one in ledger.documents.all(KIND)]


def signs_of(ledger: Ledger) -> Mapping[str, Sign]:
    """The last sign of life of each, by name."""
    return {one.name: Sign.model_validate_json(one.text) for one in ledger.documents.all(SIGNS)}


def document_of(kept: Registration) -> KeptDocument:
    """As the store keeps it."""
    return KeptDocument(kind=KIND, name=kept.name, text=kept.model_dump_json(), by=kept.by, at=kept.at)


def keep_signs(ledger: Ledger, signs: list[Sign]) -> None:
    """Of agents that are there still: one may have been let go meanwhile."""
    there = {one.name for one in ledger.documents.all(KIND)}
    for one in signs:
        if one.name in there:
            ledger.documents.put(_kept_sign(one, one.asked_at))


def _kept_sign(one: Sign, at: datetime) -> KeptDocument:
    return KeptDocument(kind=SIGNS, name=one.name, text=one.model_dump_json(), by="system", at=at)
