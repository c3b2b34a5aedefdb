"""The JSON API: incidents, alerts, evidence, silences, dead letters. Reads projections; writes only silences and replays."""

from collections.abc import Callable
from typing import Annotated, Any, Literal, TypeVar

from fastapi import APIRouter, Header, Path, Query
from fastapi.responses import Response, StreamingResponse

from tocsin.errors import NotFound
from tocsin.model.change import Silence
from tocsin.model.evidence import Evidence
from tocsin.model.ground import IncidentType, Severity
from tocsin.model.identity import Right
from tocsin.model.incident import Incident
from tocsin.ports import Ledger
from tocsin.web import letters, problems, streams
from tocsin.web.auth import Asking, Guarded, Here, needs
from tocsin.web.document import LiveDocument, document
from tocsin.web.document_markdown import document_markdown
from tocsin.web.rooms import Rooms
from tocsin.web.shapes import (
    AlertLine,
    Alerts,
    DeadLetter,
    DeadLetters,
    Decided,
    Delivered,
    IncidentLine,
    Incidents,
    IncidentWhole,
    NewSilence,
    Outbox,
    Silences,
    Undelivered,
)

router = APIRouter(prefix="/api", dependencies=[Guarded], responses=problems.of(400, 401, 403, 422, 503))

A = TypeVar("A")
Administered = needs(Right.ADMINISTER)
Limit = Annotated[int, Query(ge=1, le=500)]
Offset = Annotated[int, Query(ge=0, le=100_000)]
Id = Annotated[str, Path(min_length=1, max_length=200)]
Name = Annotated[str, Query(max_length=200)]
_SCAN = 200
_MOST_SCANNED = 10_000


@router.get("/incidents", tags=["incidents"])
async def incidents(
    rooms: Here,
    open: bool | None = None,
    severity: Severity | None = None,
    type: IncidentType | None = None,
    service: Name = "",
    limit: Limit = 50,
    offset: Offset = 0,
) -> Incidents:
    """Incidents, newest declared first. `service` matches any service of the incident, in any case."""

    def wanted(one: Incident) -> bool:
        return (
            (open is None or one.is_open == open)
            and severity in (None, one.severity)
            and type in (None, one.type)
            and (not service or service.casefold() in {name.casefold() for name in one.services})
        )

    found = await rooms.store.read(lambda ledger: _matching(ledger, wanted, open is True, offset + limit + 1))
    page = [IncidentLine.of(one) for one in found[offset : offset + limit]]
    return Incidents(incidents=page, next_offset=offset + limit if len(found) > offset + limit else None)


def _matching(ledger: Ledger, wanted: Callable[[Incident], bool], open_only: bool, most: int) -> list[Incident]:
    """The first `most` incidents that are wanted, read page by page."""
    found: list[Incident] = []
    for offset in range(0, _MOST_SCANNED, _SCAN):
        page = ledger.incidents.recent(open_only=open_only, limit=_SCAN, offset=offset)
        found += [one for one in page if wanted(one)]
        if len(page) < _SCAN or len(found) >= most:
            break
    return found[:most]


@router.get("/incidents/{incident_id}", tags=["incidents"], responses=problems.of(404))
async def incident(rooms: Here, incident_id: Id) -> IncidentWhole:
    """One incident and its timeline."""

    def look(ledger: Ledger) -> IncidentWhole:
        found = _known(ledger.incidents.get(incident_id), incident_id)
        return IncidentWhole(incident=found, timeline=ledger.timeline.events(incident_id))

    return await rooms.store.read(look)


@router.get("/incidents/{incident_id}/report", tags=["incidents"], responses=problems.of(404))
async def report(rooms: Here, incident_id: Id) -> dict[str, Any]:
    """The incident report: the published JSON."""
    await _must_exist(rooms, incident_id)
    return dict(await rooms.report(incident_id))


@router.get(
    "/incidents/{incident_id}/document",
    tags=["incidents"],
    response_model=LiveDocument,
    responses={200: {"content": {"text/markdown": {"schema": {"type": "string"}}}}, **problems.of(404)},
)
async def live_document(
    rooms: Here, incident_id: Id, format: Literal["json", "markdown"] = "json"
) -> LiveDocument | Response:
    """The live incident document: people, theory, hypotheses, lines, actions, communications, timeline, as they stand now."""

    def look(ledger: Ledger) -> LiveDocument:
        found = _known(ledger.incidents.get(incident_id), incident_id)
        return document(found, ledger.timeline.events(incident_id))

    doc = await rooms.store.read(look)
    return doc if format == "json" else Response(document_markdown(doc), media_type="text/markdown")


@router.get(
    "/incidents/{incident_id}/events",
    tags=["incidents"],
    response_class=StreamingResponse,
    responses={200: {"content": {"text/event-stream": {"schema": {"type": "string"}}}}, **problems.of(404, 429)},
)
async def events(
    rooms: Here,
    incident_id: Id,
    after: Annotated[int, Query(ge=0, le=2**53)] = 0,
    last_event_id: Annotated[str | None, Header(max_length=100)] = None,
) -> StreamingResponse:
    """The timeline as server-sent events, live. Goes on after `Last-Event-ID`, or after `after`."""
    await _must_exist(rooms, incident_id)
    if rooms.metrics.open_streams >= rooms.settings.events.clients:
        raise streams.TooMany("As many event streams as allowed are open.", "Close one, or raise serve.events.clients.")
    start = streams.start_after(last_event_id, after)
    return StreamingResponse(streams.follow(rooms, incident_id, start), media_type="text/event-stream")


@router.get("/alerts", tags=["alerts"])
async def alerts(
    rooms: Here, disposition: Name = "", incident: Name = "", limit: Limit = 100, offset: Offset = 0
) -> Alerts:
    """Alerts as received, newest first, each with what intake decided and why."""
    found = await rooms.store.read(
        lambda ledger: ledger.alerts.recent(
            disposition=disposition, incident_id=incident, limit=limit + 1, offset=offset
        )
    )
    page = [AlertLine.of(one) for one in found[:limit]]
    return Alerts(alerts=page, next_offset=offset + limit if len(found) > limit else None)


@router.get("/evidence/{evidence_id}", tags=["evidence"], responses=problems.of(404))
async def evidence(rooms: Here, evidence_id: Id) -> Evidence:
    """A tool's answer, as stored: bounded, redacted, with its digest."""
    found = await rooms.store.read(lambda ledger: ledger.evidence.get(evidence_id))
    return _known(found, evidence_id)


@router.get("/silences", tags=["silences"])
async def silences(rooms: Here) -> Silences:
    """All silences in the store; maintenance windows of the configuration are not among them."""
    return Silences(silences=await rooms.store.read(lambda ledger: ledger.silences.all()))


@router.post("/silences", tags=["silences"], status_code=201, dependencies=[Administered])
async def add_silence(rooms: Here, by: Asking, wanted: NewSilence) -> Silence:
    """A quiet time for matching alerts. They are kept, and judged again when it ends."""
    silence = wanted.silence(rooms.names.new("SIL"), rooms.clock.now(), by.id)
    await rooms.store.write(lambda ledger: ledger.silences.put(silence))
    return silence


@router.delete(
    "/silences/{silence_id}",
    tags=["silences"],
    status_code=204,
    dependencies=[Administered],
    responses=problems.of(404),
)
async def remove_silence(rooms: Here, silence_id: Id) -> None:
    """Ends a silence now; what it quieted is judged again within seconds."""
    if not await rooms.store.write(lambda ledger: ledger.silences.remove(silence_id)):
        raise _missing(silence_id)


@router.get("/outbox", tags=["outbox"])
async def outbox(rooms: Here, incident: Name = "", limit: Limit = 100) -> Outbox:
    """Calls and messages that wait, failed, or were given up, newest first. POST /api/incidents/{id}/outbox/retry tries again."""
    found = await rooms.store.read(lambda ledger: ledger.outbox.undelivered(limit, incident))
    return Outbox(parcels=[Undelivered.of(one) for one in found])


@router.get("/deadletters", tags=["dead letters"])
async def deadletters(rooms: Here, limit: Limit = 50) -> DeadLetters:
    """Deliveries that were refused, newest first, each with the reason."""
    found = await rooms.store.read(lambda ledger: ledger.deliveries.dead(limit))
    return DeadLetters(deadletters=[DeadLetter.of(one) for one in found])


@router.post(
    "/deadletters/{delivery_id}/replay",
    tags=["dead letters"],
    dependencies=[Administered],
    responses=problems.of(404, 413),
)
async def replay(rooms: Here, delivery_id: Id) -> Delivered:
    """Reads a dead letter again, after a parser, a mapping or a secret was corrected."""
    accepted = await letters.replay(rooms, delivery_id)
    outcome = await letters.as_seen(rooms, accepted.outcome)
    decided = [Decided.of(one) for one in outcome.decisions]
    return Delivered(delivery=delivery_id, alerts=decided, incidents=list(outcome.declared))


async def _must_exist(rooms: Rooms, incident_id: str) -> None:
    _known(await rooms.store.read(lambda ledger: ledger.incidents.get(incident_id)), incident_id)


def _known(found: A | None, wanted: str) -> A:
    if found is None:
        raise _missing(wanted)
    return found


def _missing(wanted: str) -> NotFound:
    return NotFound(f"there is no {wanted[:80]!r}.", "List what there is, and check the id.")
