"""docs/runbooks.md says what is so."""

import re
from pathlib import Path

from tocsin.library.runbook import Parameter, Runbook
from tocsin.library.runbooks import Shelf, load_shelf, parse_runbook
from tocsin.library.search import WEIGHTS
from tocsin.library.steps import RunbookStep
from tocsin.stages.remediate.propose import FITS, SURE_ENOUGH

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "runbooks.md").read_text()


def example() -> Runbook:
    match = re.search(r"^````markdown\n(.*?)^````$", PAGE, re.DOTALL | re.MULTILINE)
    assert match
    return parse_runbook(match[1], "search_index_stale.md")


def test_the_example_can_be_copied_and_works() -> None:
    runbook = example()
    assert [step.name for step in runbook.steps] == ["find_stuck_job", "release_job", "restart_indexer"]
    assert runbook.steps[1].command == "UPDATE index_jobs SET worker = NULL WHERE id = {job}"


def test_the_example_is_found_by_the_words_it_promises() -> None:
    shelf = Shelf([*load_shelf(), example()])
    assert shelf.index.search("documents are missing from search, the indexer stopped")[0].id == "search_index_stale"


def test_every_field_of_the_format_is_explained() -> None:
    kept_by_us = {"steps", "sections", "origin", "reviewed"}
    for model in (Runbook, RunbookStep, Parameter):
        fields = {field.alias or name for name, field in model.model_fields.items()} - kept_by_us
        assert [name for name in fields if f"`{name}" not in PAGE] == []


def test_the_numbers_on_the_page_are_those_of_the_code() -> None:
    assert f"{len(load_shelf())} come with it" in PAGE
    assert f"weights {WEIGHTS[0]}, {WEIGHTS[1]}, {WEIGHTS[2]}" in PAGE
    assert f"Below a score of {FITS}" in PAGE
    assert f"at least {SURE_ENOUGH:.0%}".replace("%", " percent") in PAGE
