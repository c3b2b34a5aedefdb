"""Models as players over real HTTP: they make it better, their failure never stops it, and what they say is checked."""

import asyncio
import json
from typing import Any

import pytest
from starlette.responses import JSONResponse, Response
from tests.scripted_models import Answer, Scripted, completion, fields, garbage, model_server, too_many
from tests.story.test_pipeline import ALERT, OURS, World, world

from tocsin.model.incident import Incident
from tocsin.model.run import Phase
from tocsin.playbooks.shelf import texts_in
from tocsin.stages.playing import start

MINDS = ("investigator", "diagnostician", "notifier")


def played(text: str) -> str:
    """The pipeline with a model in every role: one line each."""
    for name in MINDS:
        text = text.replace(f"      role: {name}\n", f'      role: {name}\n      model: "small:7b"\n')
    return text.replace(
        "diagnostician: { role: diagnostician }", 'diagnostician: { role: diagnostician, model: "small:7b" }'
    )


def through(answer: Answer, alert: Any = ALERT, model: Any = None, **budget: Any) -> tuple[World, Incident, Scripted]:
    async def told() -> tuple[World, Incident, Scripted]:
        scripted = Scripted(answer)
        async with model_server(scripted) as url:
            known = {
                "known": {"small:*": {"url": url, "price_in": 1.0, "price_out": 2.0, **(model or {})}},
                "budget": budget,
            }
            async with world(models=known) as here:
                desk = here.house.desk
                ((name, text),) = texts_in(OURS)
                checked = desk.playbooks.of([(name, played(text).replace("limits:", "limits:"))]).team("three-agents")
                begun = await desk.store.write(
                    lambda ledger: start(here.attempt(ledger), checked, "one", {"alert": alert}, "run one")
                )
                incident, _ = await here.walked(begun.id)
                return here, incident, scripted

    return asyncio.run(told())


def calling(body: dict[str, Any], path: str, **arguments: Any) -> Response:
    """The model wants to call a tool."""
    call = {"id": f"c{len(body['messages'])}", "type": "function"}
    function = {"name": path.replace("/", "__"), "arguments": json.dumps(arguments)}
    whole = completion("", body)
    whole["choices"][0] |= {
        "finish_reason": "tool_calls",
        "message": {"role": "assistant", "content": None, "tool_calls": [{**call, "function": function}]},
    }
    return JSONResponse(whole)


def honest(body: dict[str, Any]) -> Any:
    if "error_pattern" in fields(body):
        return {
            "incident_id": "P-48291",
            "service": "payments-api",
            "error_pattern": "postgres-primary:5432 - connection refused",
            "metrics_summary": "12.3%",
            "timeline": ["02:47"],
        }
    if "root_cause" in fields(body):
        return {
            "root_cause": "The PostgreSQL primary failed over and the pool was exhausted.",
            "severity": "SEV2",
            "blast_radius": "payments-api",
            "remediation": "Check the new primary.",
            "runbook": "",
        }
    return {"message": "payments-api: the PostgreSQL primary failed over."}


def test_models_play_all_three_and_what_they_cost_is_on_the_timeline() -> None:
    here, incident, scripted = through(honest)
    run = incident.runs[0]
    assert run.phase is Phase.SUCCEEDED, run.said
    assert [one.replaced for one in run.steps] == ["", "", ""]
    assert len(scripted.asked) == 3
    assert all(one.tokens > 0 and one.cost > 0 for one in run.steps)
    assert [asked["text"] for name, asked in here.slack.asked] == ["payments-api: the PostgreSQL primary failed over."]
    assert here.pagerduty.asked[-1][0] == "acknowledge_incident"


def lying(body: dict[str, Any]) -> Any:
    said = honest(body)
    if "error_pattern" in said:
        return {
            **said,
            "service": "billing-api",
            "error_pattern": "disk /dev/sda1 is full",
            "timeline": ["02:47", "09:99"],
        }
    if "root_cause" in said:
        return {**said, "runbook": "rb-that-does-not-exist", "severity": "SEV4"}
    return said


def test_what_a_model_cannot_cite_is_left_empty_and_it_names_no_runbook_that_is_none_nor_lowers_a_severity() -> None:
    _, incident, _ = through(lying)
    report = incident.runs[0].step("investigator").output
    assert (report["service"], report["error_pattern"], report["timeline"]) == ("", "", ["02:47"])
    verdict = incident.runs[0].step("diagnostician").output
    assert verdict["runbook"] == ""
    assert verdict["severity"] <= str(incident.severity)
    assert verdict["confidence"] < 1


def silent(_: dict[str, Any]) -> Any:
    async def never() -> Response:
        await asyncio.sleep(30)
        return Response()

    return never()


@pytest.mark.parametrize("broken", [garbage, too_many, lambda _: "no json at all", lambda _: {"nothing": "asked for"}])
def test_a_model_that_fails_is_replaced_by_the_built_in_analyst_and_the_run_still_succeeds(broken: Answer) -> None:
    here, incident, _ = through(broken)
    run = incident.runs[0]
    assert run.phase is Phase.SUCCEEDED, run.said
    assert all(one.replaced for one in run.steps)
    assert "P-48291" in here.slack.asked[0][1]["text"]


def test_a_spent_budget_asks_no_model_and_says_so() -> None:
    _, incident, scripted = through(honest, tokens_per_incident=200)
    assert incident.runs[0].phase is Phase.SUCCEEDED
    assert scripted.asked == []
    assert all("no tokens are left" in one.replaced for one in incident.runs[0].steps)


def test_what_strangers_wrote_reaches_a_model_between_marks_it_cannot_forge_and_without_secrets() -> None:
    _, _, scripted = through(honest)
    asked = json.dumps(scripted.asked)
    assert "s3cret-for-pagerduty" not in asked
    for body in scripted.asked:
        material = next(one["content"] for one in body["messages"] if one["role"] == "user")
        assert material.startswith("<<<DATA ")
        assert "P-48291" not in next(one["content"] for one in body["messages"] if one["role"] == "system")


def test_whose_data_it_was_no_model_learns_and_what_it_says_about_them_is_on_the_record() -> None:
    def quoting(body: dict[str, Any]) -> Any:
        said = honest(body)
        return {**said, "error_pattern": "locked <e-mail 1>"} if "error_pattern" in said else said

    _, incident, scripted = through(quoting, alert=f"{ALERT} locked ada@example.com")
    assert "ada@example.com" not in json.dumps(scripted.asked)
    assert incident.runs[0].step("investigator").output["error_pattern"] == "locked ada@example.com"


CALLS = {"calls_tools": True, "streams": False}


def test_a_model_that_calls_tools_reads_their_answers_between_marks_and_cites_them() -> None:
    def reading(body: dict[str, Any]) -> Any:
        if "error_pattern" not in fields(body):
            return honest(body)
        said = sum(one["role"] == "tool" for one in body["messages"])
        if said < 4:  # as many as the shipped budget of a call must have room for
            return calling(
                body, f"grafana/query_{'metrics' if said % 2 else 'logs'}", service="payments-api", minutes=said + 1
            )
        return honest(body)

    here, incident, scripted = through(reading, model=CALLS)
    assert incident.runs[0].step("investigator").replaced == ""
    assert incident.runs[0].step("investigator").output["error_pattern"].startswith("postgres-primary")
    assert [name for name, _ in here.grafana.asked] == ["query_logs", "query_metrics"] * 2
    told = [one["content"] for body in scripted.asked for one in body["messages"] if one["role"] == "tool"]
    assert told and all(one.startswith("<<<DATA grafana/query_") for one in told)


def test_a_model_that_calls_without_end_is_stopped_at_the_tokens_of_one_call_and_what_it_cost_is_on_the_record() -> (
    None
):
    def endless(body: dict[str, Any]) -> Any:
        if "error_pattern" not in fields(body):
            return honest(body)
        return calling(body, "grafana/query_logs", service="payments-api", minutes=len(body["messages"]))

    _, incident, scripted = through(endless, model=CALLS, tokens_per_call=5000)
    step = incident.runs[0].step("investigator")
    assert "5000 tokens are not enough for another call" in step.replaced
    assert 1 < len([body for body in scripted.asked if "error_pattern" in fields(body)]) < 8
    spent = sum(one.tokens for one in incident.spendings if one.role == "investigator")
    assert 1000 < spent <= 5000
    assert step.output["error_pattern"], "the built-in investigator answered"


def test_what_a_model_has_posted_is_posted_by_nobody_again_whatever_it_says_then() -> None:
    def babbling(body: dict[str, Any]) -> Any:
        if fields(body) != {"message"}:
            return honest(body)
        if body["messages"][-1]["role"] == "tool":
            return "that went well"
        return calling(
            body, "slack/post_message", channel="#incidents", text=f"try {len(scripts)}: {scripts.append(1)}"
        )

    scripts: list[int] = []
    here, incident, _ = through(babbling, model=CALLS, tokens_per_call=9000, tokens_per_incident=40000)
    assert [name for name, _ in here.slack.asked] == ["post_message"]
    step = incident.runs[0].step("notifier")
    assert (step.replaced, step.output["done"]) == ("", ["called slack/post_message"])
    assert incident.runs[0].phase is Phase.SUCCEEDED
