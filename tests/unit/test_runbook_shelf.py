"""The runbooks we ship: each one can be read, trusted and found."""

import re
from functools import cache
from importlib.resources import files
from pathlib import Path

import pytest
import yaml

from tocsin.library.runbook import Runbook
from tocsin.library.runbooks import Shelf, load_shelf
from tocsin.library.steps import Purpose
from tocsin.model.action import Risk
from tocsin.model.ground import IncidentType

SECTIONS = (
    "When to use",
    "What it looks like",
    "Check first",
    "Fix",
    "Verify",
    "If it does not help",
    "Escalate",
)
CAUSES = {
    "connection_pool_exhaustion replication_lag deadlock slow_queries disk_full dns_failure certificate_expiry latency "
    "load_balancer_errors network_partition oom_kill crash_loop error_spike failed_deployment config_error malware "
    "stalled_consumer queue_backlog late_pipeline cache_eviction unauthorised_access ddos data_exfiltration exploited_cve "
    "leaked_credential third_party_outage node_not_ready storage_degraded hardware_fault resource_saturation split_brain "
    "quota_exhausted image_pull_failure unschedulable control_plane clock_drift failed_backup monitoring_gap service_down"
}
PROMISED_COMMANDS = {
    "db_kill_connections": (
        "count(*)",
        "FROM pg_stat_activity",
        "SELECT * FROM pg_stat_activity WHERE state != 'idle' AND query_start < now() - interval '5 min'",
        "SELECT pg_terminate_backend({pid})",
        "max_client_conn",
    ),
    "db_replication_lag": (
        "SELECT * FROM pg_stat_replication",
        "ping",
        "iostat -x 1",
        "pg_ctl promote",
        "pg_basebackup",
    ),
    "cert_expiry": ("openssl s_client -connect {host}:443", "openssl x509 -noout -dates", "curl -vI https://{host}"),
    "oom_kill": ('dmesg | grep -i "out of memory"', "kubectl describe pod", "heap_dump", "limits=memory={memory}"),
}


@cache
def shelf() -> Shelf:
    return load_shelf()


def every_runbook() -> list[Runbook]:
    return list(shelf())


def causes_of_the_specialists() -> set[str]:
    """The cause codes in the diagnosis catalogue, as it stands."""
    folder = Path(str(files("tocsin.roles.analysts"))) / "causes"
    entries = [entry for path in folder.glob("*.yaml") for entry in yaml.safe_load(path.read_text())]
    return {entry["code"] for entry in entries if isinstance(entry, dict) and "code" in entry}


@pytest.mark.parametrize("runbook", every_runbook(), ids=lambda runbook: runbook.id)
def test_a_tired_engineer_finds_the_same_seven_headings_in_every_runbook(runbook: Runbook) -> None:
    headings = [heading for heading, _ in runbook.sections]
    assert headings == [runbook.title, *SECTIONS]
    assert all(runbook.section(name) for name in SECTIONS if name not in ("Check first", "Fix"))


@pytest.mark.parametrize("runbook", every_runbook(), ids=lambda runbook: runbook.id)
def test_every_shipped_runbook_says_what_it_is_for_and_what_it_costs(runbook: Runbook) -> None:
    assert runbook.id == Path(runbook.origin).stem
    assert runbook.types and runbook.match.causes and runbook.match.terms
    assert runbook.estimated_time and runbook.needs and runbook.reviewed


@pytest.mark.parametrize("runbook", every_runbook(), ids=lambda runbook: runbook.id)
def test_every_step_that_changes_something_can_be_verified_and_undone_or_says_why_not(runbook: Runbook) -> None:
    changing = [step for step in runbook.steps if step.risk is not Risk.READ]
    assert changing
    for step in changing:
        assert bool(step.verify) != bool(step.no_verify), step.name
        assert bool(step.rollback) != bool(step.no_rollback), step.name


@pytest.mark.parametrize("runbook", every_runbook(), ids=lambda runbook: runbook.id)
def test_every_runbook_looks_first_then_mitigates_then_fixes(runbook: Runbook) -> None:
    order = [step.purpose for step in runbook.steps]
    assert order[0] is Purpose.CHECK
    assert order == sorted(order, key=list(Purpose).index)
    assert Purpose.MITIGATE in order


@pytest.mark.parametrize("runbook", every_runbook(), ids=lambda runbook: runbook.id)
def test_a_probe_or_a_check_that_runs_by_itself_changes_nothing(runbook: Runbook) -> None:
    verbs = {"get", "describe", "logs", "events", "top", "rollout_status"}
    read_only = [step.run for step in runbook.steps if step.risk is Risk.READ]
    read_only += [step.verify.run for step in runbook.steps if step.verify and step.verify.run]
    for run in read_only:
        assert getattr(run, "verb", "get") in verbs
        assert getattr(run, "method", "GET") in ("GET", "HEAD")
        assert re.match(r"SELECT|SHOW", getattr(run, "statement", "SELECT"))


def test_no_shipped_runbook_lets_a_dangerous_step_run_by_itself() -> None:
    alone = [step for runbook in shelf() for step in runbook.steps if step.auto]
    assert alone
    assert {step.risk for step in alone} <= {Risk.READ, Risk.REVERSIBLE}


def test_every_known_cause_has_a_runbook() -> None:
    covered = {cause for runbook in shelf() for cause in runbook.match.causes}
    assert set(" ".join(CAUSES).split()) <= covered
    assert causes_of_the_specialists() <= covered


def test_every_type_of_incident_has_runbooks() -> None:
    assert {kind for runbook in shelf() for kind in runbook.types} == set(IncidentType)


@pytest.mark.parametrize("runbook_id", PROMISED_COMMANDS)
def test_the_commands_every_operator_expects_are_there(runbook_id: str) -> None:
    runbook = shelf().get(runbook_id)
    probes = [step.verify.run.shown() for step in runbook.steps if step.verify and step.verify.run]
    written = "\n".join([*(f"{step.text} {step.command}" for step in runbook.steps), *probes])
    assert [command for command in PROMISED_COMMANDS[runbook_id] if command not in written] == []


def test_a_break_in_is_stopped_before_it_is_studied() -> None:
    texts = [
        step.text.lower() for step in shelf().get("unauthorised_access").steps if step.purpose is not Purpose.CHECK
    ]
    assert "block the source ip address at the waf" in texts[0]
    assert any("force a password reset" in text for text in texts)
    assert any("audit" in text and "data access" in text for text in texts)


def test_a_fresh_shelf_can_be_searched_at_once() -> None:
    assert Shelf(shelf()).index.search("connection pool")
