"""Every message as its readers get it: compared word for word with the files in `messages/`, and field by field with what it owes.

A wanted change of words is made in the template and in its file here, so that a review sees both.
"""

from datetime import timedelta
from pathlib import Path

import pytest
from tests.desk_bench import ADA, ANN, BOB, Bench
from tests.unit.cases import diagnosis, fix

from tocsin.model.action import Decision, Mode, Outcome, RenderedStep, Risk, Verdict
from tocsin.model.acts import ActionFinished, ActionRequested, ActionStarted, Resolved
from tocsin.model.communication import DataAccessRecorded
from tocsin.model.event import Diagnosed, FixProposed
from tocsin.model.ground import IncidentType
from tocsin.model.move import Draft, Publish
from tocsin.model.update import Audience
from tocsin.stages.communicate import handoff_of, handoff_text

GOLDEN = Path(__file__).parent / "messages"
OWED = {
    "declared": [
        "🚨 INCIDENT DECLARED",
        "SEV1",
        "Issue:",
        "Impact:",
        "Commander:",
        "Started:",
        "Status: Investigating",
    ],
    "update": [
        "📊 INCIDENT UPDATE - 03:19 UTC",
        "Status: ",
        "Current hypothesis:",
        "Actions taken:",
        "Next step:",
        "ETA:",
    ],
    "resolved": [
        "✅ INCIDENT RESOLVED",
        "UTC",
        "Duration: 1 hour 15 minutes",
        "Root cause:",
        "Fix applied:",
        "Follow-up: post-mortem on ",
    ],
    "external": [
        "[Investigating] Transfers",
        "we are currently investigating",
        "Affected services:",
        "Impact:",
        "Started: 2026-11-21 03:04 UTC",
        "Update interval: 30 minutes",
        "Next update by: 2026-11-21 03:34 UTC",
    ],
    "internal": [
        "🚨 SEV1 - ledger-api - ",
        "Alert source: alertmanager",
        "User-facing impact:",
        "Assigned specialist: database-specialist",
        "Current status: Triaging",
        "Timeline:",
        "03:04 UTC - alert received",
        "03:04 UTC - triaged as database, routed to database-specialist",
        "Next steps:",
    ],
    "executive_summary": [
        "Executive summary: INC-1 ",
        "Duration: 1 hour 15 minutes",
        "Severity: SEV1",
        "Root cause:",
        "Fix:",
        "Action items:",
        "1. ",
    ],
    "handoff": [
        "Incident: INC-1",
        "Current public message:",
        "Posted: our status page",
        "Last update / next update: 03:04 UTC / 03:34 UTC",
        "Cadence: every 30 min",
        "Audiences engaged:",
        "customers via",
        "Tone and constraints so far:",
        "no cause speculation",
        "Open asks:",
        "support needs an approved holding line",
    ],
    "holding_line": [
        "Holding line: Transfers",
        "valid until 2026-11-21 04:04 UTC",
        "You may tell customers:",
        '"We are aware of an issue',
    ],
    "executive_brief": ["Business impact:", "What is being done:", "Next brief by:"],
    "security": ["🚨 SECURITY SEV1", "Data access:", "Commander:", "Actions taken:", "Next step:", "Next update by:"],
}
"""What each message carries, in this order."""


def step(name: str) -> RenderedStep:
    return RenderedStep(
        runbook_id="db_kill_connections",
        runbook_version=1,
        runbook_digest="d",
        step_index=1,
        name=name,
        text="End long-running queries",
        purpose="mitigate",
        executor="sql",
        call={},
        shown="select pg_terminate_backend(1)",
        environment="production",
        risk=Risk.DISRUPTIVE,
    )


def at_work() -> Bench:
    """Quarter of an hour into a SEV1: cause believed, one step taken, people on it."""
    bench = Bench()
    bench.open()
    bench.does(ADA, "assign", seat="commander")
    bench.does(ADA, "assign", seat="communications_lead", person="ann@example.com")
    bench.later(5)
    bench.happen(Diagnosed(diagnosis=diagnosis()), FixProposed(fix=fix()))
    bench.later(5)
    verdict = Verdict(decision=Decision.ONE, mode=Mode.PROPOSE, reason="SEV1: a person approves")
    bench.happen(
        ActionRequested(
            action_id="ACT-1",
            step=step("end"),
            rehearsal=None,
            verdict=verdict,
            expires_at=bench.time + timedelta(hours=1),
        ),
        ActionStarted(action_id="ACT-1", key="k"),
        ActionFinished(action_id="ACT-1", outcome=Outcome(ok=True, said="2 ended")),
    )
    bench.does(BOB, "next-action", text="watch whether the pool stays below 400")
    bench.later(5)
    return bench


def over() -> Bench:
    bench = at_work()
    bench.later(60)
    bench.happen(
        Resolved(
            confirmed_by=("person:ada@example.com",),
            cause="A leak in ledger-api held connections open",
            fix="Release 4.2 without the leak",
            post_mortem_at=bench.time + timedelta(hours=48),
        ),
        actor="person:ada@example.com",
    )
    return bench


def at_first() -> Bench:
    bench = Bench()
    bench.open()
    return bench


def breach() -> Bench:
    bench = Bench()
    bench.open(type=IncidentType.SECURITY, specialist="security-specialist")
    access = DataAccessRecorded(
        what="two accounts were read", accessed_at=bench.time, notify_by=bench.time + timedelta(hours=72)
    )
    bench.happen(access)
    return bench


def handed_over() -> str:
    bench = at_first()
    bench.published()
    bench.does(ANN, "tone", text="no cause speculation")
    bench.does(ANN, "tone", text="do not speak of the regulator")
    bench.does(ANN, "engage", audience="executive", via="the morning call")
    bench.does(BOB, "open-ask", text="support needs an approved holding line", audience="support")
    bench.does(ADA, "sync", eta_confidence="low")
    return handoff_text(handoff_of(bench.incident, bench.desk, bench.time), bench.desk)


def written(bench: Bench, audience: Audience) -> str:
    return bench.drafted(ANN, audience).text


def unchanged(bench: Bench, audience: Audience) -> str:
    """What that audience hears when nothing has happened since it heard last."""
    update = bench.drafted(ANN, audience)
    if audience in (Audience.EXTERNAL, Audience.SUPPORT):
        bench.does(ANN, "approve-update", update.id, digest=update.digest)
    bench.does(ANN, "publish-update", update.id)
    bench.later(20)
    bench.does(ANN, "draft-updates", audiences=(audience,), no_change=True)
    made = bench.draft(audience).update
    assert made.no_change
    return made.text


def declared_then(bench: Bench) -> Bench:
    """The declaration is out; updates follow."""
    bench.move(Draft(key="declare", audiences=(Audience.CHANNEL,)))
    bench.move(Publish(key="out", update_id=bench.draft(Audience.CHANNEL).update.id))
    return bench


MESSAGES = {
    "declared": lambda: written(at_first(), Audience.CHANNEL),
    "update": lambda: written(declared_then(at_work()), Audience.CHANNEL),
    "update_no_change": lambda: unchanged(declared_then(at_work()), Audience.CHANNEL),
    "resolved": lambda: written(over(), Audience.CHANNEL),
    "external": lambda: written(at_first(), Audience.EXTERNAL),
    "external_identified": lambda: written(at_work(), Audience.EXTERNAL),
    "external_no_change": lambda: unchanged(at_work(), Audience.EXTERNAL),
    "external_resolved": lambda: written(over(), Audience.EXTERNAL),
    "internal": lambda: written(at_first(), Audience.INTERNAL),
    "internal_no_change": lambda: unchanged(at_work(), Audience.INTERNAL),
    "internal_resolved": lambda: written(over(), Audience.INTERNAL),
    "executive_brief": lambda: written(at_work(), Audience.EXECUTIVE),
    "executive_brief_no_change": lambda: unchanged(at_work(), Audience.EXECUTIVE),
    "executive_summary": lambda: written(over(), Audience.EXECUTIVE),
    "holding_line": lambda: written(at_first(), Audience.SUPPORT),
    "holding_line_no_change": lambda: unchanged(at_work(), Audience.SUPPORT),
    "holding_line_resolved": lambda: written(over(), Audience.SUPPORT),
    "security": lambda: written(breach(), Audience.SECURITY),
    "security_no_change": lambda: unchanged(breach(), Audience.SECURITY),
    "handoff": handed_over,
}


@pytest.mark.parametrize("name", MESSAGES)
def test_a_message_reads_as_people_agreed_that_it_does(name: str) -> None:
    assert MESSAGES[name]() + "\n" == (GOLDEN / f"{name}.txt").read_text()


@pytest.mark.parametrize("name", OWED)
def test_a_message_carries_what_it_owes_in_that_order(name: str) -> None:
    text, at = MESSAGES[name](), 0
    for field in OWED[name]:
        assert field in text[at:], f"{field!r} is missing, or stands too early"
        at = text.index(field, at)


def test_every_file_belongs_to_a_message() -> None:
    assert {one.stem for one in GOLDEN.iterdir()} == set(MESSAGES)
