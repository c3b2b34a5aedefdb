"""The wording rules: what they catch and what they let through."""

import json
from pathlib import Path

import pytest

from tocsin.guard.wording import Situation, check
from tocsin.model.update import Audience, WordingCode

SHARED = Path(__file__).resolve().parents[2].parent / "shared" / "corpora" / "wording" / "cases.jsonl"


def codes(text, **situation):
    return {violation.code for violation in check(text, Situation(**situation))}


@pytest.mark.skipif(not SHARED.exists(), reason="the shared wording corpus is not beside this checkout")
def test_every_case_of_the_wording_corpus_gets_exactly_its_codes():
    wrong = []
    for line in SHARED.read_text().splitlines():
        case = json.loads(line)
        context = {key: value for key, value in case["context"].items() if key in Situation.model_fields}
        found = codes(case["text"], audience=Audience(case["audience"]), status=case["status"], **context)
        if found != set(case["violations"]):
            wrong.append((case["id"], sorted(found), case["violations"]))
    assert not wrong
