"""docs/wording.md shows what the rules do: every example on it is run, every code, setting and command on it exists."""

import re
from pathlib import Path

import pytest
import yaml

from tocsin.cli.people import VERBS
from tocsin.guard.wording import Situation, blame_in, check
from tocsin.guard.wording.tone import Constraint
from tocsin.model.update import WordingCode
from tocsin.stages.communicate import MessageSettings

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "wording.md").read_text()
SECTIONS = dict(re.findall(r"^## ([A-Z_]+)\n(.*?)(?=^## |\Z)", PAGE, re.MULTILINE | re.DOTALL))
EXAMPLES = [
    (code, kind, text)
    for code, body in SECTIONS.items()
    for kind, text in re.findall(r"^- (fires|passes|better): (.+)$", body, re.MULTILINE)
]
OTHERS = (WordingCode.TONE, WordingCode.CONTRADICTION)
ELEVEN = [str(code) for code in WordingCode if code not in OTHERS]


def broken(text: str) -> set[str]:
    return {str(one.code) for one in check(text, Situation(status="investigating"))}


def test_each_of_the_eleven_rules_has_its_section_with_three_examples() -> None:
    assert list(SECTIONS) == ELEVEN
    assert [kind for _, kind, _ in EXAMPLES] == ["fires", "passes", "better"] * len(ELEVEN)


@pytest.mark.parametrize(("code", "kind", "text"), EXAMPLES)
def test_every_example_does_what_the_page_says(code: str, kind: str, text: str) -> None:
    if kind == "fires":
        assert code in broken(text)
    elif kind == "passes":
        assert code not in broken(text)
    else:
        assert not broken(text)


def test_the_examples_of_post_mortems_do_too() -> None:
    body = PAGE.partition("## Post-mortems")[2]
    for kind, text in re.findall(r"^- (fires|passes): (.+)$", body, re.MULTILINE):
        assert bool(blame_in(text)) == (kind == "fires"), text


def test_the_settings_shown_are_valid() -> None:
    shown = yaml.safe_load(re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)[0])
    assert MessageSettings.model_validate(shown["messages"]).customer_words


def test_every_constraint_and_command_named_is_there() -> None:
    assert {str(one) for one in Constraint} <= set(re.findall(r"`(\w+)`", PAGE))
    assert "rule-in" in VERBS
    for module in re.findall(r"python -m benchmarks\.(\w+)", PAGE):
        assert (ROOT / "benchmarks" / f"{module}.py").is_file()
