"""Tools behind guard's gate: what an agent may see, and every call judged, made once, redacted and recorded as evidence.

Made for one assignment by `GatedToolkit.open`. The order is fixed: powers and policy, the number of calls, the pinned
description, the arguments' schema, the call, redaction, the record. What leaves by a tool that acts is inert and without
secrets, and is done once in a step, whoever plays it and however often it is tried. It fails closed.
"""

import asyncio
import json
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from tocsin.errors import Denied, PlayerFailed, SourceError
from tocsin.guard.fitting import misfit
from tocsin.guard.outward import outward
from tocsin.guard.powers import Effective, Ruling, effective, judge
from tocsin.guard.redact import Redact
from tocsin.model.event import Body, EvidenceCollected
from tocsin.model.evidence import Evidence, EvidenceKind, digest
from tocsin.model.move import Happening
from tocsin.model.plain import one_line
from tocsin.model.plan import Plan, Power, ToolServer
from tocsin.model.run import ToolCalled
from tocsin.ports import Clock, KeptDocument, Ledger, Store, ToolAnswer, ToolBox, ToolCard
from tocsin.roles.contract import Assignment, Record

PINNED = "tool"
"""Kind of the kept documents that hold accepted descriptions."""
MOST_CALLS = 20
BY_ITSELF = "system: first seen"


@dataclass(frozen=True, slots=True)
class GatedToolkit:
    """contract.Toolkit over tool boxes."""

    box: Callable[[ToolServer], ToolBox]
    store: Store
    clock: Clock
    redact: Redact
    classes: Mapping[str, Power] = field(default_factory=dict)

    async def open(self, assignment: Assignment, plan: Plan, record: Record, part: str = "") -> "GatedTools":
        """The agent's tools that it may see. A server that does not answer is a tool that is not there."""
        under = effective(assignment.agent, plan.rules, self.classes)
        if under.refused:
            raise PlayerFailed("; ".join(under.refused) + ".", "Correct its document.", code="TCS-PLAYER-POLICY")
        tools = GatedTools(self, assignment, under, record, part)
        for server in assignment.agent.servers:
            await tools.connect(server)
        return tools


@dataclass(slots=True)
class GatedTools:
    """contract.Tools for one assignment."""

    kit: GatedToolkit
    assignment: Assignment
    under: Effective
    record: Record
    part: str
    silent: list[str] = field(default_factory=list)
    """Servers that did not answer, and why."""
    _boxes: dict[str, ToolBox] = field(default_factory=dict)
    _cards: dict[str, ToolCard] = field(default_factory=dict)
    _changed: set[str] = field(default_factory=set)
    _calls: int = 0
    _same: dict[str, int] = field(default_factory=dict)

    async def connect(self, server: ToolServer) -> None:
        """Lists its tools; only those with an accepted description, and allowed, are seen."""
        try:
            box = self.kit.box(server)
            cards = await box.tools()
        except SourceError as failure:
            self.silent.append(failure.what)
            lost = f"{self.assignment.run_id}:{self.assignment.step}{self.part}:silent:{server.name}"
            await self._said(
                lost, f"{server.name}/*", {}, "allowed", "its document names the server", None, failure.what
            )
            return
        self._boxes[server.name] = box
        for card in cards:
            self._cards[card.path] = card
        self._changed |= await _unaccepted(self.kit, cards)

    def cards(self) -> tuple[ToolCard, ...]:
        """Allowed, and described as people have accepted it."""
        allowed = (one for path, one in self._cards.items() if judge(self.under, path, self.kit.classes).goes_ahead)
        return tuple(one for one in allowed if one.path not in self._changed)

    async def call(self, path: str, arguments: Mapping[str, Any]) -> ToolAnswer:
        """Judged, made once, recorded. Raises Denied, PlayerFailed for a spent number of calls, SourceError."""
        arguments = self._leaving(arguments)
        key, before = await self._turn(path, arguments)
        ruling = judge(self.under, path, self.kit.classes)
        if not ruling.goes_ahead:
            await self._said(key, path, arguments, "denied", ruling.rule)
            raise Denied(
                f"{self.assignment.agent.name} may not call {path}: {ruling.rule}.", "Ask policy, not the agent."
            )
        self._count()
        card = self._known(path)
        _fits(card, arguments)
        if before is not None:
            return before
        if self.under.power is not Power.ACT:
            return await self._made(key, path, card, arguments, ruling)
        return await _to_its_end(self._made(key, path, card, arguments, ruling))

    async def _made(
        self, key: str, path: str, card: ToolCard, arguments: Mapping[str, Any], ruling: Ruling
    ) -> ToolAnswer:
        """The call, and on the record what came of it."""
        try:
            outside = f"{self.assignment.incident_id}:{key}"
            answer = await self._boxes[card.server].call(card.name, arguments, outside)
        except SourceError as failure:
            await self._said(f"{key}:failed", path, arguments, "allowed", ruling.rule, None, failure.what)
            raise
        clean = self.kit.redact(answer.text)
        seen = self._evidence(key, path, arguments, clean.text, clean.count)
        failed = "an error" if answer.is_error else ""
        await self._said(key, path, arguments, ruling.verdict, ruling.rule, seen, failed)
        return answer.model_copy(update={"text": clean.text})

    def _leaving(self, arguments: Mapping[str, Any]) -> dict[str, Any]:
        """What whoever reads asks may be anything; what whoever acts says is seen by people."""
        if self.under.power is not Power.ACT:
            return dict(arguments)
        return {name: outward(one, self.kit.redact, self.assignment.agent.prompt) for name, one in arguments.items()}

    def _known(self, path: str) -> ToolCard:
        if path in self._changed:
            what = f"the description of {path} has changed since it was accepted."
            raise Denied(what, f"Read it, then `tocsin tools accept {path}`.", code="TCS-TOOL-CHANGED")
        if path not in self._cards:
            raise SourceError(f"there is no tool {path[:80]!r}.", "; ".join(self.silent), code="TCS-SOURCE-TOOL")
        return self._cards[path]

    def _count(self) -> None:
        most = self.assignment.agent.limits.tool_calls or MOST_CALLS
        self._calls += 1
        if self._calls > most:
            raise PlayerFailed(f"more than {most} tool calls.", "Raise `limits.toolCalls`.", code="TCS-PLAYER-CALLS")

    async def _turn(self, path: str, arguments: Mapping[str, Any]) -> tuple[str, ToolAnswer | None]:
        """The key of this call, and what it was answered when this step made it before: by another player, or before a cut.

        A call that reads is the same when it asks the same. One that acts is the same when it is the step's first, second ...
        of that tool, in whatever words; one that the server refused has done nothing, and the next takes its place.
        """
        acts = self.under.power is Power.ACT
        asked = path if acts else f"{path}\x1f{json.dumps(dict(arguments), sort_keys=True, default=str)}"
        same = sha256(asked.encode()).hexdigest()[:12]
        while True:
            self._same[same] = self._same.get(same, 0) + 1
            where = self.assignment
            key = f"{where.run_id}:{where.step}{self.part}:tool:{same}:{self._same[same]}"
            before = await self._before(self._evidence_id(key), self._asked(arguments))
            if before is None or not (acts and before.is_error):
                return key, before

    async def _before(self, evidence_id: str, asked: str) -> ToolAnswer | None:
        """What a call of this step was answered, when it was made before."""
        incident_id = self.assignment.incident_id

        def answered(ledger: Ledger) -> ToolAnswer | None:
            seen = ledger.evidence.get(evidence_id)
            if seen is None:
                return None
            calls = (one.body for one in ledger.timeline.events(incident_id) if isinstance(one.body, ToolCalled))
            failed = any(one.failure for one in calls if one.evidence_id == evidence_id)
            return ToolAnswer(text=seen.content, is_error=failed, otherwise=seen.query != asked)

        return await self.kit.store.read(answered)

    def _asked(self, arguments: Mapping[str, Any]) -> str:
        return self.kit.redact(json.dumps(dict(arguments), default=str)).text[:2000]

    def _evidence_id(self, key: str) -> str:
        return f"EV-{sha256(f'{self.assignment.incident_id}:{key}'.encode()).hexdigest()[:16]}"

    def _evidence(self, key: str, path: str, arguments: Mapping[str, Any], text: str, redactions: int) -> Evidence:
        return Evidence(
            id=self._evidence_id(key),
            kind=EvidenceKind.TOOL,
            source=path,
            query=self._asked(arguments),
            content=text,
            sha256=digest(text),
            collected_at=self.kit.clock.now(),
            redactions=redactions,
        )

    async def _said(
        self,
        key: str,
        path: str,
        arguments: Mapping[str, Any],
        verdict: str,
        rule: str,
        seen: Evidence | None = None,
        failure: str = "",
    ) -> None:
        called = ToolCalled(
            run_id=self.assignment.run_id,
            step=self.assignment.step,
            role=self.assignment.agent.role,
            tool=path[:200],
            arguments={name[:100]: self.kit.redact(str(value)).text[:2000] for name, value in arguments.items()},
            verdict=verdict,  # type: ignore[arg-type]
            rule=rule,
            evidence_id=seen.id if seen else "",
            failure=failure,
        )
        bodies: list[Body] = [_collected(seen)] if seen else []
        actor = f"role:{self.assignment.agent.role}"
        happened = [Happening(actor=actor, body=body) for body in (*bodies, called)]
        await self.record(key, *happened, evidence=(seen,) if seen else ())


def _collected(seen: Evidence) -> EvidenceCollected:
    return EvidenceCollected(
        evidence_id=seen.id,
        source=seen.source,
        query=seen.query,
        sha256=seen.sha256,
        summary=one_line(seen.content, 120),
    )


async def _to_its_end(call: Coroutine[Any, Any, ToolAnswer]) -> ToolAnswer:
    """A call that acts is not cut when its player's time ends: what it did must be on the record before anybody else plays."""
    under_way = asyncio.ensure_future(call)
    try:
        return await asyncio.shield(under_way)
    except asyncio.CancelledError:
        await asyncio.wait([under_way])
        raise


async def _unaccepted(kit: GatedToolkit, cards: Any) -> set[str]:  # noqa: ANN401 - cards of a box
    """Tools whose description is not the accepted one. One that is seen for the first time is taken as it is, and pinned."""
    now = kit.clock.now()

    def pin(ledger: Ledger) -> set[str]:
        known = {one.name: one.text.partition("\n")[0] for one in ledger.documents.all(PINNED)}
        for card in cards:
            if card.path not in known:
                text = f"{card.digest}\n{card.description}"
                ledger.documents.put(KeptDocument(kind=PINNED, name=card.path, text=text, by=BY_ITSELF, at=now))
        return {card.path for card in cards if known.get(card.path, card.digest) != card.digest}

    return await kit.store.write(pin)


def _fits(card: ToolCard, arguments: Mapping[str, Any]) -> None:
    """Raises PlayerFailed for arguments that the tool's own schema does not take."""
    if said := misfit(dict(arguments), card.parameters or {"type": "object"}):
        what = f"{card.path} does not take these arguments: {said[:200]}."
        raise PlayerFailed(what, "See the tool's schema.", code="TCS-PLAYER-ARGUMENTS")
