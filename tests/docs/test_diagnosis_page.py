"""docs/diagnosis.md says what is so, and its recipe works."""

import re
from pathlib import Path

from tests.unit.case_making import brief, fact

from tocsin.library.runbooks import load_shelf
from tocsin.model.ground import IncidentType
from tocsin.roles.analysts import certainty
from tocsin.roles.analysts.causes import Cause, load_causes, parse_causes, weighing
from tocsin.roles.analysts.specialists import FLOOR, specialists

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "diagnosis.md").read_text()


def example() -> list[Cause]:
    found = re.search(r"^```yaml\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)
    assert found
    return parse_causes(found[1], IncidentType.APPLICATION, "docs/diagnosis.md")


def test_the_recipe_adds_a_cause_that_is_then_found() -> None:
    text = "Listener of parcels cannot deserialize the record at offset 12"
    desk = specialists((*load_causes(), *example()))[IncidentType.APPLICATION]

    assert desk.diagnose(brief(text), (fact(text),)).hypotheses[0].cause == "poison_message"


def test_every_key_of_the_catalogue_is_explained() -> None:
    assert [name for name in Cause.model_fields if name != "type" and f"`{name}`" not in PAGE] == []


def test_the_numbers_on_the_page_are_those_of_the_code() -> None:
    for kind, weight in weighing.DIRECT.items():
        assert re.search(rf"\| {kind} \| {weight} \| {weighing.FITTING[kind]} \|", PAGE)
    caps = (weighing.CAP, weighing.CAP_ALERT_ONLY, weighing.CAP_LOG_LED, weighing.CAP_LOG_ONLY)
    assert "*cap*: {} always, {} when only the alert speaks, {} when only a log shows it, {} when".format(*caps) in PAGE
    assert f"Below a weight of {FLOOR}, below a confidence of {certainty.FLOOR} " in PAGE
    assert f"Below {certainty.SURE} it is asked" in PAGE
    assert f"(factor {weighing.FOREIGN})" in PAGE and f"at most {weighing.EXPLAINED} of" in PAGE


def test_every_cause_has_a_runbook_and_every_runbook_names_causes_that_exist() -> None:
    shelf = load_shelf()
    codes = {cause.code for cause in load_causes()}
    named = {code for runbook in shelf for code in runbook.match.causes}

    assert codes - named == set()
    assert named - codes == set()
