"""Budgets of documents: they count, they warn, and a hard stop keeps models from being asked and nobody from being helped."""

import asyncio

from tests.scripted_models import Scripted, model_server
from tests.story.test_models import honest, played
from tests.story.test_pipeline import ALERT, OURS, world

from tocsin.model.event import Event
from tocsin.model.incident import Incident
from tocsin.model.run import BudgetCrossed, Phase
from tocsin.playbooks.shelf import texts_in
from tocsin.stages.playing import start
from tocsin.web.spending import Spendings, spent

BUDGET = """
apiVersion: kubeswarm.io/v1alpha1
kind: SwarmBudget
metadata: { name: pipeline, namespace: anywhere }
spec:
  selector: { team: three-agents }
  period: daily
  limit: "LIMIT"
  warnAt: 1
  hardStop: true
"""


async def twice(url: str, limit: str) -> tuple[list[tuple[Incident, list[Event]]], Spendings]:
    """The pipeline with models, on two incidents one after the other."""
    known = {"known": {"small:*": {"url": url, "price_in": 1000.0, "price_out": 1000.0}}}
    async with world(models=known) as here:
        desk = here.house.desk
        ((name, text),) = texts_in(OURS)
        texts = [(name, played(text)), ("budget.yaml", BUDGET.replace("LIMIT", limit))]
        checked = desk.playbooks.of(texts).sound().team("three-agents")
        came = []
        for run in ("one", "two"):
            begun = await desk.store.write(
                lambda ledger, run=run: start(here.attempt(ledger), checked, run, {"alert": ALERT}, f"run {run}")
            )
            came.append(await here.walked(begun.id))
        return came, await spent(desk.store, desk.clock)


def through(limit: str) -> tuple[list[tuple[Incident, list[Event]]], Scripted, Spendings]:
    async def told() -> tuple[list[tuple[Incident, list[Event]]], Scripted, Spendings]:
        scripted = Scripted(honest)
        async with model_server(scripted) as url:
            came, costs = await twice(url, limit)
            return came, scripted, costs

    return asyncio.run(told())


def test_a_run_on_a_used_up_budget_fails_before_a_token_is_spent_and_the_shipped_playbook_takes_the_incident() -> None:
    ((first, events), (second, _)), scripted, costs = through("0.50")
    assert first.runs[0].phase is Phase.SUCCEEDED
    assert first.runs[0].step("notifier").replaced.startswith("BudgetExceeded: pipeline has ")  # used up on the way
    crossed = [one.body for one in events if isinstance(one.body, BudgetCrossed)]
    assert [one.phase for one in crossed][-1:] == ["Exceeded"]
    refused, instead = second.runs
    assert (refused.phase, refused.steps) == (Phase.FAILED, ())
    assert refused.said.startswith("BudgetExceeded: pipeline has ")
    assert instead.origin.startswith("shipped/")
    assert instead.phase is Phase.SUCCEEDED
    assert {one.incident for one in costs.spendings} == {first.id}
    assert sum(one.questions for one in costs.spendings) == len(scripted.asked)


def test_a_budget_that_is_not_used_up_warns_once_and_everything_goes_on() -> None:
    ((first, events), (second, again)), _, _ = through("60")
    assert first.runs[0].phase is second.runs[0].phase is Phase.SUCCEEDED
    for told in (events, again):
        assert [one.body.phase for one in told if isinstance(one.body, BudgetCrossed)] == ["Warning"]
    assert all(not one.replaced for one in second.runs[0].steps)
