"""One alert from webhook to report in one process, as the local operator. Called by `respond`, `demo` and `eval`.

It takes the same path as the service: parse, intake, respond. By default the timeline is kept in memory; a person who asks
for a response gets one, even for an alert that intake would only have kept.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from tocsin.app.build import House, open_house
from tocsin.app.settings import Settings
from tocsin.config import Config
from tocsin.connectors.snapshot import Snapshot
from tocsin.connectors.system import PretendClock
from tocsin.desk import Desk
from tocsin.errors import Unreadable
from tocsin.grading import Result, grade, load_suite
from tocsin.model.action import Mode
from tocsin.model.alert import Alert, AlertStatus, Delivery
from tocsin.model.event import AlertJoined, Declared, Event
from tocsin.model.evidence import Evidence
from tocsin.model.incident import Incident
from tocsin.model.report import report_of
from tocsin.ports import KeptAlert, KeptDelivery, Ledger
from tocsin.response import respond
from tocsin.stages.intake import receive
from tocsin.stages.investigate import Sources
from tocsin.walk import OneGo

OPERATOR = "person:local-operator"


@dataclass(frozen=True, slots=True)
class Response:
    """What one response left behind."""

    incident: Incident
    events: list[Event]
    evidence: list[Evidence]
    report: dict[str, Any]


async def respond_once(
    body: bytes, *, config: Config, source: str = "auto", evidence: Path | None = None, keep: bool = False
) -> Response:
    """Responds to what `body` says. `evidence` is a snapshot folder; its own time is then taken for now.

    Raises Unreadable when there is nothing in the body to respond to, and what `parse` raises.
    """
    settings = watching(Settings.read(config))
    if not keep:
        settings = replace(settings, store=settings.store.model_copy(update={"url": "memory:"}))
    snapshot = Snapshot(evidence) if evidence else None
    clock = PretendClock(snapshot.now) if snapshot and snapshot.now else None
    async with open_house(settings, clock=clock) as house:
        desk = replace(house.desk, sources=from_snapshot(snapshot)) if snapshot else house.desk
        return await through(house, desk, body, source)


async def through(house: House, desk: Desk, body: bytes, source: str) -> Response:
    """Parse, intake, respond, and everything the response left behind."""
    incident_id = await open_incident(house, desk, body, source)
    await respond(incident_id, OneGo(), desk)
    return await response_of(house, desk, incident_id)


async def open_incident(house: House, desk: Desk, body: bytes, source: str) -> str:
    """Parse and intake: the id of the incident that the body opens or belongs to. Raises Unreadable when it holds no alert."""
    delivery = Delivery(id=desk.names.new("DLV"), source=source, received_at=desk.clock.now(), body=body)
    alerts = house.parse(delivery, source)
    if not alerts:
        raise Unreadable("The body was understood, and holds nothing to respond to.", "Give an alert that fires.")
    return await desk.store.write(lambda ledger: _opened(ledger, house, desk, delivery, alerts))


async def response_of(house: House, desk: Desk, incident_id: str) -> Response:
    """Everything a response has left behind so far."""
    incident = await desk.incident(incident_id)
    events, evidence = await desk.store.read(
        lambda ledger: (ledger.timeline.events(incident_id), ledger.evidence.of(incident_id))
    )
    report = report_of(incident, events, types=house.settings.report.types)
    return Response(incident, events, evidence, report.model_dump(mode="json"))


async def grade_suite(path: Path, config: Config) -> Result:
    """Every case of a suite, each with a timeline of its own."""

    async def one(alert: str | bytes, evidence: Path | None, catalogue: dict[str, Any] | None) -> dict[str, Any]:
        body = alert.encode() if isinstance(alert, str) else alert
        case = config.with_section("catalogue", catalogue) if catalogue else config
        return (await respond_once(body, config=case, evidence=evidence)).report

    return await grade(load_suite(path), one)


def watching(settings: Settings) -> Settings:
    """In mode observe: nobody is called and nothing is asked for, and the timeline says what would have been."""
    return replace(settings, policy=settings.policy.model_copy(update={"mode": Mode.OBSERVE, "services": {}}))


def from_snapshot(snapshot: Snapshot) -> Sources:
    """The snapshot's windows instead of the configured ones: a recorded incident must not ask live systems."""
    has = snapshot.windows
    return Sources(
        metrics=(snapshot,) if "metrics" in has else (),
        logs=(snapshot,) if "logs" in has else (),
        traces=(snapshot,) if "traces" in has else (),
        topology=(snapshot,) if "topology" in has else (),
        changes=(snapshot,) if "changes" in has else (),
        cluster=(snapshot,) if "cluster" in has else (),
    )


def _opened(ledger: Ledger, house: House, desk: Desk, delivery: Delivery, alerts: tuple[Alert, ...]) -> str:
    """The incident that intake opens or joins for these alerts; declared by hand where intake opens none."""
    ledger.deliveries.put(KeptDelivery(delivery, "accepted"))
    now = desk.clock.now()
    outcome = receive(ledger, alerts, house.settings.intake, desk.catalogue, now, desk.names)
    if outcome.declared:
        return outcome.declared[0]
    known = next((one.incident_id for one in outcome.decisions if one.incident_id), "")
    incident = ledger.incidents.get(known) if known else None
    if incident is not None and incident.is_open:
        return incident.id
    return _by_hand(ledger, desk, [one.alert for one in outcome.decisions], now)


def _by_hand(ledger: Ledger, desk: Desk, alerts: list[Alert], now: datetime) -> str:
    incident_id = desk.names.new("INC")
    firing = [one for one in alerts if one.status is AlertStatus.FIRING] or alerts
    first, *others = firing
    declared = Declared(
        title=first.title,
        service=first.service,
        environment=first.environment,
        alert_id=first.id,
        reason="a person asked for a response",
        started_at=min(first.onset or now, now),
    )
    ledger.timeline.append(incident_id, declared, actor=OPERATOR, at=now)
    for one in others:
        joined = AlertJoined(alert_id=one.id, title=one.title, service=one.service, reason="in the same delivery")
        ledger.timeline.append(incident_id, joined, actor=OPERATOR, at=now)
    for one in firing:
        ledger.alerts.put(KeptAlert(one, "opened", "a person asked for a response", incident_id))
        ledger.alerts.redecide(one.id, "opened", "a person asked for a response", incident_id)
    return incident_id
