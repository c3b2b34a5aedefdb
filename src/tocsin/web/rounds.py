"""The rounds: what the service does by the clock. Second looks, maintenance windows, heartbeats, connectors, the dead-man call.

`tick(now)` does whatever is due and can be called by a test; `run` calls it until the house closes. A round that fails is
logged and counted, and the dead-man is then not called: silence is how he learns of it.
"""

import asyncio
import logging
from datetime import datetime, timedelta
from functools import partial

from tocsin.errors import SourceError, StoreError, TocsinError
from tocsin.guard.attempt import Attempt
from tocsin.model.identity import SERVICE
from tocsin.ports import Ledger
from tocsin.stages import playing
from tocsin.stages.communicate import maintenance
from tocsin.stages.intake import Outcome, alertmanager_silences, put_silences, receive, rejudge
from tocsin.stages.watch import connector_alerts, heartbeat_alerts
from tocsin.web.letters import follow_up
from tocsin.web.rooms import Rooms

_log = logging.getLogger(__name__)
_PROBE_SECONDS = 10.0


class Rounds:
    """The periodic work of one service. Not for two tasks at once."""

    def __init__(self, rooms: Rooms) -> None:
        self._rooms = rooms
        self._next: dict[str, datetime] = {}

    async def run(self) -> None:
        """Makes rounds until the house closes."""
        while not self._rooms.stopping.is_set():
            await self.round()
            try:
                async with asyncio.timeout(self._rooms.watch.tick_seconds):
                    await self._rooms.stopping.wait()
            except TimeoutError:
                continue

    async def round(self) -> None:
        """One tick; a failure is counted and never ends the rounds."""
        try:
            await self.tick(self._rooms.clock.now())
        except Exception:  # noqa: BLE001 - whatever it was, the next round must come; the dead-man was not called
            _log.exception("a round of the watch failed")
            self._rooms.metrics.ticks.labels("failed").inc()
        else:
            self._rooms.metrics.ticks.labels("ok").inc()

    async def tick(self, now: datetime) -> None:
        """Whatever is due at `now`. Raises what the store raises."""
        await self._probe(now)
        await self._ask_agents(now)
        await self._pull(now)
        for outcome in await self._rooms.store.write(lambda ledger: self._look(ledger, now)):
            follow_up(self._rooms, outcome)
            self._rooms.metrics.count(outcome.decisions)
        await self._fire(now)
        await self._call_dead_man(now)

    async def _fire(self, now: datetime) -> None:
        """Triggers whose schedule has come to a tick. One that cannot start its run is said, and waits for its next tick."""
        rooms, playbooks = self._rooms, self._rooms.playbooks
        if playbooks is None:
            return
        for key in await rooms.store.read(lambda ledger: playing.ticks_due(ledger, playbooks, now)):
            try:
                incident = await rooms.store.write(
                    partial(lambda ledger, key: playing.tick(self._attempt(ledger, now), playbooks, key), key=key)
                )
            except StoreError:
                raise
            except TocsinError as failure:
                _log.warning("trigger %s of %s could not start its run: %s", key.name, key.namespace, failure)
                await rooms.store.write(
                    partial(lambda ledger, key: playing.see_to(self._attempt(ledger, now), key, now), key=key)
                )
                continue
            if incident is not None:
                rooms.respond(incident.id)

    def _attempt(self, ledger: Ledger, now: datetime) -> Attempt:
        return Attempt(ledger, SERVICE, now, self._rooms.names, self._rooms.people, self._rooms.clean)

    def _look(self, ledger: Ledger, now: datetime) -> tuple[Outcome, Outcome]:
        rooms = self._rooms
        maintenance.turn(ledger, rooms.messages, now)
        again = rejudge(ledger, rooms.rules, rooms.catalogue, now, rooms.names)
        alerts = [
            *heartbeat_alerts(ledger, rooms.watch.heartbeats, rooms.pulses.started, now),
            *connector_alerts(ledger, rooms.pulses, rooms.watch.connectors, now),
        ]
        return again, receive(ledger, alerts, rooms.rules, rooms.catalogue, now, rooms.names)

    def _due(self, what: str, now: datetime, seconds: float) -> bool:
        if now < self._next.get(what, now):
            return False
        self._next[what] = now + timedelta(seconds=seconds)
        return True

    async def _probe(self, now: datetime) -> None:
        """Asks every connector for a sign of life, all at once."""
        if self._rooms.probes and self._due("probes", now, self._rooms.watch.connectors.probe_seconds):
            await asyncio.gather(*(self._probe_one(name, now) for name in self._rooms.probes))

    async def _probe_one(self, name: str, now: datetime) -> None:
        try:
            async with asyncio.timeout(_PROBE_SECONDS):
                await self._rooms.probes[name]()
        except TimeoutError:
            self._rooms.pulses.failure(name, f"no answer within {_PROBE_SECONDS:g} seconds")
        except TocsinError as failure:
            self._rooms.pulses.failure(name, failure.what)
        else:
            self._rooms.pulses.success(name, now)

    async def _ask_agents(self, now: datetime) -> None:
        """Asks every remote agent for a sign of life; one that was let go is not watched any more."""
        roster, pulses = self._rooms.roster, self._rooms.pulses
        if roster is None or not self._due("agents", now, self._rooms.watch.connectors.probe_seconds):
            return
        signs = {f"agent:{one.name}": one for one in await roster.check()}
        for name in [name for name, _ in pulses if name.startswith("agent:") and name not in signs]:
            del pulses.by_name[name]
        for name, sign in signs.items():
            if sign.failure:
                pulses.failure(name, sign.failure)
            else:
                pulses.success(name, now)

    async def _pull(self, now: datetime) -> None:
        """Asks for silences. Whoever does not answer leaves them as they were: they end by themselves."""
        if not self._due("silences", now, self._rooms.watch.silences_seconds):
            return
        for name, ask in self._rooms.silences.items():
            try:
                found, refused = alertmanager_silences(await ask())
            except TocsinError as failure:
                self._rooms.pulses.failure(name, failure.what)
                continue
            self._rooms.pulses.success(name, now)
            for what in refused:
                _log.warning("a silence is not honoured: %s", what)
            await self._rooms.store.write(partial(put_silences, silences=found))

    async def _call_dead_man(self, now: datetime) -> None:
        dead_man = self._rooms.watch.dead_man
        if dead_man is None or not self._due("dead_man", now, dead_man.every_seconds):
            return
        try:
            await self._fetch(self._rooms.dead_man_url)
        except TocsinError as failure:
            _log.warning("the dead-man URL did not answer: %s", failure.code)
            self._rooms.metrics.dead_man.labels("failed").inc()
        else:
            self._rooms.metrics.dead_man.labels("ok").inc()

    async def _fetch(self, url: str) -> bytes:
        if self._rooms.fetch is None or not url:
            raise SourceError("no client for outside calls was given.", "This is a mistake of tocsin's wiring.")
        return await self._rooms.fetch(url)
