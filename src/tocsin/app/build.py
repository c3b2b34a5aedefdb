"""Builds the house from its settings and opens it. Called by the other modules of `app`; the one place that names adapters."""

import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial

from tocsin.app.settings import Settings
from tocsin.connectors.system import RandomNames, SystemClock
from tocsin.guard.redact import Redact, redact
from tocsin.library.runbooks import load_shelf
from tocsin.model.alert import Alert, Delivery
from tocsin.model.ground import IncidentType
from tocsin.ports import Clock, Names, Store
from tocsin.response import Desk
from tocsin.roles.analysts.alert import AlertReader
from tocsin.roles.analysts.change import ChangeAnalyst
from tocsin.roles.analysts.dependency import DependencyMapper
from tocsin.roles.analysts.log import LogAnalyst
from tocsin.roles.analysts.metric import MetricAnalyst
from tocsin.roles.analysts.router import BuiltInRouter, load_classifier
from tocsin.roles.analysts.specialists import CatalogueSpecialist
from tocsin.roles.contract import Investigator
from tocsin.sources import registry
from tocsin.stages.communicate import Desk as Communicator
from tocsin.stages.investigate import Sources
from tocsin.store.sql import open_store


@dataclass(frozen=True, slots=True)
class House:
    """tocsin, open: its settings, and everyone a response needs."""

    settings: Settings
    desk: Desk

    def parse(self, delivery: Delivery, source: str) -> tuple[Alert, ...]:
        """The alerts in a delivery, read as that source or `auto`, without the secrets in their words. Raises IntakeError.

        From here on nothing else is passed around: titles become events and messages, so they are redacted first of all.
        """
        found = registry.parse(delivery, source, self.settings.mappings)
        return tuple(_without_secrets(alert, self.desk.redact) for alert in found)


@asynccontextmanager
async def open_house(
    settings: Settings, *, clock: Clock | None = None, names: Names | None = None
) -> AsyncIterator[House]:
    """The house, its store open; everything is closed when the block ends. Tests hand in their own clock and names."""
    clock = clock or SystemClock()
    names = names or RandomNames(clock)
    async with open_store(settings.store) as store:
        yield House(settings, _desk(settings, store, clock, names))


def _desk(settings: Settings, store: Store, clock: Clock, names: Names) -> Desk:
    return Desk(
        store=store,
        clock=clock,
        names=names,
        redact=_redactor(settings),
        router=BuiltInRouter(settings.severity, settings.routing, settings.catalogue, load_classifier()),
        investigators=_investigators(),
        specialists={kind: CatalogueSpecialist(kind) for kind in IncidentType},
        sources=Sources(),
        shelf=load_shelf(settings.runbooks.folders),
        messages=Communicator(settings.messages),
        catalogue=settings.catalogue,
        evidence=settings.evidence,
    )


def _investigators() -> tuple[Investigator, ...]:
    return (AlertReader(), MetricAnalyst(), LogAnalyst(), DependencyMapper(), ChangeAnalyst())


def _redactor(settings: Settings) -> Redact:
    """Without a configured key the marks of secrets can be compared until the next start, and not beyond."""
    named = settings.evidence.redaction_key
    key = settings.config.secret(named, "evidence.redaction_key").encode() if named else secrets.token_bytes(32)
    return partial(redact, key=key)


def _without_secrets(alert: Alert, clean: Redact) -> Alert:
    """The alert with every text a person or an analyst will read redacted; the raw delivery keeps what was sent."""
    return alert.model_copy(
        update={
            "title": clean(alert.title).text,
            "description": clean(alert.description).text,
            "labels": {name: clean(value).text for name, value in alert.labels.items()},
            "links": tuple(link.model_copy(update={"url": clean(link.url).text}) for link in alert.links),
        }
    )
