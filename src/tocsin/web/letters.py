"""Deliveries: accepted ones become alerts, refused ones dead letters that can be replayed. Used by the hooks, the API and the CLI.

Nothing is answered before it is committed. What is kept of refusals is bounded, the oldest go first.
"""

import asyncio
import secrets
from dataclasses import dataclass, replace
from functools import partial

from tocsin.errors import DataError, NotFound, TocsinError, TooLarge, Unauthentic, Unreadable
from tocsin.guard.redact import Redact, redact
from tocsin.model.alert import Alert, Delivery
from tocsin.model.change import Change
from tocsin.ports import KeptDelivery, Ledger
from tocsin.stages.intake import Outcome, parse_changes, receive, receive_changes
from tocsin.stages.verify.reports import Report, parse_report, receive_report
from tocsin.web.auth import Sender, proves
from tocsin.web.rooms import Rooms

CHANGES = "changes"
REPORTS = "reports"
TAKEN = "taken"
"""What is said of an alert whose incident whoever handed it in does not see."""
_LARGE = 32_768
"""Bodies above this are parsed on a thread, so that one sender's big body does not hold up the others."""
_redact: Redact = partial(redact, key=secrets.token_bytes(32))
"""For users' words: their secrets are marked, and nobody needs to compare the marks later."""
_PARSER_FAILURES = (ValueError, TypeError, LookupError, AttributeError, ArithmeticError, RecursionError)


@dataclass(frozen=True, slots=True)
class Accepted:
    """A delivery that was understood and committed, and what intake made of it."""

    delivery: Delivery
    outcome: Outcome


async def accept(rooms: Rooms, delivery: Delivery, sender: Sender, status: str = "accepted") -> Accepted:
    """Parses, decides and commits a delivery, then starts the response to what it declared. Raises IntakeError.

    Who sends to `auto` must prove to be every source it speaks for: a secret cannot be walked around.
    """
    rooms = rooms.whole
    alerts = await _read(rooms, delivery)
    for source in {one.source for one in alerts} - {delivery.source}:
        await proves(rooms, source, delivery, sender)
    outcome = await rooms.store.write(partial(_keep, rooms, KeptDelivery(delivery, status), alerts))
    rooms.metrics.count(outcome.decisions)
    follow_up(rooms, outcome)
    return Accepted(delivery, outcome)


async def as_seen(rooms: Rooms, outcome: Outcome) -> Outcome:
    """The outcome as whoever handed it in may know it: an alert that went to a restricted incident was taken, no more is said.

    For answers to people. A sender with its own secret is a machine, and is told what became of what it sent.
    """
    named = {one.incident_id for one in outcome.decisions if one.incident_id}

    def seen(ledger: Ledger) -> set[str]:
        return {name for name in named if ledger.incidents.get(name) is not None}

    known = await rooms.store.read(seen)
    decisions = tuple(
        replace(one, disposition=TAKEN, reason="", incident_id="") if one.incident_id in named - known else one
        for one in outcome.decisions
    )
    return Outcome(decisions, tuple(one for one in outcome.declared if one in known))


def follow_up(rooms: Rooms, outcome: Outcome) -> None:
    """What happens once intake's decisions are durable: streams wake up, responses begin, or look again at more alerts."""
    news = [one for one in outcome.decisions if one.incident_id and not one.replayed]
    for incident_id in dict.fromkeys(one.incident_id for one in news):
        rooms.wake.ring(incident_id)
    moved = [one.incident_id for one in news if one.disposition in ("opened", "joined")]
    for incident_id in dict.fromkeys((*outcome.declared, *moved)):
        rooms.respond(incident_id)


async def accept_changes(rooms: Rooms, delivery: Delivery, status: str = "accepted") -> list[tuple[Change, bool]]:
    """The changes in a delivery, each kept once; the flag says whether it was new. Raises Unreadable."""
    changes = parse_changes(delivery.body, delivery.headers, delivery.received_at)

    def keep(ledger: Ledger) -> list[tuple[Change, bool]]:
        ledger.deliveries.put(KeptDelivery(delivery, status))
        return receive_changes(ledger, changes)

    kept = await rooms.store.write(keep)
    rooms.metrics.changes.inc(sum(new for _, new in kept))
    return kept


async def accept_report(rooms: Rooms, delivery: Delivery, status: str = "accepted") -> str:
    """Keeps a user's report, on the incident it is about where there is one; that incident's id, or "". Raises Unreadable."""
    rooms, report = rooms.whole, parse_report(delivery.body)

    def keep(ledger: Ledger) -> str:
        ledger.deliveries.put(KeptDelivery(delivery, status))
        return put_report(rooms, ledger, report)

    incident_id = await rooms.store.write(keep)
    rooms.metrics.reports.labels("incident" if incident_id else "nowhere").inc()
    if incident_id:
        rooms.wake.ring(incident_id)
        rooms.respond(incident_id)
    return incident_id


def put_report(rooms: Rooms, ledger: Ledger, report: Report) -> str:
    """Puts a report on the incident it is about, in this transaction; that incident's id, or ""."""
    return receive_report(ledger, report, rooms.catalogue, _redact, rooms.clock.now())


async def _read(rooms: Rooms, delivery: Delivery) -> list[Alert]:
    """The alerts in it. A parser that trips over a body is our mistake, but the sender's answer is the same."""
    try:
        if len(delivery.body) > _LARGE:
            alerts = await asyncio.to_thread(rooms.parse, delivery, delivery.source)
        else:
            alerts = rooms.parse(delivery, delivery.source)
    except _PARSER_FAILURES as failure:
        what = f"The parser could not make sense of this body ({type(failure).__name__})."
        raise Unreadable(what, "Report it with the dead letter's id; it can be replayed after a fix.") from failure
    if len(alerts) > rooms.settings.max_alerts:
        raise TooLarge(f"More than {rooms.settings.max_alerts} alerts in one delivery.", "Send fewer at once.")
    return list(alerts)


def _keep(rooms: Rooms, kept: KeptDelivery, alerts: list[Alert], ledger: Ledger) -> Outcome:
    ledger.deliveries.put(kept)
    return receive(ledger, alerts, rooms.rules, rooms.catalogue, rooms.clock.now(), rooms.names)


async def bury(rooms: Rooms, delivery: Delivery, error: TocsinError) -> None:
    """Keeps a refused delivery, cut to the bound, and lets the oldest go when there are too many."""
    bounds = rooms.settings.dead_letters
    told = error.as_dict()
    if len(delivery.body) > bounds.keep_bytes or isinstance(error, TooLarge):
        told["truncated"] = "true"
        delivery = delivery.model_copy(update={"body": delivery.body[: bounds.keep_bytes]})
    dropped = await rooms.store.write(partial(_bury, rooms, KeptDelivery(delivery, "dead", told)))
    rooms.metrics.dead.labels(error.code).inc()
    rooms.metrics.dropped.inc(dropped)


def _bury(rooms: Rooms, letter: KeptDelivery, ledger: Ledger) -> int:
    bounds = rooms.settings.dead_letters
    ledger.deliveries.put(letter)
    return ledger.deliveries.trim_dead(bounds.most, bounds.most_bytes)


async def replay(rooms: Rooms, delivery_id: str) -> Accepted:
    """Reads a dead letter again as if it came now; it stays dead when it is refused again.

    Raises NotFound, DataError when it cannot be replayed, Unauthentic when its sender still proves nothing, IntakeError.
    """
    rooms = rooms.whole
    letter = await rooms.store.read(lambda ledger: ledger.deliveries.get(delivery_id))
    if letter is None or letter.status == "accepted":
        raise NotFound(f"there is no dead letter {delivery_id[:80]!r}.", "List them with `tocsin deadletters list`.")
    if letter.status != "dead":
        raise DataError("this delivery was replayed already.", "Look at its alerts.", code="TCS-DATA-REPLAYED")
    error = letter.error or {}
    if error.get("truncated"):
        raise DataError("only a part of the body was kept.", "Have the sender send it again, smaller.")
    if error.get("code", "") == Unauthentic.code:
        await _prove_again(rooms, letter.delivery)
    if letter.delivery.source == CHANGES:
        await accept_changes(rooms, letter.delivery, "replayed")
        return Accepted(letter.delivery, Outcome(()))
    if letter.delivery.source == REPORTS:
        await accept_report(rooms, letter.delivery, "replayed")
        return Accepted(letter.delivery, Outcome(()))
    return await accept(rooms, letter.delivery, Sender(letter.delivery.headers), "replayed")


async def _prove_again(rooms: Rooms, delivery: Delivery) -> None:
    """A forged body must not become true by being replayed: the signature kept with it is checked again."""
    if not await proves(rooms, delivery.source, delivery, Sender(delivery.headers)):
        what = "the sender of this delivery never proved who it is, and its secret was not kept."
        raise Unauthentic(what, "Have it sent again, now that the secret is right.")
