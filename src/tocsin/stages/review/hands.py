"""Carries out the moves of this stage: the look back at past incidents; the date and the action items; the first draft."""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass

from tocsin.guard.wording import blame_in
from tocsin.library.memory import Memory
from tocsin.model.alert import Alert
from tocsin.model.event import Body, PrecedentsFound
from tocsin.model.incident import Incident
from tocsin.model.move import Deed, Happening
from tocsin.model.review import PostMortemWritten
from tocsin.ports import Clock, Store
from tocsin.stages.review.convening import convene
from tocsin.stages.review.due import SCRIBE
from tocsin.stages.review.items import wanted
from tocsin.stages.review.markdown import as_markdown
from tocsin.stages.review.settings import Rules
from tocsin.stages.review.write import write

HISTORIAN = "role:historian"
"""Who remembers. It reads approved post-mortems, quotes them, and decides nothing."""
NEWEST = 20
Hand = Callable[..., Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Means:
    """What the stage writes with."""

    store: Store
    clock: Clock
    rules: Rules


def hands(means: Means) -> Mapping[str, Hand]:
    """Who carries out what, by the kind of move."""

    async def start(move: Deed, incident: Incident, record: Callable[..., Awaitable[Incident]]) -> None:
        events = await means.store.read(lambda ledger: ledger.timeline.events(incident.id))
        convened = convene(incident, events, means.clock.now(), means.rules)
        await record(move.key, *_by_scribe(*convened.bodies), letters=convened.letters)

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

    async def recall(move: Deed, incident: Incident, record: Callable[..., Awaitable[Incident]]) -> None:
        past, alerts = await means.store.read(
            lambda ledger: (ledger.incidents.reviewed(), ledger.alerts.recent(incident_id=incident.id, limit=NEWEST))
        )
        memory = Memory(past)
        text = _as_known(incident, [kept.alert for kept in alerts])
        found = memory.like(text, type=incident.type, service=incident.service, but=incident.id)
        if found:
            await record(move.key, Happening(actor=HISTORIAN, body=PrecedentsFound(precedents=found)))

    return {"convene": start, "write_post_mortem": write_post_mortem, "recall": recall}


def _as_known(incident: Incident, alerts: Iterable[Alert]) -> str:
    """What is known of it by now, in words: its alerts, what they quote, and what is believed."""
    believed = incident.diagnosis.root_cause if incident.diagnosis else ""
    said = [text for alert in alerts for text in (alert.title, alert.description)]
    return "\n".join([incident.title, *dict.fromkeys(said), believed])


def _by_scribe(*bodies: Body) -> list[Happening]:
    return [Happening(actor=SCRIBE, body=one) for one in bodies]
