"""What a runbook says must hold first is read just now, shown to whoever approves, and stops the step when it does not hold."""

import asyncio
from dataclasses import replace
from typing import Any

import pytest
from benchmarks.acting import PEOPLE, House

from tocsin.library.steps import Probe
from tocsin.model.action import Decision
from tocsin.model.ground import Severity
from tocsin.model.standing import Action, ActionState
from tocsin.stages.remediate import permit

CEM = PEOPLE["cem"]
LOOK, OFF = 0, 1
RUNS = {
    "text": "The gate answers.",
    "run": {"executor": "http", "target": "{gate}", "method": "GET", "path": "/state"},
    "expect": "contains well",
}
MEASURED = {"text": "The queue is short.", "metric": 'queue{service="{service}"}', "expect": "< 100"}


def asked(*probes: Any, output: str = "all is well", step: int = OFF, measured: Any = None) -> tuple[Action, House]:
    async def story() -> tuple[Action, House]:
        house = House("act")
        book = house.shelf.get("flood")
        house.shelf.put(book.model_copy(update={"preconditions": tuple(Probe.model_validate(one) for one in probes)}))
        house.hands["http"].output = output
        house.means = replace(house.means, measured=measured)
        await house.open(Severity.SEV3)
        found = (await permit.request(house.means, "INC-1", "flood", step, by=CEM)).action
        assert found is not None
        return found, house

    return asyncio.run(story())


def reading(value: float) -> Any:
    async def measured(probe: Probe, step: Any) -> tuple[bool | None, str]:
        assert step.slots["service"] == "lark"
        return value < 100, f"saw {value:g}"

    return measured


def test_what_holds_is_shown_with_what_was_seen_and_the_step_goes_on_as_the_policy_says() -> None:
    action, house = asked(RUNS, MEASURED, measured=reading(7))
    assert action.rehearsal is not None
    assert action.rehearsal.preconditions == (
        ("The gate answers.", True, "expected contains well, saw: all is well"),
        ("The queue is short.", True, "saw 7"),
    )
    assert (action.state, action.verdict.decision) == (ActionState.REQUESTED, Decision.AUTO)
    assert [step.risk for step, _ in house.hands["http"].ran] == ["read"]  # it was read, and nothing was done


@pytest.mark.parametrize(
    ("probe", "output", "measured", "seen"),
    [
        (RUNS, "on fire", None, "The gate answers. expected contains well, saw: on fire"),
        (MEASURED, "", reading(700), "The queue is short. saw 700"),
    ],
)
def test_what_does_not_hold_stops_the_step_before_anybody_is_asked(
    probe: Any, output: str, measured: Any, seen: str
) -> None:
    action, house = asked(probe, output=output, measured=measured)
    assert action.state is ActionState.REJECTED
    assert action.said == f"the dry run failed: First it must be so: {seen}"
    assert house.hands["http"].rehearsed == []


@pytest.mark.parametrize("probe", [MEASURED, "The owner has been told."])
def test_what_nothing_here_can_read_makes_a_step_ask_that_would_run_by_itself(probe: Any) -> None:
    action, _ = asked(probe)
    assert action.state is ActionState.REQUESTED
    assert action.verdict.decision is Decision.ONE
    assert action.rehearsal is not None
    assert [holds for _, holds, _ in action.rehearsal.preconditions] == [None]


def test_a_step_that_only_looks_needs_nothing_to_hold() -> None:
    action, _ = asked(RUNS, output="on fire", step=LOOK)
    assert action.rehearsal is not None
    assert action.rehearsal.preconditions == ()


def test_what_was_read_is_part_of_what_an_approval_binds_to() -> None:
    from tocsin.model.action import approval_digest

    one, _ = asked(RUNS)
    other, _ = asked(RUNS, output="well, well")
    assert one.step.digest == other.step.digest
    assert approval_digest(one.step, one.rehearsal) != approval_digest(other.step, other.rehearsal)
