"""The postman: empties the outbox while the worker runs. Started by `service`; one for each process."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from datetime import datetime, timedelta
from functools import partial

import structlog

from tocsin.app.settings import Settings
from tocsin.connectors.channels import open_channels
from tocsin.connectors.email_channel import Email
from tocsin.connectors.outbound import Outbound, OutboundSettings
from tocsin.connectors.pagers import open_pagers, scheduled
from tocsin.connectors.subscriber_hooks import SubscriberHooks
from tocsin.connectors.system import RandomNames
from tocsin.connectors.trackers import open_trackers
from tocsin.errors import StoreError
from tocsin.guard.policy import InForce, may_leave
from tocsin.model.subscriber import Masthead
from tocsin.model.update import Audience
from tocsin.ports import Clock, Ledger, Parcel, Store, Tracker
from tocsin.stages.deliver import (
    Courier,
    Deliveries,
    Lists,
    PageChannel,
    item_courier,
    message_courier,
    pager_couriers,
    subscriber_courier,
)
from tocsin.stages.review import follow

ROUND_SECONDS = 1.0
FOLLOW_SECONDS = 3600.0
"""How often trackers are asked whether exported items are closed there."""
LAST_SECONDS = 15.0
"""So long may what is under way take when the service ends; it is brought again afterwards."""
FORGET_DAYS = 7
"""So long is kept that a stranger was written to."""
STRANGERS = OutboundSettings(ports=(443, 8443), max_bytes=10_000, timeout_seconds=5)
_log = structlog.get_logger(__name__)


def couriers(settings: Settings, store: Store, clock: Clock) -> dict[str, Courier]:
    """Who brings each kind of parcel, as configured. Raises ConfigError for a secret that is not where it should be."""
    pagers = open_pagers(settings.pagers, settings.config)
    lists = _lists(settings, store, clock)
    channels = {**open_channels(settings.config), PageChannel.name: PageChannel(store, clock, lists.head)}
    read_by_all = {name: channels[name] for name in settings.channels.reaching()[Audience.INTERNAL] if name in channels}
    return pager_couriers(pagers, scheduled(pagers), read_by_all) | {
        "message": message_courier(channels, store),
        "work_item": item_courier(open_trackers(settings.config)),
        "subscriber": subscriber_courier(lists),
    }


def _lists(settings: Settings, store: Store, clock: Clock) -> Lists:
    """What subscribers are told with. Their webhooks are strangers' addresses: what is allowed for our own is not for them."""
    mail = settings.channels.email
    return Lists(
        store=store,
        clock=clock,
        names=RandomNames(clock),
        head=Masthead(name=settings.statuspage.name, url=settings.statuspage.url),
        mailbox=Email.opened(mail, settings.config) if mail else None,
        hooks=SubscriberHooks(Outbound(STRANGERS), clock),
    )


@asynccontextmanager
async def open_postman(settings: Settings, store: Store, clock: Clock) -> AsyncIterator[None]:
    """Delivers in the background until the block ends; what is not delivered then stays in the outbox."""
    bell = asyncio.Event()
    stopping = asyncio.Event()

    def arrived(_: Parcel) -> None:
        bell.set()  # the next one of its lane may go

    law = InForce(settings.policy, settings.config.origin)
    deliveries = Deliveries(
        store,
        couriers(settings, store, clock),
        clock.now,
        arrived,
        lambda incident, kind: may_leave(incident, law, kind),
    )
    trackers = open_trackers(settings.config)
    running = asyncio.create_task(_rounds(deliveries, bell, stopping))
    forgetting = asyncio.create_task(_forgetting(store, clock, stopping))
    following = asyncio.create_task(_following(store, trackers, clock, stopping)) if trackers else None
    try:
        yield
    finally:
        stopping.set()
        bell.set()
        await running
        await forgetting
        if following is not None:
            await following
        await deliveries.finish(LAST_SECONDS)


async def _forgetting(store: Store, clock: Clock, stopping: asyncio.Event) -> None:
    """What was sent to strangers leaves the outbox after some days."""
    while not stopping.is_set():
        try:
            await store.write(partial(_forget, before=clock.now() - timedelta(days=FORGET_DAYS)))
        except StoreError:
            _log.exception("outbox_unreadable")
        with suppress(TimeoutError):
            await asyncio.wait_for(stopping.wait(), FOLLOW_SECONDS)


def _forget(ledger: Ledger, before: datetime) -> int:
    return ledger.outbox.forget(before)


async def _following(store: Store, trackers: Mapping[str, Tracker], clock: Clock, stopping: asyncio.Event) -> None:
    """What was closed in a tracker is done here, too."""
    while not stopping.is_set():
        try:
            await follow(store, trackers, clock.now())
        except StoreError:
            _log.exception("items_unreadable")
        with suppress(TimeoutError):
            await asyncio.wait_for(stopping.wait(), FOLLOW_SECONDS)


async def _rounds(deliveries: Deliveries, bell: asyncio.Event, stopping: asyncio.Event) -> None:
    while not stopping.is_set():
        bell.clear()
        try:
            await deliveries.round()
        except StoreError:
            _log.exception("outbox_unreadable")  # the store says so on /healthz, too; the next round tries again
        with suppress(TimeoutError):
            await asyncio.wait_for(bell.wait(), ROUND_SECONDS)
