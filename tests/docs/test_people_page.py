"""docs/people.md is what happens: its commands run in order beside a service, its tables are the tables of the code."""

import re
from pathlib import Path
from shutil import which

import pytest
import yaml
from tests import pages
from tests.pages import blocks, ran, service  # noqa: F401 - the fixture

from tocsin.model.identity import RIGHTS, Right, Role
from tocsin.stages.people import ACTS, PeopleRules

PAGE = pages.page("people")


@pytest.mark.skipif(not which("bash") or not which("curl"), reason="bash or curl is missing")
def test_every_command_on_the_page_works_from_top_to_bottom(service: int, tmp_path: Path) -> None:  # noqa: F811
    done = ran("".join(blocks(PAGE, "sh")), tmp_path, service=service)
    assert "person:ada@example.com" in done.stdout
    assert "false alarm: load test, nobody was harmed" in done.stdout
    assert "only with passkeys" in done.stdout


def test_the_table_of_paths_is_the_table_of_acts() -> None:
    told = re.search(r"\| `POST /api/incidents\.\.\.` \| Body \|\n\|---\|---\|\n(.*?)\n\n", PAGE, re.DOTALL)
    assert told
    paths: dict[str, set[str]] = {}
    for row in told[1].splitlines():
        first, second = row.strip("|").split("|")
        for path in re.findall(r"`/ID(/[^`]+)`", first) or [""]:
            paths[path] = set(re.findall(r"`(\w+)`", second))
    fields = {act.path: set(act.ask.model_fields) if act.ask else set() for act in ACTS.values()}
    assert paths == fields


def test_the_table_of_roles_names_every_role_and_who_may_approve() -> None:
    rows = dict(re.findall(r"^\| `(\w+)` \| (.+) \|$", PAGE, re.MULTILINE))
    assert set(rows) == set(Role)
    for role in Role:
        assert ("approve steps" in rows[role]) == (Right.APPROVE in RIGHTS[role])
        assert ("publish" in rows[role] or role is Role.ADMIN) == (Right.COMMUNICATE in RIGHTS[role])


def test_the_configuration_shown_is_valid() -> None:
    for block in blocks(PAGE, "yaml"):
        PeopleRules.model_validate(yaml.safe_load(block)["people"])
