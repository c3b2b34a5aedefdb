"""Approvals as a machine that hypothesis tries to break: whatever people, clocks, editors and crashes do, nothing runs unasked."""

import asyncio
from datetime import timedelta

import hypothesis
from benchmarks import approval
from benchmarks.acting import PEOPLE, House, Judge, policy
from benchmarks.approval import World
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from tocsin.guard import approval as guard
from tocsin.guard.approval import Hourglass
from tocsin.model.action import Approval, Decision
from tocsin.model.ground import Severity
from tocsin.stages.remediate import permit

WHO = st.sampled_from(sorted(PEOPLE))
RECENT = st.integers(-3, -1)


class Approvals(RuleBasedStateMachine):
    """Random acts of everybody; after each, the judge must have seen nothing wrong."""

    @initialize(
        severity=st.sampled_from(list(Severity)),
        environment=st.sampled_from(["prod", "stage", ""]),
        mode=st.sampled_from(["act", "propose", "observe"]),
    )
    def open(self, severity, environment, mode):
        self.world = World(severity, environment, mode)
        asyncio.run(self.world.open())

    @rule(who=st.sampled_from(["", "bob", "cem", "dot", "eve"]), index=st.integers(0, 4))
    def ask(self, who, index):
        asyncio.run(self.world.ask(who, index))

    @rule(who=WHO, which=RECENT, stale=st.booleans(), glass=st.booleans())
    def approve(self, who, which, stale, glass):
        asyncio.run(self.world.approve(who, which, stale=stale, glass=glass))

    @rule(which=RECENT)
    def everybody_says_yes(self, which):
        for who in PEOPLE:
            asyncio.run(self.world.approve(who, which))

    @rule(which=RECENT)
    def perform(self, which):
        asyncio.run(self.world.perform(which))

    @rule(who=WHO, which=RECENT)
    def reject(self, who, which):
        asyncio.run(self.world.reject(who, which))

    @rule(which=st.integers(0, 9), other=RECENT)
    def replay(self, which, other):
        asyncio.run(self.world.replay(which, other))

    @rule(which=RECENT)
    def talk(self, which):
        asyncio.run(self.world.talk(which))

    @rule()
    def edit(self):
        asyncio.run(self.world.edit())

    @rule()
    def worsen(self):
        asyncio.run(self.world.worsen())

    @rule(on=st.booleans())
    def switch(self, on):
        asyncio.run(self.world.switch(on))

    @rule()
    def crash(self):
        asyncio.run(self.world.crash())

    @rule(minutes=st.sampled_from([0.1, 1, 4.9, 5, 14.9, 15, 61]))
    def wait(self, minutes):
        self.world.wait(minutes)

    @rule(minutes=st.sampled_from([1, 20, 120]))
    def set_back(self, minutes):
        self.world.set_back(minutes)

    @rule(mode=st.sampled_from(["act", "propose", "observe"]))
    def quiet(self, mode):
        self.world.quiet(mode)

    @invariant()
    def nothing_ran_that_nobody_allowed(self):
        if hasattr(self, "world"):
            assert self.world.judge.wrong == []


Approvals.TestCase.settings = hypothesis.settings(max_examples=40, stateful_step_count=30, deadline=None)
test_no_sequence_of_acts_makes_anything_run_that_nobody_allowed = Approvals.TestCase


def test_random_walks_run_steps_and_none_of_them_unallowed():
    async def told():
        return [await approval.wander(seed, 50) for seed in range(30)]

    judges = asyncio.run(told())
    assert [wrong for judge in judges for wrong in judge.wrong] == []
    assert sum(judge.runs for judge in judges) > 10


def test_the_judge_sees_a_step_that_runs_without_a_yes():
    async def told():
        house = House("act")
        judge = Judge(house)
        await house.open(Severity.SEV2)
        asked = await permit.request(house.means, "INC-1", "flood", 2, by=PEOPLE["cem"])
        await house.hands["kubernetes"].run(asked.step, f"INC-1/{asked.action.id}/x")
        return judge.wrong

    assert asyncio.run(told()) == ["ACT-000001: 0 of 1 approvals"]


def test_with_the_gate_open_the_judge_sees_many_wrong_runs():
    assert asyncio.run(approval.control(20)) > 20


def test_every_altered_step_is_refused():
    refused, passed = asyncio.run(approval.altered(150))  # the benchmark alters a thousand
    assert passed == []
    assert refused == 150


def test_greedy_plans_never_go_over_a_limit():
    assert asyncio.run(approval.plans(20)) == 0


def test_time_in_the_glass_runs_out_by_whichever_clock_is_stricter():
    passed = [0.0]
    glass = Hourglass(lambda: passed[0])
    start, minute = House().time.now(), timedelta(minutes=1)
    one = Approval(
        id="APR-1",
        action_id="ACT-1",
        digest="d",
        approver="ada@example.com",
        role="approver",
        issued_at=start,
        expires_at=start + 15 * minute,
    )
    assert not glass.over(one, start)
    passed[0] = 899.0
    assert not glass.over(one, start - 60 * minute)
    passed[0] = 900.0
    assert glass.over(one, start - 60 * minute)
    fresh = Hourglass(lambda: 0.0)
    assert fresh.over(one, start + 15 * minute)
    assert guard.by_the_wall(one, start + 15 * minute)


def test_a_never_is_not_enough_with_any_number_of_yeses():
    async def told():
        house = House("act")
        await house.open(Severity.SEV2)
        asked = await permit.request(house.means, "INC-1", "flood", 4, by=PEOPLE["cem"])
        for who in ("ada", "bob"):
            await permit.approve(house.means, "INC-1", asked.action.id, by=PEOPLE[who])
        return (await house.incident()).actions[0], house.time.now()

    action, now = asyncio.run(told())
    assert guard.check(action, Decision.TWO, now).enough
    assert not guard.check(action, Decision.NEVER, now).enough
    assert policy("act").approval.minutes == 15
