"""The composition root: the only room that knows everyone. Builds tocsin from its configuration, starts it, stops it.

Called by the CLI. Each function imports what it needs when it is called, so that a small verb starts fast.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Literal, NamedTuple

from tocsin import config as configuration
from tocsin.model.alert import Alert, Delivery

if TYPE_CHECKING:
    from tocsin.app.once import Response as Response
    from tocsin.grading import Result
    from tocsin.model.event import Event
    from tocsin.ports import KeptDelivery
    from tocsin.store.audit import Verdict

ConfigPath = str | Path | None


class Sections(NamedTuple):
    """A configuration that is in order: where it came from, and the sections it has."""

    origin: str
    names: tuple[str, ...]


def parse(
    body: bytes, *, source: str = "auto", headers: Mapping[str, str] | None = None, config_path: ConfigPath = None
) -> tuple[Alert, ...]:
    """The alerts in a webhook body. Raises IntakeError, NotFound for an unknown source. Stores nothing."""
    from tocsin.connectors.system import SystemClock
    from tocsin.sources import registry
    from tocsin.sources.mapping import Mappings

    mappings = configuration.load(config_path).section("mappings", Mappings)
    delivery = Delivery(id="", source=source, received_at=SystemClock().now(), body=body, headers=dict(headers or {}))
    return registry.parse(delivery, source, mappings)


def default_config() -> str:
    """The shipped configuration, as text to start from."""
    return configuration.defaults_text()


def check(config_path: ConfigPath) -> Sections:
    """Every section parsed by its owner, every runbook and template read.

    Raises ConfigError with the path of the first mistake, DataError with file and line.
    """
    from tocsin.app.messages import communications_desk
    from tocsin.app.settings import Settings
    from tocsin.library.runbooks import open_shelf

    loaded = configuration.load(config_path)
    settings = Settings.read(loaded)
    open_shelf(settings.runbooks)
    communications_desk(settings)
    return Sections(loaded.origin, settings.names())


class OnCallNow(NamedTuple):
    """One level: who has it, by which rota, until when."""

    person: str
    rota: str
    until: str


async def on_call(config_path: ConfigPath, service: str) -> list[OnCallNow]:
    """Who would be called now for a service, in order: by the configured rotas, else by PagerDuty's schedules."""
    from tocsin.connectors.pagerduty import PagerDuty
    from tocsin.connectors.pagers import PagersConfig, open_pagers
    from tocsin.connectors.system import SystemClock
    from tocsin.model.plain import minute
    from tocsin.model.rota import OnCall

    now, loaded = SystemClock().now(), configuration.load(config_path)
    rules, named = loaded.section("oncall", OnCall), loaded.section("pagers", PagersConfig)
    if rules.rotas or named.pagerduty is None:
        return [OnCallNow(rota.person(now), rota.name, minute(rota.until(now))) for rota in rules.levels(service)]
    pager = open_pagers(named, loaded)["pagerduty"]
    duties = await pager.on_call() if isinstance(pager, PagerDuty) else []
    return [OnCallNow(one.person, one.schedule, one.until) for one in duties]


async def respond_once(
    body: bytes,
    *,
    source: str = "auto",
    evidence: Path | None = None,
    keep: bool = False,
    config_path: ConfigPath = None,
) -> "Response":
    """One alert from webhook to report in this process, as the local operator."""
    from tocsin.app import once

    return await once.respond_once(
        body, source=source, evidence=evidence, keep=keep, config=configuration.load(config_path)
    )


async def grade(suite: Path, config_path: ConfigPath) -> "Result":
    """A suite of cases, each through the whole response."""
    from tocsin.app import once

    return await once.grade_suite(suite, configuration.load(config_path))


def serve(
    config_path: ConfigPath, *, host: str | None, port: int | None, only: Literal["web", "worker", "status"] | None
) -> None:
    """Runs the service, or one half of it, until it is told to stop."""
    from tocsin.app import service

    service.run(configuration.load(config_path), host=host, port=port, only=only)


async def dead_letters(config_path: ConfigPath) -> "list[KeptDelivery]":
    """The refused bodies, newest first."""
    from tocsin.app.settings import Settings
    from tocsin.store.sql import open_store

    settings = Settings.read(configuration.load(config_path))
    async with open_store(settings.store) as store:
        return await store.read(lambda ledger: ledger.deliveries.dead(limit=1000))


async def replay(config_path: ConfigPath, delivery: str) -> list[dict[str, object]]:
    """Reads one refused body again, or `all`; what became of each."""
    from tocsin.app import service

    return await service.replay(configuration.load(config_path), delivery)


def audit_verify(config_path: ConfigPath, anchor: Path | None) -> "Verdict":
    """Checks every chain, offline. Raises StoreError when there is no store, DataError for an unreadable anchor."""
    from tocsin.store import audit
    from tocsin.store.anchor import read_anchor
    from tocsin.store.settings import StoreSettings

    settings = configuration.load(config_path).section("store", StoreSettings)
    return audit.verify(settings, anchor=read_anchor(anchor) if anchor else None)


def audit_anchor(config_path: ConfigPath) -> str:
    """The heads of all chains as text, to be kept elsewhere."""
    from tocsin.connectors.system import SystemClock
    from tocsin.store import audit
    from tocsin.store.settings import StoreSettings

    settings = configuration.load(config_path).section("store", StoreSettings)
    return audit.anchor(settings, SystemClock().now()).as_text()


async def erase_body(config_path: ConfigPath, incident: str, seq: int, *, reason: str, actor: str) -> "Event":
    """Erases the content of one event by a named act."""
    from tocsin.connectors.system import SystemClock
    from tocsin.store.settings import StoreSettings
    from tocsin.store.sql import open_store

    now = SystemClock().now()
    async with open_store(configuration.load(config_path).section("store", StoreSettings)) as store:
        return await store.write(
            lambda ledger: ledger.timeline.erase_body(incident, seq, reason=reason, actor=actor, at=now)
        )
