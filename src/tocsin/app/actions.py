"""Actions at this machine: what is asked for on the local store, and people's answers. Called by the command line.

Whoever can open the store acts as the local operator, and every event says so. No step is carried out here: a service on the
same store sees within seconds that a timeline has grown, and walks on.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from secrets import token_bytes

from tocsin import config as configuration
from tocsin.app.build import open_house
from tocsin.app.settings import Settings
from tocsin.connectors.system import SystemClock
from tocsin.guard.redact import redact
from tocsin.model.identity import LOCAL_OPERATOR
from tocsin.stages.remediate import Means, permit, stop
from tocsin.stages.remediate.vouch import vouch
from tocsin.stages.verify import say_whether_it_helped
from tocsin.store.settings import StoreSettings
from tocsin.store.sql import open_store
from tocsin.web.actions import (
    Actions,
    ActionShown,
    Help,
    Lacking,
    NewAction,
    No,
    Requested,
    Stops,
    Turn,
    Vouch,
    Waiver,
    Word,
    Yes,
)

ConfigPath = str | Path | None


async def listed(config_path: ConfigPath, incident_id: str) -> Actions:
    """Every requested step of an incident. Raises NotFound."""
    async with _opened(config_path) as means:
        incident = await means.store.read(lambda ledger: permit.incident_of(ledger, incident_id))
        return Actions(actions=[ActionShown.of(one, means) for one in incident.actions])


async def request(config_path: ConfigPath, incident_id: str, wanted: NewAction) -> Requested:
    """Asks for a step. Raises what `permit.request` raises."""
    async with _opened(config_path) as means:
        asked = await permit.request(
            means,
            incident_id,
            wanted.runbook_id,
            wanted.step_index,
            by=LOCAL_OPERATOR,
            given=wanted.parameters,
            environment=wanted.environment,
        )
        return _requested(asked, means)


async def roll_back(config_path: ConfigPath, incident_id: str, action_id: str) -> Requested:
    """Asks for the declared rollback of a step that ran. Raises what `permit.roll_back` raises."""
    async with _opened(config_path) as means:
        return _requested(await permit.roll_back(means, incident_id, action_id, by=LOCAL_OPERATOR), means)


async def answer(
    config_path: ConfigPath, incident_id: str, action_id: str, said: Yes | No | Word | Help
) -> ActionShown:
    """A yes, a no, a word on what came of it or on whether it helped. Raises Denied, NotNow, NotFound."""
    async with _opened(config_path) as means:
        match said:
            case Yes(approval_hash=digest, break_glass=reason):
                incident = await permit.approve(
                    means, incident_id, action_id, by=LOCAL_OPERATOR, digest=digest, break_glass=reason
                )
            case No(reason=reason):
                incident = await permit.reject(means, incident_id, action_id, by=LOCAL_OPERATOR, reason=reason)
            case Word(happened=happened, said=words):
                incident = await permit.confirm(
                    means, incident_id, action_id, by=LOCAL_OPERATOR, happened=happened, said=words
                )
            case Help(helped=helped, said=words):
                words = means.clean(words)
                word = partial(
                    say_whether_it_helped, by=LOCAL_OPERATOR, helped=helped, said=words, now=means.clock.now()
                )
                incident = await means.store.write(lambda ledger: word(ledger, incident_id, action_id))
        return ActionShown.of(permit.action_of(incident, action_id), means)


async def give(config_path: ConfigPath, incident_id: str, said: Vouch) -> Lacking:
    """Vouches for a value. Raises what `vouch` raises."""
    async with _opened(config_path) as means:
        word = {"slot": said.slot, "value": said.value, "reason": said.reason}
        return Lacking.of(await vouch(means, incident_id, by=LOCAL_OPERATOR, **word))


async def waive(config_path: ConfigPath, incident_id: str, waiver: Waiver) -> None:
    """Records that evidence need not be kept. Raises NotFound."""
    async with _opened(config_path) as means:
        await permit.waive_evidence(means, incident_id, by=LOCAL_OPERATOR, reason=waiver.reason)


async def stops(config_path: ConfigPath, wanted: Turn | None) -> Stops:
    """The switch, after turning it when that is wanted. Needs nothing but the store: it must work when little else does."""
    async with open_store(configuration.load(config_path).section("store", StoreSettings)) as store:
        if wanted is not None:
            reason = redact(
                wanted.reason, key=token_bytes(32)
            ).text  # the rest of the configuration may be what is wrong
            await stop.turn(store, SystemClock(), by=LOCAL_OPERATOR, on=wanted.on, reason=reason)
        return await store.read(lambda ledger: Stops(now=ledger.stops.now(), turns=ledger.stops.turns(20)))


def _requested(asked: permit.Asked, means: Means) -> Requested:
    if asked.action is None:
        return Requested(would_have_done=permit.would_have(asked.step, asked.verdict))
    return Requested(action=ActionShown.of(asked.action, means))


@asynccontextmanager
async def _opened(config_path: ConfigPath) -> AsyncIterator[Means]:
    async with open_house(Settings.read(configuration.load(config_path))) as house:
        yield house.means
