"""The opinions: what a model adds to what the house has decided or written, where a document says so. Called by `opening`.

The router's and the communicator's. Both are additions: the decision and the words are there before a model is asked, and stand as
they are when it fails, is late, or says what does not hold; the timeline then says so.
"""

import asyncio
from collections.abc import Sequence
from datetime import datetime

from tocsin.books import DeskBooks
from tocsin.desk import Desk
from tocsin.errors import PlayerFailed, SourceError
from tocsin.model.evidence import Evidence
from tocsin.model.incident import Incident
from tocsin.model.move import Happening
from tocsin.model.plan import BUILT_IN
from tocsin.model.run import PlayerReplaced
from tocsin.model.triage import Triage
from tocsin.model.update import Audience, Update
from tocsin.roles.contract import Account, Seat
from tocsin.stages import communicate

ROUTER = "router"
ROUTING_SECONDS = 4.0
"""For the second opinion with its retry; triage as a whole has five."""
WORDING_SECONDS = 15.0
BY_OTHERS = (Audience.EXTERNAL, Audience.EXECUTIVE)
"""Whose messages somebody else may word: those read by people who do not work on it."""


async def second_opinion(incident_id: str, decided: Triage, evidence: tuple[Evidence, ...], desk: Desk) -> Triage:
    """The decision, with what the model that plays the router adds to it."""
    applied = await desk.store.read(lambda ledger: ledger.documents.all("playbook"))
    seated = desk.playbooks.of((one.name, one.text) for one in applied).seated(ROUTER)
    if seated is None or seated.agent.player == BUILT_IN:
        return decided
    account = Account(
        incident_id=incident_id,
        step="triage",
        role=ROUTER,
        rules=seated.rules,
        budgets=seated.budgets,
        books=DeskBooks(desk),
    )
    opinion = desk.cast.opinion(seated.agent, account)
    if opinion is None:
        return decided
    try:
        return await asyncio.wait_for(opinion.opinion(decided, evidence), ROUTING_SECONDS)
    except (PlayerFailed, SourceError, TimeoutError) as failure:
        why = failure.what if isinstance(failure, PlayerFailed | SourceError) else _late(ROUTING_SECONDS)
        body = PlayerReplaced(
            run_id="", step="triage", role=ROUTER, player=seated.agent.model or seated.agent.player, why=why
        )
        await desk.recorder(incident_id)("triage:replaced", Happening(actor=f"role:{ROUTER}", body=body))
        return decided


async def worded(
    incident: Incident, drafts: Sequence[Update], desk: Desk, seat: Seat | None, now: datetime
) -> tuple[Update, ...]:
    """The drafts, those for readers outside in the words of whoever plays the communicator.

    The first messages are the template's: they go out before anything is known, and wait for nobody.
    """
    if incident.diagnosis is None:
        return tuple(drafts)
    mine = {str(one.audience): one for one in drafts if one.audience in BY_OTHERS}
    writer = desk.cast.writer(seat) if seat is not None and mine else None
    if writer is None or seat is None:
        return tuple(drafts)

    def wrong(name: str, text: str) -> str:
        return communicate.wrong_with(mine[name], text, incident, desk.messages, now)

    try:
        texts = {name: one.text for name, one in mine.items()}
        made = await asyncio.wait_for(writer.words(texts, wrong), WORDING_SECONDS)
    except (PlayerFailed, SourceError) as failure:
        await seat.replaced(failure.what)
        return tuple(drafts)
    except TimeoutError:
        await seat.replaced(_late(WORDING_SECONDS))
        return tuple(drafts)
    return tuple(
        communicate.reworded(one, made[str(one.audience)], incident, desk.messages, now)
        if str(one.audience) in made
        else one
        for one in drafts
    )


def _late(seconds: float) -> str:
    return f"no answer within {seconds:g} seconds."
