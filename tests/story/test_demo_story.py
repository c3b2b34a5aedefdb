"""The demo's story, whole: a true process is sick, a person says yes, the fix runs once, and it is over when it is over."""

import asyncio
import os
from pathlib import Path

import pytest

from tocsin import config
from tocsin.app.story import demo_story
from tocsin.errors import DataError
from tocsin.model.acts import ActionApproved, ActionFinished, ActionStarted, ActionVerified, Resolved
from tocsin.model.communication import UpdatePublished
from tocsin.model.standing import ActionState
from tocsin.model.state import State
from tocsin.model.update import Audience

ROOT = Path(__file__).resolve().parents[2]
SNAPSHOT = Path("examples/snapshots/payments-pool-exhaustion")


@pytest.fixture(autouse=True)
def at_the_root(monkeypatch):
    monkeypatch.chdir(ROOT)


def told(answer):
    asked = []

    async def decide(question, incident):
        asked.append(question)
        return answer(question)

    shipped = config.load(os.devnull, {})
    return asyncio.run(demo_story(SNAPSHOT, shipped, decide=decide)), asked


def bodies(response, kind):
    return [one.body for one in response.events if isinstance(one.body, kind)]


def test_unattended_the_story_runs_from_the_alert_to_the_all_clear_with_one_step_carried_out():
    response, asked = told(lambda _: True)
    incident = response.incident
    assert incident.state is State.RESOLVED
    assert [one.splitlines()[-1] for one in asked] == ["Publish?", "Approve?", "Give the all-clear?", "Publish?"]
    told_customers = [one for one in bodies(response, UpdatePublished) if one.audience is Audience.EXTERNAL]
    assert [one.status for one in told_customers] == ["Identified", "Resolved"]
    (started,) = bodies(response, ActionStarted)
    (finished,) = bodies(response, ActionFinished)
    assert '"resets": 1' in finished.outcome.output and started.key
    (verified,) = bodies(response, ActionVerified)
    assert verified.passed and "Expected < 0.8" in verified.said
    (resolved,) = bodies(response, Resolved)
    assert resolved.cause == incident.diagnosis.root_cause and "Reset the connection pool" in resolved.fix
    assert resolved.post_mortem_at and "Metrics: normal for 10 minutes" in " ".join(resolved.confirmed_by)
    order = [type(one.body) for one in response.events]
    assert (
        order.index(ActionApproved) < order.index(ActionStarted) < order.index(ActionVerified) < order.index(Resolved)
    )


def test_a_no_runs_nothing_and_ends_the_story():
    response, asked = told(lambda _: False)
    assert [one.splitlines()[-1] for one in asked] == ["Publish?", "Approve?"]
    assert not [one for one in bodies(response, UpdatePublished) if one.audience is Audience.EXTERNAL]
    assert bodies(response, ActionStarted) == []
    assert [one.state for one in response.incident.actions] == [ActionState.REJECTED]
    assert response.incident.is_open


def test_a_yes_to_the_fix_is_no_yes_to_the_all_clear():
    response, _ = told(lambda question: "Approve?" in question)
    assert response.incident.state is State.MONITORING
    assert bodies(response, Resolved) == []


def test_without_the_projects_folder_it_says_what_is_missing(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(DataError, match="There is no"):
        told(lambda _: True)
