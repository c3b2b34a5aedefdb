"""docs/kubernetes.md says what is so: its table is the table of checks, and what it names is read."""

import re
from pathlib import Path

from tocsin.analysis.cluster import suspects
from tocsin.analysis.cluster.questions import question
from tocsin.analysis.cluster.table import CHECKS
from tocsin.roles.analysts.kubernetes import FLOOR

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "kubernetes.md").read_text()


def test_the_table_on_the_page_is_the_table_of_checks():
    shown = re.findall(r"^\| (.+?) \| (.+?) \|$", PAGE.partition("## How to record")[0], re.MULTILINE)
    assert shown[1:] == [(check.symptom, check.relation) for check in CHECKS]


def test_the_scores_on_the_page_are_those_of_the_code():
    for score in (suspects.PROVEN, suspects.BROKEN, suspects.LIKELY, suspects.SUSPECTED, suspects.WEAK):
        assert f"{score:g} " in PAGE
    assert f"Below {FLOOR} nothing is reported" in PAGE


def test_every_kind_the_recipe_saves_is_known():
    kinds = re.search(r"for kind in (.*?); do", PAGE, re.DOTALL)
    assert kinds
    named = kinds[1].replace("\\", " ").split()
    assert [kind for kind in named if not question(f"get-{kind}").kind] == []


def test_every_name_of_the_table_is_a_question():
    names = re.findall(r"^\| `([a-z]+)[ -]", PAGE, re.MULTILINE)
    assert names and all(question(f"{name} x").verb == name for name in names)
