"""A manual step: shown to a person, never carried out by the service."""

import asyncio

import pytest
from tests.conformance.test_executors import step_of

from tocsin.connectors.executors.manual import Manual
from tocsin.errors import WaitsForPerson

STEP = step_of({"executor": "manual", "by": "database owner", "command": "pg_ctl promote"})


def test_a_manual_step_waits_for_a_person_and_never_reports_an_outcome_of_its_own() -> None:
    with pytest.raises(WaitsForPerson) as waits:
        asyncio.run(Manual().run(STEP, "INC-1:0"))
    assert "database owner" in waits.value.what
    assert "pg_ctl promote" in waits.value.what


def test_its_rehearsal_is_the_text_the_person_will_read() -> None:
    rehearsal = asyncio.run(Manual().rehearse(STEP))
    assert rehearsal.ok
    assert rehearsal.said == "A person (database owner) does this by hand: Do it. They may type: pg_ctl promote"
