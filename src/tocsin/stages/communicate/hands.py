"""The moves of the communications desk, carried out for the loop: write drafts, send what may go out by itself.

`app` puts them into `tocsin.desk.Desk.hands`. What customers hear is never sent from here, whatever a move says.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from tocsin.model.acts import Flagged
from tocsin.model.incident import Incident
from tocsin.model.move import Deed, Draft, Publish
from tocsin.model.narrative import Draft as Kept
from tocsin.ports import Clock, Ledger, Store
from tocsin.stages.communicate import post
from tocsin.stages.communicate.desk import Desk
from tocsin.stages.communicate.draft import Writer
from tocsin.stages.communicate.post import COMMUNICATOR, Stand

EDITED_STALE = "edited_stale"
"""Code of the flag for words of a person's that are older than the facts."""


class Hand(Protocol):
    """Carries out one kind of move."""

    async def __call__(self, move: Deed, incident: Incident, record: object) -> None:
        """Returns when it is done; the loop then ticks the move."""
        ...


@dataclass(frozen=True, slots=True)
class Means:
    """What the desk's moves are carried out with."""

    store: Store
    clock: Clock
    desk: Desk

    async def carry_out(self, move: Deed, incident: Incident, record: object) -> None:  # noqa: ARG002 - its own transaction
        """Carries out a Draft or a Publish, once for its key. Raises TypeError for any other move."""
        match move:
            case Draft() | Publish():
                await self.store.write(lambda ledger: self._once(ledger, incident.id, move))
            case _:
                raise TypeError(f"the communications desk carries out no {move.kind}")

    def _once(self, ledger: Ledger, incident_id: str, move: Draft | Publish) -> None:
        """Look and write in one transaction, so that nothing can change in between."""
        incident, stand = post.found(ledger, incident_id), Stand(actor=COMMUNICATOR, at=self.clock.now())
        hand = post.writer_in(ledger, incident, self.desk, stand.at)
        if hand is None or not ledger.steps.tick(incident_id, move.key):
            return
        if isinstance(move, Draft):
            drafts = tuple(hand.message(one, move.due_at, no_change=move.no_change) for one in move.audiences)
            post.put_drafts(ledger, incident_id, drafts, self.desk, stand)
        elif (kept := incident.narrative.draft(move.update_id)) is not None:
            self._publish(ledger, incident, kept, hand, stand)

    def _publish(self, ledger: Ledger, incident: Incident, kept: Kept, hand: Writer, stand: Stand) -> None:
        """Sends it, from the newest facts: what no person has touched is written again. A person's own words wait for them."""
        stale = kept.update.facts_seq < incident.facts_seq
        if self.desk.needs_person(incident, kept.update.audience):
            return
        if stale and kept.edited_by:
            text = f"{kept.update.id} is not sent by itself: the incident changed after {kept.edited_by} edited it."
            ledger.timeline.append(incident.id, Flagged(code=EDITED_STALE, text=text), actor=stand.actor, at=stand.at)
            return
        if stale:
            fresh = hand.message(kept.update.audience, kept.update.due_at, no_change=kept.update.no_change)
            incident = post.put_drafts(ledger, incident.id, (fresh,), self.desk, stand)
            kept = next(one for one in incident.narrative.drafts if one.update.template == fresh.template)
        post.publish(ledger, incident, kept, self.desk, stand)


def hands(means: Means) -> Mapping[str, Hand]:
    """Who carries out which kind of move."""
    return {"draft": means.carry_out, "publish": means.carry_out}
