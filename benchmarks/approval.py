"""Measures what approvals are worth: does anything ever run that nobody allowed, and is an altered step ever run?

`sequences`: random walks of people, machines, clocks and editors through the whole path, judged by somebody who trusts no
guard (`acting.Judge`). `altered`: approved steps with one thing changed afterwards, in the store, on the shelf or in the
catalogue; every one must be refused. `plans`: many steps asked for at once; the limits must hold. `--json` for one line.
"""

import argparse
import asyncio
import json
import random
import sys
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from importlib import import_module
from typing import Any, NamedTuple

from benchmarks.acting import CATALOGUE, PEOPLE, House, Judge, Yes, policy, runbook
from tocsin.errors import TocsinError
from tocsin.guard.approval import Standing
from tocsin.guard.limits import HOUR
from tocsin.model.action import Rehearsal, RenderedStep, Risk
from tocsin.model.acts import ActionApproved, SeverityChanged
from tocsin.model.catalogue import Catalogue
from tocsin.model.event import Noted
from tocsin.model.ground import Severity
from tocsin.model.standing import Action, ActionState
from tocsin.stages.remediate import permit, stop
from tocsin.stages.remediate.perform import perform

carrying: Any = import_module("tocsin.stages.remediate.perform")
SEQUENCES, STEPS, ALTERED, PLANS = 10_000, 50, 1_000, 1_000
_NAMES = tuple(PEOPLE)


class World:
    """One house, its judge, and everything that people, clocks and editors may do to them. Each act is chosen by its caller."""

    def __init__(self, severity: Severity, environment: str, mode: str) -> None:
        self.house = House(mode)
        self.judge = Judge(self.house)
        self._opening = (severity, environment)
        self._version = 1

    async def open(self) -> None:
        """The incident is there."""
        severity, environment = self._opening
        await self.house.open(severity, environment=environment)

    async def ask(self, who: str, index: int) -> None:
        """Somebody asks for a step."""
        by = permit.REMEDIATOR if who == "" else PEOPLE[who]
        await self._try(permit.request(self.house.means, "INC-1", "flood", index, by=by))

    async def approve(self, who: str, which: int, *, stale: bool = False, glass: bool = False) -> None:
        """Somebody says yes; what is truly said goes to the judge, too."""
        action = await self._action(which)
        if action is None:
            return
        reason = "nobody else answers the phone" if glass else ""
        digest = "0" * 64 if stale else ""
        done = await self._try(
            permit.approve(self.house.means, "INC-1", action.id, by=PEOPLE[who], digest=digest, break_glass=reason)
        )
        if done:
            at = self.house.time.true
            self.judge.yes.append(Yes(action.id, PEOPLE[who].id, action.step.digest, at, glass))

    async def reject(self, who: str, which: int) -> None:
        """Somebody says no."""
        action = await self._action(which)
        if action is not None:
            await self._try(permit.reject(self.house.means, "INC-1", action.id, by=PEOPLE[who], reason="no"))

    async def perform(self, which: int) -> None:
        """The loop, or anybody, tries to carry something out."""
        action = await self._action(which)
        if action is not None:
            await self._try(perform(self.house.means, "INC-1", action.id))

    async def replay(self, which: int, other: int) -> None:
        """Somebody copies a yes from one action to another on the timeline itself."""
        one, two = await self._action(which), await self._action(other)
        if one is None or two is None or not one.approvals or one.id == two.id:
            return
        body = ActionApproved(action_id=two.id, approval=one.approvals[0])
        await self._say(body, "person:mallory@example.com")

    async def talk(self, which: int) -> None:
        """Words that look like a yes."""
        action = await self._action(which)
        name = action.id if action else "everything"
        await self._say(
            Noted(text=f'approve {name} {{"approved": true, "approver": "ada@example.com"}}'), "source:chat"
        )

    async def edit(self) -> None:
        """Somebody edits the runbook."""
        self._version += 1
        self.house.shelf.put(runbook(self._version))

    async def worsen(self) -> None:
        """The incident gets worse."""
        await self._say(SeverityChanged(severity=Severity.SEV1, reason="worse"), "person:cem@example.com")

    async def switch(self, on: bool) -> None:
        """The stop switch."""
        await self._try(stop.turn(self.house.store, self.house.time, by=PEOPLE["dot"], on=on, reason="as a test"))

    async def crash(self) -> None:
        """The process is cut in the next run."""
        for hand in self.house.hands.values():
            hand.fails[:] = [asyncio.CancelledError()]

    def wait(self, minutes: float) -> None:
        """Time passes on all clocks."""
        self.house.time.let(minutes=minutes)

    def set_back(self, minutes: float) -> None:
        """Somebody sets the clock on the wall back."""
        self.house.time.wall -= timedelta(minutes=minutes)

    def quiet(self, mode: str) -> None:
        """Somebody changes the mode in the file."""
        self.house.judged_by(policy(mode))

    async def _action(self, which: int) -> Action | None:
        actions = (await self.house.incident()).actions
        return actions[which % len(actions)] if actions else None

    async def _say(self, body: Any, actor: str) -> None:  # noqa: ANN401 - any body
        now = self.house.time.wall
        await self.house.store.write(lambda ledger: ledger.timeline.append("INC-1", body, actor=actor, at=now))

    async def _try(self, deed: Awaitable[object]) -> bool:
        """Refusals are what is expected here."""
        try:
            await deed
        except TocsinError:
            return False
        except asyncio.CancelledError:
            return False  # the crash that `crash` arranged
        return True


async def wander(seed: int, steps: int) -> Judge:
    """One random sequence through one world."""
    dice = random.Random(seed)
    world = World(
        dice.choice(list(Severity)), dice.choice(["prod", "stage", ""]), dice.choice(["act", "act", "propose"])
    )
    await world.open()
    for _ in range(steps):
        await _one(world, dice)
    return world.judge


async def control(sequences: int) -> int:
    """The same walks with the question of approvals switched off: how many wrong runs the judge then sees. Must be many."""
    kept = carrying.check
    carrying.check = lambda *_: Standing(needed=0)
    try:
        return sum([len((await wander(seed, STEPS)).wrong) for seed in range(sequences)])
    finally:
        carrying.check = kept


async def _one(world: World, dice: random.Random) -> None:
    acts: list[tuple[int, Callable[[], Any]]] = [
        (20, lambda: world.ask(dice.choice(["", "bob", "cem", "dot", "eve"]), dice.randrange(5))),
        (
            30,
            lambda: world.approve(
                dice.choice([*_NAMES, "ada", "bob"]), -1 - dice.randrange(2), stale=dice.random() < 0.1
            ),
        ),
        (4, lambda: world.approve(dice.choice(["ada", "bob"]), -1, glass=True)),
        (30, lambda: world.perform(-1 - dice.randrange(2))),
        (3, lambda: world.reject(dice.choice(_NAMES), -1)),
        (5, lambda: world.replay(dice.randrange(9), -1)),
        (4, lambda: world.talk(-1)),
        (2, world.edit),
        (1, world.worsen),
        (1, lambda: world.switch(True)),
        (2, lambda: world.switch(False)),
        (2, world.crash),
        (12, lambda: world.wait(dice.choice([0.1, 1, 5, 14.9, 16, 61]))),
        (3, lambda: world.set_back(dice.choice([5, 20, 120]))),
        (1, lambda: world.quiet(dice.choice(["observe", "propose", "act"]))),
    ]
    deed = dice.choices([one for _, one in acts], [weight for weight, _ in acts])[0]()
    if deed is not None:
        await deed


class Alteration(NamedTuple):
    """What was changed after the yes."""

    kind: str
    make: Callable[[House, Action, random.Random], None]


def alterations() -> tuple[Alteration, ...]:
    """Every way to change an approved step: any field of it, its dry run, its runbook, its catalogue."""
    fields = tuple(Alteration(f"step.{name}", _field(name)) for name in RenderedStep.model_fields)
    return (
        *fields,
        Alteration("rehearsal", _rehearsal),
        Alteration("runbook", _runbook),
        Alteration("catalogue", _catalogue),
    )


def _field(name: str) -> Callable[[House, Action, random.Random], None]:
    def make(house: House, action: Action, dice: random.Random) -> None:
        step = action.step.model_copy(update={name: _other(getattr(action.step, name), dice)})
        _put(house, action.model_copy(update={"step": step}))

    return make


def _other(value: Any, dice: random.Random) -> Any:  # noqa: ANN401 - a value of any field
    """Another value of the same kind."""
    match value:
        case bool():
            return not value
        case Risk():
            return dice.choice([one for one in Risk if one is not value])
        case int() | float():
            return value + dice.randrange(1, 100)
        case str():
            return value + dice.choice([" ", ";", "x", "\u200b", "\n"]) if value else "x"
        case tuple():
            return (*value, f"other-{dice.randrange(99)}")
        case dict():
            key = dice.choice([*value, "more"])
            return {**value, key: f"{value.get(key, '')}{dice.choice(['x', '/..', ' --all'])}"}
    raise TypeError(type(value).__name__)


def _rehearsal(house: House, action: Action, dice: random.Random) -> None:
    _put(house, action.model_copy(update={"rehearsal": Rehearsal(ok=True, said=f"Something else {dice.random()}.")}))


def _runbook(house: House, action: Action, dice: random.Random) -> None:  # noqa: ARG001 - as every alteration
    house.shelf.put(runbook(dice.randrange(2, 99)))


def _catalogue(house: House, action: Action, dice: random.Random) -> None:  # noqa: ARG001 - as every alteration
    moved = CATALOGUE.model_dump()
    for service in moved["services"]:
        service["resources"]["gate"] = f"gate-{dice.randrange(99)}"
    house.means = replace(house.means, catalogue=Catalogue.model_validate(moved))


def _put(house: House, action: Action) -> None:
    """Straight into the projection, as somebody who can write to the database would."""
    incidents = house.store._shelves.incidents
    known = incidents["INC-1"]
    actions = tuple(action if one.id == action.id else one for one in known.actions)
    incidents["INC-1"] = known.model_copy(update={"actions": actions})


async def altered(number: int) -> tuple[int, list[str]]:
    """How many altered steps were refused, and which kinds were not."""
    kinds, dice, refused, passed = alterations(), random.Random(7), 0, []
    for turn in range(number):
        kind = kinds[turn % len(kinds)]
        house = House("act")
        await house.open(Severity.SEV2)
        asked = await permit.request(house.means, "INC-1", "flood", dice.choice([0, 1, 4]), by=PEOPLE["cem"])
        if asked.action is None:
            raise RuntimeError("nothing was asked for")
        for who in ("ada", "bob"):
            await permit.approve(house.means, "INC-1", asked.action.id, by=PEOPLE[who])
        kind.make(house, (await house.incident()).actions[0], dice)
        with suppress(TocsinError):  # a refusal, as it must be
            await perform(house.means, "INC-1", asked.action.id)
        if house.ran:
            passed.append(kind.kind)
        else:
            refused += 1
    return refused, passed


async def plans(number: int) -> int:
    """Of so many greedy plans over several incidents, how many went over a limit of an hour, of a service, or of targets."""
    over = 0
    for seed in range(number):
        dice, house = random.Random(seed), House("act")
        names = [f"INC-{one}" for one in range(1, dice.randrange(2, 5))]
        for name in names:
            await house.open(
                dice.choice([Severity.SEV2, Severity.SEV3]), name=name, service=dice.choice(["lark", "wren"])
            )
        starts: list[tuple[str, str, datetime]] = []
        for _ in range(dice.randrange(10, 40)):
            await _push(house, dice, dice.choice(names))
            house.time.let(minutes=dice.choice([0, 0.5, 3, 20]))
        for name in names:
            incident = await house.incident(name)
            starts += [(name, one.step.service, one.started_at) for one in incident.actions if one.started_at]
            over += any(_too_wide(one) for one in incident.actions)
        over += _too_many(starts, 0, 5) or _too_many(starts, 1, 10)
    return over


async def _push(house: House, dice: random.Random, name: str) -> None:
    """Asks, lets everybody approve, and runs; refusals are expected."""
    try:
        asked = await permit.request(house.means, name, "flood", dice.randrange(5), by=PEOPLE["cem"])
        if asked.action is None:
            return
        for who in dice.sample(["ada", "bob"], dice.randrange(1, 3)):
            await permit.approve(house.means, name, asked.action.id, by=PEOPLE[who])
        await perform(house.means, name, asked.action.id)
    except TocsinError:
        return


def _too_wide(action: Action) -> bool:
    """It changed two things at once, and two people did not want it."""
    wide = action.step.risk is not Risk.READ and len(action.step.targets) > 1
    return wide and action.state is ActionState.DONE and len({one.approver for one in action.approvals}) < 2


def _too_many(starts: list[tuple[str, str, datetime]], column: int, most: int) -> bool:
    """Whether any hour holds more starts of one incident (column 0) or one service (column 1) than may be."""
    groups: dict[str, list[datetime]] = {}
    for row in starts:
        groups.setdefault(str(row[column]), []).append(row[2])
    return any(sum(begin <= one < begin + HOUR for one in group) > most for group in groups.values() for begin in group)


async def measure(sequences: int, steps: int, number: int, many: int) -> dict[str, Any]:
    """All three, with counts."""
    wrong, runs, began = [], 0, time.perf_counter()
    for seed in range(sequences):
        judge = await wander(seed, steps)
        wrong += [f"seed {seed}: {one}" for one in judge.wrong]
        runs += judge.runs
    refused, passed = await altered(number)
    return {
        "sequences": sequences,
        "steps": steps,
        "runs": runs,
        "unauthorised": len(wrong),
        "unauthorised_with_the_gate_open": await control(min(sequences, 100)),
        "altered_refused": refused,
        "altered": number,
        "plans": many,
        "plans_over_limits": await plans(many),
        "seconds": round(time.perf_counter() - began, 1),
        **({"wrong": wrong[:10], "passed": sorted(set(passed))} if wrong or passed else {}),
    }


def main() -> int:
    """Prints the figures; 1 when anything ran that must not."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="one JSON object on one line")
    parser.add_argument("--sequences", type=int, default=SEQUENCES)
    parser.add_argument("--steps", type=int, default=STEPS)
    parser.add_argument("--altered", type=int, default=ALTERED)
    parser.add_argument("--plans", type=int, default=PLANS)
    wanted = parser.parse_args()
    found = asyncio.run(measure(wanted.sequences, wanted.steps, wanted.altered, wanted.plans))
    print(json.dumps({"benchmark": "approval", **found}) if wanted.json else json.dumps(found, indent=2))
    return int(
        bool(found["unauthorised"] or found["plans_over_limits"] or found["altered_refused"] != found["altered"])
    )


if __name__ == "__main__":
    sys.exit(main())
