"""Alerts as people and machines write them: how many get a type, a severity and a cause that a fair reader allows.

Two tables, written before the words they test. `seen`: its failures taught tocsin words, so it guards against loss.
`held_out`: nobody looked at its failures; its floor lies a little under what it reached. Teach nothing from it.
"""

from dataclasses import replace
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path

import pytest
from tests.unit.case_making import brief, diagnosed, fact

from tocsin.config import load
from tocsin.model.alert import Alert, AlertStatus
from tocsin.model.evidence import Evidence, EvidenceKind, digest
from tocsin.roles.analysts.router import BuiltInRouter

TABLES = Path(__file__).parent / "field_alerts"
ROUTER = BuiltInRouter.from_config(load(environ={}))
NOW = datetime(2030, 3, 2, 3, 4, tzinfo=UTC)
NONE = "-"


def rows(table: str) -> list[list[str]]:
    """The (types, severities, causes, text) of a table."""
    lines = (TABLES / f"{table}.txt").read_text(encoding="utf-8").splitlines()
    return [[part.strip() for part in line.split("|", 3)] for line in lines if line and not line.startswith("#")]


def judged(text: str) -> tuple[str, str, str]:
    """The type, the severity and the cause (`-` where no root cause is claimed, unless a symptom is named first)."""
    alert = Alert(
        source="text", fingerprint="f", status=AlertStatus.FIRING, title=text, received_at=NOW
    )  # fmt: skip
    kept = Evidence(
        id="E1", kind=EvidenceKind.ALERT, source="t", query="", content=text, sha256=digest(text), collected_at=NOW
    )
    decided = ROUTER.triage((alert,), (kept,), NOW)
    diagnosis = diagnosed(replace(brief(text, str(decided.type)), triage=decided), fact(text))
    cause = diagnosis.hypotheses[0].cause if diagnosis.hypotheses else NONE
    return str(decided.type), str(decided.severity), cause if diagnosis.root_cause else f"{NONE} {cause}"


@lru_cache(maxsize=2)
def shares(table: str) -> dict[str, float]:
    """The share of rows that got a type, a severity and a cause that the table allows."""
    right = {"type": 0, "severity": 0, "cause": 0}
    listed = rows(table)
    for types, severities, causes, text in listed:
        kind, severity, cause = judged(text)
        right["type"] += kind in types.split()
        right["severity"] += severity in severities.split()
        right["cause"] += bool(set(cause.split()) & set(causes.split()))
    return {name: count / len(listed) for name, count in right.items()}


@pytest.mark.parametrize(
    ("table", "what", "floor"),
    [
        ("seen", "type", 0.95),
        ("seen", "severity", 0.97),
        ("seen", "cause", 0.95),
        ("held_out", "type", 0.89),
        ("held_out", "severity", 0.86),
        ("held_out", "cause", 0.79),
    ],
)
def test_alerts_in_many_registers_are_understood(table: str, what: str, floor: float) -> None:
    assert shares(table)[what] >= floor, shares(table)


@pytest.mark.parametrize(
    "text",
    [
        "Button color on settings page is wrong in dark mode",
        "checkout is slow",
        "This is a drill: the database is full",
    ],
)
def test_a_matter_of_looks_a_mere_symptom_and_a_drill_claim_no_cause(text: str) -> None:
    assert judged(text)[2].startswith(NONE)


@pytest.mark.parametrize(
    ("text", "severity"),
    [
        ("Certificate of api.shop.example expires in 2 days", "SEV3"),
        ("Certificate of api.shop.example expires in 30 days", "SEV4"),
        ("The widget behaves in a way nobody has a word for", "SEV3"),
    ],
)
def test_what_is_near_or_unexplained_is_looked_at_today_and_what_is_far_is_not(text: str, severity: str) -> None:
    assert judged(text)[1] == severity
