"""Three agents with separated powers over real HTTP: who reads, who decides, who posts; every datum from a tool's answer."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tocsin import config
from tocsin.app import playbooks
from tocsin.app.build import House, open_house
from tocsin.app.settings import Settings
from tocsin.connectors.mcp_fakes import Played, grafana, pagerduty, serving, slack
from tocsin.guard.attempt import Attempt
from tocsin.model.event import Event
from tocsin.model.identity import LOCAL_OPERATOR
from tocsin.model.incident import Incident
from tocsin.model.run import Phase, ToolCalled
from tocsin.playbooks.shelf import texts_in
from tocsin.response import respond
from tocsin.stages.playing import apply, start
from tocsin.walk import OneGo

OURS = Path("examples/pipeline")
SWARM = Path("../shared/examples/kubeswarm")
HOSTS = {
    "pagerduty": ("pagerduty.mcp:8080", "mock-pagerduty.incident-response.svc:8080"),
    "grafana": ("grafana.mcp:8080", "mock-grafana.incident-response.svc:8080"),
    "slack": ("slack.mcp:8080", "mock-slack.incident-response.svc:8080"),
}
ALERT = (
    "PagerDuty Incident P-48291: High error rate on payments-api\nSeverity: High\nService: payments-api\n"
    "Triggered: 2026-04-23T02:45:00Z\nDescription: Error rate on payments-api exceeded 5% threshold."
)


class World:
    """The three played servers, and the house that knows where they are."""

    def __init__(self, house: House, pagerduty: Played, grafana: Played, slack: Played) -> None:
        self.house, self.pagerduty, self.grafana, self.slack = house, pagerduty, grafana, slack

    def attempt(self, ledger: Any) -> Attempt:
        return Attempt(ledger, LOCAL_OPERATOR, self.house.desk.clock.now(), self.house.desk.names)

    async def walked(self, incident_id: str) -> tuple[Incident, list[Event]]:
        desk = self.house.desk
        await respond(incident_id, OneGo(), desk)
        events = await desk.store.read(lambda ledger: ledger.timeline.events(incident_id))
        return await desk.incident(incident_id), events


@asynccontextmanager
async def world(locked: bool = True, **more: Any) -> AsyncIterator[World]:
    played = {"pagerduty": pagerduty("s3cret-for-pagerduty" if locked else ""), "grafana": grafana(), "slack": slack()}
    async with (
        serving(played["pagerduty"]) as one,
        serving(played["grafana"]) as two,
        serving(played["slack"]) as three,
    ):
        addresses = {"pagerduty": one, "grafana": two, "slack": three}
        own = {
            "store": {"url": "memory:"},
            "policy": {"mode": "observe"},
            "tools": {
                "map": {host: addresses[name] for name, hosts in HOSTS.items() for host in hosts},
                "secrets": {name: {"env": "PD"} for name in ("pagerduty-key", "pagerduty-api-key")},
                "seconds": 10,
            },
            **more,
        }
        settings = Settings.read(config.Config(config.merged(own), {"PD": "s3cret-for-pagerduty"}, "test"))
        async with open_house(settings) as house:
            yield World(house, **played)


def ours() -> tuple[World, Incident, list[Event]]:
    async def told() -> tuple[World, Incident, list[Event]]:
        async with world() as here:
            desk = here.house.desk
            checked = desk.playbooks.of(texts_in(OURS)).team("three-agents")
            begun = await desk.store.write(
                lambda ledger: start(here.attempt(ledger), checked, "one", {"alert": ALERT}, "run one")
            )
            return here, *await here.walked(begun.id)

    return asyncio.run(told())


def test_the_pipeline_ends_with_a_post_and_then_an_acknowledgement_and_no_model() -> None:
    here, incident, _ = ours()
    assert incident.runs[0].phase is Phase.SUCCEEDED, incident.runs[0].said
    (posted,) = [asked for name, asked in here.slack.asked if name == "post_message"]
    assert posted["channel"] == "#incidents"
    for word in ("payments-api", "SEV", "P-48291", "Root cause", "Blast radius", "Remediation"):
        assert word in posted["text"]
    assert [name for name, _ in here.pagerduty.asked] == ["get_incident", "acknowledge_incident"]
    assert {name for name, _ in here.grafana.asked} == {"query_logs", "query_metrics"}
    assert incident.acknowledged_at is None  # a manifest's acknowledgement is no person's


def test_every_datum_of_the_report_stands_in_a_tools_answer_or_the_alert() -> None:
    _, incident, events = ours()
    report = incident.runs[0].step("investigator").output
    seen = ALERT + json.dumps(report["raw_evidence"])
    for name in ("incident_id", "service"):
        assert report[name] in seen
    assert report["error_pattern"].split(" ERROR ")[1] in seen
    calls = [one.body for one in events if isinstance(one.body, ToolCalled)]
    assert {one.tool for one in calls if one.verdict == "allowed"} == {
        "pagerduty/get_incident",
        "grafana/query_logs",
        "grafana/query_metrics",
        "slack/post_message",
        "pagerduty/acknowledge_incident",
    }
    assert all(one.evidence_id in incident.evidence_ids for one in calls)
    assert incident.runs[0].step("diagnostician").output["runbook"] == ""


def test_no_secret_of_a_tool_server_stands_on_the_timeline() -> None:
    _, incident, events = ours()
    assert "s3cret-for-pagerduty" not in "".join(one.model_dump_json() for one in events) + incident.model_dump_json()


@pytest.mark.skipif(not SWARM.is_dir(), reason="no ../shared/examples/kubeswarm here")
def test_the_kubeswarm_manifests_run_unchanged_without_a_model_and_by_the_webhook_they_declare() -> None:
    async def told() -> tuple[World, Incident, Incident]:
        async with world(locked=False) as here:  # their investigator names no secret
            desk = here.house.desk
            applied = await desk.store.write(
                lambda ledger: apply(here.attempt(ledger), desk.playbooks, texts_in(SWARM))
            )
            assert [one.name for one in applied.runs] == ["incident-001"]
            assert [one.trigger for one in applied.webhooks] == ["pagerduty-incident"]
            assert any("clamped to the 3000" in one for one in applied.remarks)
            incident, _ = await here.walked(applied.runs[0].incident)
            from tocsin.stages.playing import knock

            body = {
                "incident": {"title": "P-48291 High error rate on payments-api", "description": "Service: payments-api"}
            }
            token = applied.webhooks[0].path.rpartition("/")[2]
            made = await desk.store.write(
                lambda ledger: knock(here.attempt(ledger), desk.playbooks, "pagerduty-incident", token, body)
            )
            assert made is not None
            by_hook, _ = await here.walked(made.id)
            return here, incident, by_hook

    here, incident, by_hook = asyncio.run(told())
    assert incident.runs[0].phase is Phase.SUCCEEDED, incident.runs[0]
    assert by_hook.runs[0].phase is Phase.SUCCEEDED, by_hook.runs[0].said
    assert by_hook.runs[0].inputs["alert"].startswith("P-48291 High error rate on payments-api: Service")
    text = next(asked["text"] for name, asked in here.slack.asked if name == "post_message")
    for word in ("payments-api", "PostgreSQL", "connection", "SEV"):
        assert word.lower() in text.lower(), text
    assert [name for name, _ in here.pagerduty.asked].count("acknowledge_incident") == 2


def test_a_step_that_is_cut_after_its_post_does_not_post_again() -> None:
    async def told() -> World:
        async with world() as here:
            desk = here.house.desk
            checked = desk.playbooks.of(texts_in(OURS)).team("three-agents")
            begun = await desk.store.write(
                lambda ledger: start(here.attempt(ledger), checked, "one", {"alert": ALERT}, "run one")
            )

            class Cut(OneGo):
                async def together(self, *steps):
                    await super().together(*steps)
                    if steps[0].name.endswith(":notifier"):
                        await desk.store.write(lambda ledger: None)

            # the same step, carried out twice as an engine would after a crash before its checkpoint
            await respond(begun.id, Cut(), replace(desk))
            from tocsin import plays

            incident = await desk.incident(begun.id)
            run = incident.runs[0]
            plan = plays.playing.plan_of(run)
            step = next(one for one in plan.steps if one.name == "notifier")
            open_again = incident.model_copy(update={"runs": (run.model_copy(update={"phase": Phase.RUNNING}),)})
            await plays._through(open_again, run, plan, step, desk)
            return here

    here = asyncio.run(told())
    assert [name for name, _ in here.slack.asked].count("post_message") == 1
    assert [name for name, _ in here.pagerduty.asked].count("acknowledge_incident") == 1


def test_an_agent_that_names_no_secret_does_not_speak_with_anothers() -> None:
    async def told() -> tuple[World, Incident]:
        async with world() as here:
            desk = here.house.desk
            text = (OURS / "pipeline.yaml").read_text()
            bare = text.replace(
                'url: "http://pagerduty.mcp:8080", secret: pagerduty-key', 'url: "http://pagerduty.mcp:8080"', 1
            )
            checked = desk.playbooks.of([("bare.yaml", bare)]).team("three-agents")
            begun = await desk.store.write(
                lambda ledger: start(here.attempt(ledger), checked, "one", {"alert": ALERT}, "run one")
            )
            incident, _ = await here.walked(begun.id)
            return here, incident

    here, incident = asyncio.run(told())
    assert [name for name, _ in here.pagerduty.asked] == ["acknowledge_incident"]
    assert incident.runs[0].phase is Phase.SUCCEEDED


def test_a_tool_whose_description_changed_is_refused_until_a_person_accepts_it() -> None:
    async def told() -> list[Phase]:
        async with world() as here:
            desk = here.house.desk
            checked = desk.playbooks.of(texts_in(OURS)).team("three-agents")
            came = []
            for name in ("one", "two", "three"):
                begun = await desk.store.write(
                    lambda ledger, name=name: start(
                        here.attempt(ledger), checked, name, {"alert": ALERT}, f"run {name}"
                    )
                )
                incident, _ = await here.walked(begun.id)
                came.append(incident.runs[0].phase)
                pinned = await desk.store.read(lambda ledger: ledger.documents.all("tool"))
                post = next(one for one in pinned if one.name == "slack/post_message")
                if name == "one":  # as if the server had described it otherwise before
                    older = post.model_copy(update={"text": "0" * 64 + "\nPost a message."})
                    await desk.store.write(lambda ledger, older=older: ledger.documents.put(older))
                else:
                    await desk.store.write(lambda ledger: ledger.documents.remove("tool", "slack/post_message"))
            return came

    assert asyncio.run(told()) == [Phase.SUCCEEDED, Phase.FAILED, Phase.SUCCEEDED]


def test_a_server_that_cannot_be_reached_is_named_on_the_timeline_and_the_rest_is_done() -> None:
    async def told() -> tuple[World, Incident, list[Event]]:
        async with world() as here:
            desk = here.house.desk
            texts = [(name, text.replace("secret: pagerduty-key", "secret: not-kept")) for name, text in texts_in(OURS)]
            begun = await desk.store.write(
                lambda ledger: start(
                    here.attempt(ledger),
                    desk.playbooks.of(texts).team("three-agents"),
                    "one",
                    {"alert": ALERT},
                    "run one",
                )
            )
            return here, *await here.walked(begun.id)

    here, _, events = asyncio.run(told())
    assert [name for name, _ in here.slack.asked] == ["post_message"] and here.pagerduty.asked == []
    said = {one.body.step: one.body.failure for one in events if isinstance(one.body, ToolCalled) and one.body.failure}
    assert said == dict.fromkeys(("investigator", "notifier"), "the secret 'not-kept' is kept nowhere.")


def test_what_was_applied_is_what_policy_explains_with_the_place_of_each_rule(tmp_path: Path) -> None:
    (tmp_path / "tocsin.yaml").write_text(f'store: {{ url: "sqlite:///{tmp_path}/t.db" }}')
    policy = """
---
apiVersion: tocsin/v1
kind: Policy
metadata: { name: house, namespace: "*" }
spec: { tools: { deny: ["grafana/query_m*"] } }
"""
    ((_, text),) = texts_in(OURS)

    async def told() -> list[str]:
        await playbooks.apply(tmp_path / "tocsin.yaml", [("mine.yaml", text + policy)])
        asked = [
            ("", "investigator", "grafana/query_logs"),
            ("", "investigator", "grafana/query_metrics"),
            ("notifier", "", "grafana/query_logs"),
        ]
        found = [await playbooks.explain(tmp_path / "tocsin.yaml", *one) for one in asked]
        return [f"{one.verdict}, by {one.rule.partition('(')[0].strip()}" for one in found]

    assert asyncio.run(told()) == [
        "allowed, by agent investigator lists grafana/*",
        "denied, by policy house denies grafana/query_m*",
        "denied, by floor: who writes cannot read",
    ]
