"""A suite says what a report must hold; grading says how much of it is there, and where a suite is wrong."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from tocsin.errors import DataError
from tocsin.grading import Result, grade, load_suite

REPORT: dict[str, Any] = {
    "type": "database",
    "severity": "SEV2",
    "rootCause": "billing has run out of database connections",
    "diagnosis": {"confidence": 0.8, "findings": []},
    "proposedFix": {"steps": [{"stepIndex": 0, "text": "Count sessions"}, {"stepIndex": 1, "text": "Scale the pool"}]},
    "statusUpdate": {"external": "Billing is slow.", "internal": ""},
}


def written(folder: Path, criteria: str, case: str = "alert: pool full") -> Path:
    path = folder / "suite.yaml"
    path.write_text(f"name: mine\ncases:\n  - name: one\n    {case}\n    criteria:\n{criteria}")
    return path


def graded(path: Path, report: dict[str, Any] | None = None) -> Result:
    async def respond(alert: str | bytes, evidence: Path | None, overrides: dict[str, Any] | None) -> dict[str, Any]:
        return report if report is not None else REPORT

    return asyncio.run(grade(load_suite(path), respond))


@pytest.mark.parametrize(
    ("check", "passed"),
    [
        ("path: type, equals: Database", True),
        ("path: type, equals: network", False),
        ("path: severity, any_of: [SEV1, SEV2]", True),
        ("path: severity, any_of: [SEV3]", False),
        ("path: 'proposedFix.steps[*].text', contains_all: [count sessions, SCALE]", True),
        ("path: 'proposedFix.steps[*].text', contains_all: [count sessions, restart]", False),
        ("path: rootCause, contains_any: [disk, connections]", True),
        ("path: rootCause, contains_any: [disk, cpu]", False),
        ("path: rootCause, matches: 'connection(s|pool)'", True),
        ("path: rootCause, matches: '^connections'", False),
        ("path: statusUpdate.external, not_matches: 'postgres|connection'", True),
        ("path: statusUpdate.external, not_matches: billing", False),
        ("path: diagnosis.confidence, equals: 0.8", True),
        ("path: statusUpdate.internal, equals: ''", True),
        ("path: nothing.there, equals: ''", False),
        ("path: nothing.there, matches: ''", True),
        ("expected: [billing, 'scale|grow']", True),
        ("expected: [billing, [shrink, grow]]", False),
        ("expected: database", True),
    ],
)
def test_each_check_reads_the_report_where_its_path_points(tmp_path: Path, check: str, passed: bool) -> None:
    result = graded(written(tmp_path, f"      - {{weight: 1, {check}}}\n"))

    assert result.cases[0].criteria[0].passed is passed


def test_a_case_scores_the_weights_of_what_was_met_and_shows_what_was_seen(tmp_path: Path) -> None:
    criteria = "      - {weight: 0.75, text: right type, path: type, equals: database}\n"
    criteria += "      - {weight: 0.25, text: the highest severity, path: severity, equals: SEV1}\n"
    result = graded(written(tmp_path, criteria))

    assert result.score == result.cases[0].score == 0.75
    assert [(one.text, one.passed, one.seen) for one in result.cases[0].criteria] == [
        ("right type", True, "database"),
        ("the highest severity", False, "SEV2"),
    ]
    assert "missed 0.25: the highest severity (saw SEV2)" in result.table()


def test_the_json_of_a_result_is_the_documented_shape(tmp_path: Path) -> None:
    result = graded(written(tmp_path, "      - {weight: 1, output_match: [billing]}\n"))

    data = json.loads(json.dumps(result.as_dict()))
    assert set(data) == {"suite", "score", "cases"}
    assert set(data["cases"][0]) == {"name", "score", "criteria"}
    assert set(data["cases"][0]["criteria"][0]) == {"text", "weight", "passed", "seen"}


def test_a_payload_reaches_the_response_byte_for_byte_with_its_evidence_folder(tmp_path: Path) -> None:
    (tmp_path / "body.json").write_bytes(b'{"a": "\xc3\xa9"}')
    (tmp_path / "snap").mkdir()
    seen: list[object] = []

    async def respond(alert: str | bytes, evidence: Path | None, overrides: dict[str, Any] | None) -> dict[str, Any]:
        seen.extend([alert, evidence, overrides])
        return REPORT

    case = "payload: body.json\n    evidence: snap\n    catalogue: {services: []}"
    path = written(tmp_path, "      - {weight: 1, path: type, equals: database}\n", case)
    asyncio.run(grade(load_suite(path), respond))

    assert seen == [b'{"a": "\xc3\xa9"}', tmp_path / "snap", {"services": []}]


@pytest.mark.parametrize(
    ("criteria", "case", "said"),
    [
        (
            "      - {weight: 0.5, path: type, equals: x}\n",
            "alert: a",
            "cases[0]: the weights of its criteria sum to 0.5",
        ),
        ("      - {weight: 1, path: type}\n", "alert: a", "cases[0].criteria[0]: give exactly one of"),
        ("      - {weight: 1, path: type, equals: x, matches: y}\n", "alert: a", "found equals, matches"),
        ("      - {weight: 1, path: 'type[', equals: x}\n", "alert: a", "cases[0].criteria[0].path: not a path"),
        (
            "      - {weight: 1, path: type, matches: '('}\n",
            "alert: a",
            "criteria[0].matches: not a regular expression",
        ),
        ("      - {weight: 1, pth: type, equals: x}\n", "alert: a", "criteria[0].pth: no such key"),
        ("      - {weight: 2, path: type, equals: x}\n", "alert: a", "criteria[0].weight"),
        (
            "      - {weight: 1, path: type, equals: x}\n",
            "payload: none.json",
            "cases[0].payload: there is no file none.json",
        ),
        ("      - {weight: 1, path: type, equals: x}\n", "evidence: gone", "give exactly one of `alert`"),
    ],
)
def test_a_mistake_in_a_suite_is_named_with_its_place(tmp_path: Path, criteria: str, case: str, said: str) -> None:
    with pytest.raises(DataError) as mistake:
        load_suite(written(tmp_path, criteria, case))

    assert said in mistake.value.what
    assert "suite.yaml" in mistake.value.what


def test_two_cases_of_one_name_are_refused_because_a_table_could_not_tell_them_apart(tmp_path: Path) -> None:
    path = written(tmp_path, "      - {weight: 1, path: type, equals: x}\n")
    again = path.read_text().split("cases:\n")[1]
    path.write_text(path.read_text() + again)

    with pytest.raises(DataError, match="two cases are called 'one'"):
        load_suite(path)


def test_a_file_that_is_no_suite_says_so(tmp_path: Path) -> None:
    (tmp_path / "s.yaml").write_text("- just\n- a list\n")
    with pytest.raises(DataError, match="a suite is a mapping"):
        load_suite(tmp_path / "s.yaml")
    with pytest.raises(DataError, match="cannot read"):
        load_suite(tmp_path / "missing.yaml")
