"""Builds the house from its settings and opens it. Called by the other modules of `app`; the one place that names adapters."""

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from functools import partial

from tocsin.app import logs, windows
from tocsin.app.after import review_rules
from tocsin.app.executors import executors
from tocsin.app.messages import communications_desk
from tocsin.app.redaction import redactor
from tocsin.app.settings import Settings
from tocsin.connectors.agents import AgentLines
from tocsin.connectors.mcp import McpServers
from tocsin.connectors.models import Minds
from tocsin.connectors.system import RandomNames, SystemClock
from tocsin.desk import Desk, Rules
from tocsin.errors import Unreadable
from tocsin.guard.approval import Hourglass
from tocsin.guard.budget import Ceilings
from tocsin.guard.policy import InForce
from tocsin.library.runbooks import open_shelf
from tocsin.model.alert import Alert, Delivery
from tocsin.model.rota import OnCall
from tocsin.model.update import Audience
from tocsin.playbooks.shelf import Playbooks
from tocsin.plays import PART
from tocsin.ports import Clock, Names, Store
from tocsin.roles.agents.cast import HouseCast
from tocsin.roles.agents.purse import Purse
from tocsin.roles.agents.roster import Roster
from tocsin.roles.agents.tools import GatedToolkit
from tocsin.roles.analysts.cast import BuiltInCast
from tocsin.roles.analysts.router import BuiltInRouter, load_classifier
from tocsin.sources import registry
from tocsin.stages import communicate, remediate, review, verify
from tocsin.stages.remediate.probe import ask_probe
from tocsin.store.sql import open_store


@dataclass(frozen=True, slots=True)
class House:
    """tocsin, open: its settings, and everyone a response needs."""

    settings: Settings
    desk: Desk
    means: remediate.Means
    """What steps are asked for, approved and carried out with."""
    looking: verify.Means
    """What finished steps, and the end of an incident, are looked at with."""
    after: review.Rules
    """What comes after it goes by these."""
    tools: McpServers
    """The tool servers of this installation."""
    roster: Roster
    """The agents elsewhere that people let in."""

    def parse(self, delivery: Delivery, source: str) -> tuple[Alert, ...]:
        """The alerts in a delivery, read as that source or `auto`, without the secrets in it. Raises IntakeError."""
        found = registry.parse(delivery, source, self.settings.mappings)
        clean = self.desk.redact(delivery.body.decode("utf-8", "replace"))
        if clean.count == 0:
            return found
        harmless = delivery.model_copy(update={"body": clean.text.encode()})
        return _same_without_secrets(found, registry.parse(harmless, source, self.settings.mappings))


@asynccontextmanager
async def open_house(
    settings: Settings, *, clock: Clock | None = None, names: Names | None = None
) -> AsyncIterator[House]:
    """The house, its store open; everything is closed when the block ends. Tests hand in their own clock and names."""
    logs.configure()
    clock = clock or SystemClock()
    names = names or RandomNames(clock)
    tools = McpServers(settings.tools, settings.config, clock)
    async with open_store(settings.store) as store:
        await Minds(settings.models, settings.config, clock).warm()
        try:
            yield _house(settings, store, clock, names, tools)
        finally:
            await tools.close()


def _house(settings: Settings, store: Store, clock: Clock, names: Names, tools: McpServers) -> House:
    clean = redactor(settings.config, settings.evidence)
    shelf, law = open_shelf(settings.runbooks), InForce(settings.policy, settings.config.origin)
    sources, measure = windows.sources(settings, store), windows.measure(settings)
    gauges = verify.Gauges(clean, sources.metrics, measure)
    glass, messages = Hourglass(time.monotonic), communications_desk(settings)
    means = remediate.Means(
        store=store,
        clock=clock,
        names=names,
        shelf=shelf,
        catalogue=settings.catalogue,
        executors=executors(settings.config, clean),
        current=law,
        environments=settings.severity.environments,
        over=glass.over,
        ask_in=messages.channels(Audience.CHANNEL),
        measured=lambda probe, step: gauges.now(probe, step, clock.now(), settings.verify),
        clean=lambda text: clean(text).text,
    )
    looking = verify.Means(
        store=store,
        clock=clock,
        names=names,
        rules=verify.Rules(settings.verify, shelf),
        gauges=replace(gauges, answer=partial(ask_probe, means)),
        post_mortem_at=settings.people.post_mortem_at,
    )
    after = review.Means(store, clock, review_rules(settings))
    router = BuiltInRouter(settings.severity, settings.routing, settings.catalogue, load_classifier())
    roster = _roster(settings, store, clock)
    desk = Desk(
        store=store,
        clock=clock,
        names=names,
        redact=clean,
        router=router,
        cast=HouseCast(
            BuiltInCast(router, clock),
            _purse(settings, store, clock),
            clean,
            lambda: frozenset(one.id for one in shelf),
            roster,
            settings.evidence.deadline_seconds * PART,
            settings.routing,
        ),
        playbooks=Playbooks(settings.playbooks),
        toolkit=GatedToolkit(tools.box, store, clock, clean, settings.playbooks.tools),
        sources=sources,
        shelf=shelf,
        messages=messages,
        catalogue=settings.catalogue,
        evidence=settings.evidence,
        rules=Rules(
            remediate.Rules(law, shelf, glass.over, settings.catalogue.digest),
            _on_call(settings),
            looking.rules,
            settings.progress,
            settings.cadence,
            messages,
            settings.people.security,
        ),
        hands=lambda fenced: {
            **remediate.hands(replace(means, store=fenced)),
            **verify.hands(replace(looking, store=fenced)),
            **review.hands(replace(after, store=fenced)),
            **communicate.hands(communicate.Means(fenced, clock, messages)),
        },
        diagnosis=settings.diagnosis,
    )
    return House(settings, desk, means, looking, after.rules, tools, roster)


def _roster(settings: Settings, store: Store, clock: Clock) -> Roster:
    lines, own = AgentLines(settings.agents, settings.config), settings.agents
    return Roster(store, lines, clock, own.seconds, own.task_characters)


def _purse(settings: Settings, store: Store, clock: Clock) -> Purse:
    minds, budget = Minds(settings.models, settings.config, clock), settings.models.budget
    ceilings = Ceilings(
        call=budget.tokens_per_call,
        incident=budget.tokens_per_incident,
        day=budget.tokens_per_day,
        month=budget.money_per_month,
    )
    return Purse(minds.mind, minds.price, ceilings, store, clock)


def _on_call(settings: Settings) -> OnCall:
    """The rotas, and whether anybody can post to channels: those the organisation reads, Apprise; PagerDuty would call people."""
    chat = settings.pagers.apprise is not None or bool(settings.channels.reaching()[Audience.INTERNAL])
    return settings.oncall.model_copy(update={"chat": chat})


def _same_without_secrets(found: tuple[Alert, ...], harmless: tuple[Alert, ...]) -> tuple[Alert, ...]:
    """The words as read after redaction, the identity as read before it: a mark is too short to tell two conditions apart.

    Titles become events and messages, and a service may be read out of a sentence, so a secret must be gone before the
    reading, not after it. Raises Unreadable when the two readings do not agree; the body is then kept as a dead letter.
    """
    if len(found) != len(harmless):
        raise Unreadable("A secret in this body stands where its meaning depends on it.", "Send it without the secret.")
    return tuple(
        clean.model_copy(update={"fingerprint": raw.fingerprint}) for raw, clean in zip(found, harmless, strict=True)
    )
