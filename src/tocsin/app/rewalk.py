"""The replay: one recorded incident walked again from what the store has of it. Called by the command line.

The same plan, the same evidence, a clock that stands where it stood. Nothing outside is asked, nothing leaves, nothing is
written to the store. Built-in analysts think again; models answer from the record, or, where that is wanted, live.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from tocsin import config as configuration
from tocsin.app.build import House, open_house
from tocsin.app.once import watching
from tocsin.app.settings import Settings
from tocsin.books import recorded
from tocsin.connectors.models import Minds
from tocsin.connectors.prometheus import PrometheusConfig
from tocsin.connectors.recorded import RecordedWindows
from tocsin.connectors.system import PretendClock
from tocsin.desk import Desk
from tocsin.errors import NotFound
from tocsin.model.event import Declared, Event, FindingsReported, InvestigationStarted
from tocsin.model.evidence import Evidence, EvidenceKind
from tocsin.model.incident import Incident, fold
from tocsin.model.outcome import Replay, outcome_of
from tocsin.model.plan import Plan
from tocsin.model.run import ModelAnswered, PlayerReplaced, Run, RunFinished, RunStarted, ToolCalled
from tocsin.opinions import ROUTER
from tocsin.playbooks.casting import as_document, swapped
from tocsin.ports import KeptAlert, KeptDocument, Ledger, MindAnswer, Question, ToolCard
from tocsin.response import respond
from tocsin.roles.agents.cast import HouseCast
from tocsin.roles.agents.recorded import RecordedCast, RecordedToolkit, Then, Unrecorded
from tocsin.roles.contract import Report
from tocsin.stages.investigate import Sources
from tocsin.stages.playing import plan_of
from tocsin.store.sql import open_store
from tocsin.walk import OneGo

ConfigPath = str | Path | None
NEWEST = 500


@dataclass(frozen=True, slots=True)
class Record:
    """Everything the store has of one run on an incident, up to its end."""

    incident: Incident
    run: Run
    events: list[Event]
    evidence: list[Evidence]
    alerts: list[KeptAlert]
    documents: list[KeptDocument]
    """What was applied to the service."""

    @property
    def questions(self) -> list[tuple[str, Question, MindAnswer]]:
        """Which model was asked, what, and what it answered."""
        return [(one.source, *recorded(one)) for one in self.evidence if one.kind is EvidenceKind.MODEL]


async def replay(
    config_path: ConfigPath, incident_id: str, players: Mapping[str, str], *, live: bool = False, run: str = ""
) -> Replay:
    """The incident again as it was played, and, with `players`, once more with those instead.

    Raises NotFound for what is not on the record, a model's answer among it, DataError for a role that the plan has not.
    """
    settings = Settings.read(configuration.load(config_path))
    async with open_store(settings.store) as store:
        kept = await store.read(lambda ledger: _kept(ledger, incident_id, run))
    plan = plan_of(kept.run)
    seats = {role: player for role, player in players.items() if role != ROUTER}
    again = await _walked(settings, kept, plan, live=live and not players)
    router = players.get(ROUTER, "")
    instead = None
    if players:
        named = frozenset(players.values())
        instead = await _walked(settings, kept, swapped(plan, seats), live=live, router=router, named=named)
    return Replay(
        incident=incident_id,
        run=kept.run.id,
        playbook=kept.run.team,
        players=dict(players),
        live=live,
        then=outcome_of(kept.incident, kept.run.id),
        again=outcome_of(again, kept.run.id),
        instead=outcome_of(instead, kept.run.id) if instead else None,
    )


def _kept(ledger: Ledger, incident_id: str, run_id: str) -> Record:
    incident = ledger.incidents.get(incident_id)
    if incident is None:
        raise NotFound(f"there is no incident {incident_id[:80]!r}.", "List them with `tocsin incidents`.")
    found = [one for one in incident.runs if run_id in ("", one.id)]
    if not found:
        raise NotFound(f"{incident_id} has no such run.", "Only what was investigated can be played again.")
    run, events = found[-1], ledger.timeline.events(incident_id)
    if any(one.body is None for one in events):
        raise NotFound(f"parts of {incident_id} were erased.", "It cannot be played again.", code="TCS-REPLAY-ERASED")
    end = next(
        (one.seq for one in events if isinstance(one.body, RunFinished) and one.body.run_id == run.id), events[-1].seq
    )
    told = [one for one in events if one.seq <= end]
    alerts = [one for one in ledger.alerts.recent(incident_id=incident_id, limit=NEWEST) if _came_before(one, run)]
    ids = {one.body.evidence_id for one in told if isinstance(one.body, ModelAnswered)}
    evidence = [
        one
        for one in ledger.evidence.of(incident_id)
        if one.id in ids or (one.kind is not EvidenceKind.MODEL and _of_run(one, run))
    ]
    return Record(fold(incident_id, told), run, told, evidence, alerts[::-1], ledger.documents.all("playbook"))


def _came_before(kept: KeptAlert, run: Run) -> bool:
    return kept.alert.received_at is None or kept.alert.received_at <= run.started_at


def _of_run(seen: Evidence, run: Run) -> bool:
    """Was it collected for this run? The first one takes what was there before it."""
    return run.id == "R1" or seen.collected_at >= run.started_at


async def _walked(
    settings: Settings, kept: Record, plan: Plan, *, live: bool, router: str = "", named: frozenset[str] = frozenset()
) -> Incident:
    """The run again with that plan, in a house without doors. Raises NotFound when a model would have to be asked.

    A model that gave no answer at all then gives none now, unless it is `named` as a player.
    """
    quiet = watching(replace(settings, store=settings.store.model_copy(update={"url": "memory:"})))
    missing = Unrecorded({name: why for name, why in _absent(kept.events).items() if name not in named})
    async with open_house(quiet, clock=PretendClock(_stood_at(kept))) as house:
        desk = _desk(house, kept, missing, live=live)
        await desk.store.write(lambda ledger: _laid_out(ledger, kept, plan, router))
        await respond(kept.incident.id, OneGo(), desk)
        incident = await desk.incident(kept.incident.id)
    if missing.missed:
        raise NotFound(
            f"{', '.join(dict.fromkeys(missing.missed))} has no recorded answer on {kept.incident.id}; nobody was asked.",
            "Give --live to ask it now, at its price, or name a player that needs no model.",
            code="TCS-REPLAY-UNRECORDED",
        )
    return incident


def _absent(events: list[Event]) -> dict[str, str]:
    """Models that were replaced and never answered, and why: those of an installation that has none, for one."""
    bodies = [one.body for one in events]
    answered = {one.model for one in bodies if isinstance(one, ModelAnswered)}
    replaced = {one.player: one.why for one in bodies if isinstance(one, PlayerReplaced)}
    return {name: why for name, why in replaced.items() if name not in answered}


def _stood_at(kept: Record) -> datetime:
    """Where the clock stands: at the end of the window that was looked into."""
    bodies = [one.body for one in kept.events]
    looks = [one.window_end for one in bodies if isinstance(one, InvestigationStarted)]
    return next((one for one in looks if one >= kept.run.started_at), kept.run.started_at)


def _laid_out(ledger: Ledger, kept: Record, plan: Plan, router: str) -> None:
    """The incident as it was declared, its alerts, and the plan that was chosen, on an empty timeline."""
    bodies = [one.body for one in kept.events]
    begun = next(one for one in bodies if isinstance(one, RunStarted) and one.run_id == kept.run.id)
    declared = next(one for one in kept.events if isinstance(one.body, Declared))
    at = declared.at
    for one in kept.alerts:
        ledger.alerts.put(one)
    for document in kept.documents:
        ledger.documents.put(document)
    if router:
        text = as_document(ROUTER, router)
        ledger.documents.put(KeptDocument(kind="playbook", name="~router.yaml", text=text, by="replay", at=at))
    for body in (declared.body, begun.model_copy(update={"plan": plan.model_dump(mode="json")})):
        if body is not None:
            ledger.timeline.append(kept.incident.id, body, actor="system", at=at)


def _desk(house: House, kept: Record, missing: Unrecorded, *, live: bool) -> Desk:
    cast, settings = house.desk.cast, house.settings
    if not isinstance(cast, HouseCast):
        raise TypeError("this house has no cast of its own")
    models = Minds(settings.models, settings.config, house.desk.clock)
    known = {(model, question.sha256): answer for model, question, answer in kept.questions}
    purse = replace(cast.purse, mind=models.mind if live else missing.mind, known=known)
    windows = _windows(kept, settings)
    then = Then(_reports(kept.events), {one.id: one.kind for one in kept.evidence}, windows.cut)
    return replace(
        house.desk,
        sources=_sources(windows),
        cast=RecordedCast(replace(cast, purse=purse, roster=None), then, kept.run),
        toolkit=_toolkit(kept),
    )


def _windows(kept: Record, settings: Settings) -> RecordedWindows:
    named = settings.connectors.prometheus
    labels = named.service_labels if named else PrometheusConfig.model_fields["service_labels"].default
    return RecordedWindows(kept.evidence, labels)


def _sources(seen: RecordedWindows) -> Sources:
    names = ("metrics", "logs", "traces", "topology", "changes", "cluster")
    there = {name: (seen,) if name in seen.windows else () for name in names}
    return Sources(**there)


def _reports(events: list[Event]) -> dict[str, Report]:
    bodies = [one.body for one in events]
    said = [one for one in bodies if isinstance(one, FindingsReported)]
    return {one.role: Report(one.role, one.findings, one.failure) for one in said}


def _toolkit(kept: Record) -> RecordedToolkit:
    bodies = [one.body for one in kept.events]
    texts = {one.id: one.content for one in kept.evidence}
    asked = {one.sha256: one.tools for _, one, _ in kept.questions if one.tools}
    shown: dict[str, tuple[ToolCard, ...]] = {
        one.step: asked[one.question_sha256]
        for one in bodies
        if isinstance(one, ModelAnswered) and one.question_sha256 in asked
    }
    calls = [one for one in bodies if isinstance(one, ToolCalled) and one.run_id == kept.run.id]
    return RecordedToolkit(calls, texts.get, shown)
