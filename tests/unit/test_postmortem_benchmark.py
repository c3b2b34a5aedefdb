"""The yardstick of post-mortems finds what it is there to find: an uncited sentence, a stray quotation, a name, a gap."""

import asyncio

import pytest
from benchmarks.postmortem import Count, generated, judge, written
from benchmarks.timelines import timeline


@pytest.fixture(scope="module")
def document():
    told = timeline(3)
    return told, *asyncio.run(written(told))


def counted(document, change=lambda text: text):
    told, text, events = document
    count = Count()
    judge(told, change(text), events, count)
    return count


def test_generated_documents_hold_together():
    found = generated(12)
    assert found["sections"] == found["cited"] == 1
    assert found["quotes_in_what_is_cited"] == found["times_in_what_is_cited"] == 1
    assert found["documents_that_name_somebody"] == found["documents_that_blame"] == 0
    assert found["faults"] == []


def test_a_sentence_without_a_citation_or_with_one_that_leads_nowhere_is_counted(document):
    whole = counted(document)
    assert whole.cited == whole.sentences
    uncited = counted(document, lambda text: text.replace("## Impact\n", "## Impact\n\n- Everybody suffered.\n"))
    assert uncited.sentences - uncited.cited == 1
    astray = counted(document, lambda text: text.replace("## Impact\n", "## Impact\n\n- Everybody suffered. [#9999]\n"))
    assert astray.sentences - astray.cited == 1


def test_a_quotation_and_a_time_that_nobody_said_are_counted(document):
    made_up = "## Impact\n\n- A user said “the moon is made of cheese” at 04:44 UTC. [#1]\n"
    found = counted(document, lambda text: text.replace("## Impact\n", made_up))
    assert found.quotes - found.quotes_found == 1
    assert found.times - found.times_found == 1


def test_a_name_and_a_missing_section_are_counted(document):
    told = document[0]
    named = counted(
        document, lambda text: text.replace("## Impact\n", f"## Impact\n\n- It was {told.people[0]}. [#1]\n")
    )
    assert named.named == 1
    assert counted(document, lambda text: text.replace("## What went well", "## Other")).whole == 0
