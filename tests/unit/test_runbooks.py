"""Reading runbooks: mistakes are named where they stand, and a team's wiki works as it is."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.errors import DataError, NotFound
from tocsin.library.runbooks import load_shelf, parse_runbook, read_runbook
from tocsin.library.steps import Command
from tocsin.model.action import Risk

GOOD = """\
---
id: warm_the_cache
title: Warm the cache
types: [application]
match: {causes: [cold_cache], terms: [cold cache], services: [shop]}
risk: reversible
estimated_time: 5m
parameters:
  host: {type: host, from: catalogue.cache}
---
# Warm the cache

## Fix
```yaml step
name: warm
text: Warm the cache.
purpose: mitigate
risk: reversible
run: {executor: command, argv: [warmer, "{host}"]}
verify: The hit rate climbs.
rollback: Stop the warmer.
```
"""

WIKI = """\
# Queue is stuck

Happens on Mondays.

## Fix

1. Look at it
2. Restart it
   ```bash
   # as root
   systemctl restart q
   ```
"""


def refusal(text: str) -> str:
    with pytest.raises(DataError) as caught:
        parse_runbook(text, "team/warm.md")
    assert caught.value.code == "TCS-DATA-RUNBOOK"
    return caught.value.what


def test_a_typed_runbook_comes_back_with_its_steps_and_prose() -> None:
    runbook = parse_runbook(GOOD, "warm.md")
    assert (runbook.id, runbook.risk, runbook.estimated_time) == ("warm_the_cache", Risk.REVERSIBLE, "5m")
    assert [step.command for step in runbook.steps] == ["warmer {host}"]
    assert isinstance(runbook.steps[0].run, Command)


@pytest.mark.parametrize(
    ("written", "instead", "line", "path"),
    [
        ("risk: reversible\nestimated", "risk: harmless\nestimated", 6, "risk"),
        ("estimated_time: 5m", "estimated_time: soon", 7, "estimated_time"),
        ("types: [application]", "types: [software]", 4, "types[0]"),
        ("purpose: mitigate", "purpose: guess", 17, "steps[0].purpose"),
        ("argv: [warmer,", 'argv: ["{host}",', 19, "steps[0].run"),
        ("{type: host, from: catalogue.cache}", "{type: host, from: the moon}", 9, "parameters.host.from"),
        ("rollback: Stop the warmer.", "timeout: soon", 21, "steps[0].timeout"),
        ("id: warm_the_cache", "id: Warm The Cache", 2, "id"),
    ],
)
def test_a_mistake_is_named_with_file_line_and_path(written: str, instead: str, line: int, path: str) -> None:
    said = refusal(GOOD.replace(written, instead))
    assert said.startswith(f"team/warm.md:{line}: {path}: ")


def test_broken_yaml_is_named_with_its_line() -> None:
    assert refusal(GOOD.replace("verify: The", "verify: {The")).startswith("team/warm.md:2")


@pytest.mark.parametrize(
    ("written", "instead", "reason"),
    [
        ("verify: The hit rate climbs.\n", "", "give `verify`"),
        ("rollback: Stop the warmer.\n", "", "give `rollback`"),
        ("  host: {type", "  node: {type", "declare these slots under parameters: host"),
        ("risk: reversible\nestimated", "risk: read\nestimated", "its most dangerous step is reversible"),
        ("risk: reversible\nrun", "risk: destructive\nauto: true\nrun", "a person decides"),
        ("catalogue.cache", "step.nowhere", "there is no such step"),
    ],
)
def test_a_runbook_that_could_do_harm_by_omission_is_refused(written: str, instead: str, reason: str) -> None:
    assert reason in refusal(GOOD.replace(written, instead))


def test_a_fix_may_not_come_before_a_mitigation() -> None:
    block = GOOD[GOOD.index("```yaml step") :]
    fix = block.replace("name: warm", "name: repair").replace("mitigate", "fix")
    assert "mitigations come before fixes" in refusal(GOOD.replace(block, fix + "\n" + block))


@pytest.mark.parametrize("statement", ["SELECT pg_cancel_backend({pid})", "SELECT 1; DROP TABLE orders"])
def test_values_are_never_pasted_into_sql_and_one_step_is_one_statement(statement: str) -> None:
    sql = f'run: {{executor: sql, target: "{{host}}", statement: "{statement}"}}'
    assert "steps[0].run" in refusal(GOOD.replace('run: {executor: command, argv: [warmer, "{host}"]}', sql))


def test_a_teams_wiki_page_becomes_manual_steps_with_its_commands(tmp_path: Path) -> None:
    (tmp_path / "queue-stuck.md").write_text(WIKI)
    runbook = read_runbook(tmp_path / "queue-stuck.md")
    assert (runbook.id, runbook.title, runbook.reviewed) == ("queue_stuck", "Queue is stuck", False)
    assert [step.text for step in runbook.steps] == ["Look at it", "Restart it"]
    assert "systemctl restart q" in runbook.steps[1].command
    assert {step.risk for step in runbook.steps} == {Risk.DISRUPTIVE}
    assert not any(step.auto for step in runbook.steps)


def test_front_matter_of_another_tool_does_not_stop_a_wiki_page() -> None:
    runbook = parse_runbook("---\nlayout: page\ntags: [ops]\n---\n# Mail is late\n\n- Call Ada\n", "mail.md")
    assert (runbook.title, [step.text for step in runbook.steps]) == ("Mail is late", ["Call Ada"])


def test_folders_of_a_wiki_may_each_hold_a_readme(tmp_path: Path) -> None:
    for name in ("redis", "kafka"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "README.md").write_text(f"# {name} down\n\n- Restart {name}\n")
    shelf = load_shelf([tmp_path])
    assert shelf.get("redis_readme").title == "redis down"
    assert shelf.get("kafka_readme").title == "kafka down"


def test_a_team_replaces_a_built_in_runbook_by_using_its_id(tmp_path: Path) -> None:
    (tmp_path / "own.md").write_text(GOOD.replace("id: warm_the_cache", "id: cache_eviction"))
    assert load_shelf().get("cache_eviction").title != "Warm the cache"
    assert load_shelf([tmp_path]).get("cache_eviction").title == "Warm the cache"
    assert len(load_shelf([tmp_path])) == len(load_shelf())


def test_an_id_used_twice_in_one_folder_names_both_files(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text(GOOD)
    (tmp_path / "b.md").write_text(GOOD)
    with pytest.raises(DataError, match=r"b\.md.*a\.md"):
        load_shelf([tmp_path])


def test_a_missing_folder_says_which_setting_to_correct(tmp_path: Path) -> None:
    with pytest.raises(DataError) as caught:
        load_shelf([tmp_path / "nowhere"])
    assert "runbooks.folders" in caught.value.do


def test_asking_for_an_unknown_runbook_says_so() -> None:
    with pytest.raises(NotFound):
        load_shelf().get("no_such_runbook")


@given(st.text(max_size=400))
def test_no_text_at_all_breaks_the_reading_of_a_wiki_page(text: str) -> None:
    runbook = parse_runbook("# Page\n" + text.replace("yaml step", ""), "page.md")
    assert runbook.title == "Page"


@given(st.text(alphabet="`~#-*1. \nab:{}[]", max_size=300))
def test_whatever_the_markdown_each_line_belongs_to_one_section(text: str) -> None:
    runbook = parse_runbook(text, "page.md")
    assert runbook.id == "page"
