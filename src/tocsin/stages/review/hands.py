"""Carries out the move of this stage: action items that the timeline asks for, then the first draft of the post-mortem."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from tocsin.guard.wording import blame_in
from tocsin.model.event import Body
from tocsin.model.incident import Incident
from tocsin.model.move import Deed, Happening
from tocsin.model.review import PostMortemWritten
from tocsin.ports import Clock, Store
from tocsin.stages.review.due import SCRIBE
from tocsin.stages.review.items import wanted
from tocsin.stages.review.markdown import as_markdown
from tocsin.stages.review.settings import Rules
from tocsin.stages.review.write import write

Hand = Callable[..., Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Means:
    """What the stage writes with."""

    store: Store
    clock: Clock
    rules: Rules


def hands(means: Means) -> Mapping[str, Hand]:
    """Who carries out what, by the kind of move."""

    async def write_post_mortem(move: Deed, incident: Incident, record: Callable[..., Awaitable[Incident]]) -> None:
        events = await means.store.read(lambda ledger: ledger.timeline.events(incident.id))
        items = wanted(incident, events, means.rules, means.clock.now())
        await record(f"{move.key}:items", *_by_scribe(*items))
        known, events = await means.store.read(
            lambda ledger: (ledger.incidents.get(incident.id) or incident, ledger.timeline.events(incident.id))
        )
        text = as_markdown(write(known, events, means.rules))
        version = known.review.newest_version + 1
        written = PostMortemWritten(version=version, text=text, generated=True, blame=blame_in(text))
        await record(f"{move.key}:text", *_by_scribe(written))

    return {"write_post_mortem": write_post_mortem}


def _by_scribe(*bodies: Body) -> list[Happening]:
    return [Happening(actor=SCRIBE, body=one) for one in bodies]
