"""Blame in documents: a sentence that holds somebody responsible is marked, one that tells what happened is not."""

import random
import re

import pytest
from benchmarks.blame import planted_in, sentences
from hypothesis import given, settings
from hypothesis import strategies as st

from tocsin.guard.late import Late
from tocsin.guard.wording import blame_in
from tocsin.guard.wording.lexicon import faults

DOCUMENT = """# Checkout was slow

## Summary

At 09:12 UTC checkout became slow because a node ran out of disk space. The team failed over to the second site, and
engineers who were on call restored the node from its image. Nobody is to blame for a default that everybody shared.

## Timeline

| Time | Event |
| :--- | :---- |
| 09:12 | Latency alert fired, Ada acknowledged it |
| 09:20 | Ben found the wrong retention setting and corrected it |
| 09:31 | Checkout was back to normal |

## Contributing factors

- The retention setting had no upper limit, and no alert watched the disk
- A review could not have caught it: the default was set in another repository
- Our provider's console showed the disk as healthy

## Action items

- Alert on disk space (owner: platform team)
- Review of defaults before each release
"""


def test_a_blameless_post_mortem_is_left_alone():
    assert not blame_in(DOCUMENT)


@pytest.mark.parametrize("planted", sentences()[::9], ids=lambda one: one.text[:60])
def test_a_sentence_that_blames_is_marked_wherever_it_was_put_and_nothing_else_is(planted):
    found = blame_in(planted_in(DOCUMENT, planted.text, random.Random(planted.text)))
    assert len(found) == 1
    assert planted.text.rstrip(".") in found[0].span or found[0].span in planted.text


@pytest.mark.parametrize(
    "said",
    [
        "The deploy job deleted the wrong index because its filter was empty.",
        "The runbook did not say that the cluster was shared.",
        "We missed the alert because it went to a channel nobody reads at night.",
        "The on-call engineer could not reach the console: it needed the network that was down.",
        "The platform team was notified and joined at 09:20.",
        "John removed the stale lock, which let the pipeline continue.",
        "Kubernetes killed the healthy nodes first, as its termination policy says.",
        "The vendor's default of ten connections was lower than our peak.",
        "AWS replaced the failed instance within four minutes.",
        "It was nobody's fault: the check that would have caught it does not exist.",
        "Ask why the alarm was silent, not who silenced it.",
        "The reviewers approved the change; nothing in the diff showed its effect.",
    ],
)
def test_what_happened_may_be_told_with_everybody_in_it(said):
    assert not blame_in(said)


def test_the_team_s_own_names_and_suppliers_are_known_when_they_are_given():
    assert not blame_in("Zaphod let the certificate expire.")
    assert blame_in("Zaphod let the certificate expire.", people=frozenset({"Zaphod"}))
    assert blame_in("Magrathea failed to deliver.", vendors=frozenset({"Magrathea"}))


def test_the_advice_says_what_to_write_about_instead():
    assert "which check" in blame_in("Human error took the site down.")[0].advice


@given(
    st.lists(
        st.sampled_from(["the team ", "Priya ", "and ", "did not ", "broke ", "by ", "wrong ", "\n", ". ", "| "]),
        max_size=300,
    )
)
@settings(deadline=None, max_examples=30)
def test_any_document_is_read_to_its_end_and_only_its_own_words_are_marked(pieces):
    text = "".join(pieces)
    assert all(one.span in text for one in blame_in(text))


@pytest.mark.parametrize("pattern", [one for one in vars(faults).values() if isinstance(one, Late)])
def test_who_is_to_blame_does_not_depend_on_the_time_of_day(pattern):
    asked = re.sub(r"\{\d*,?\d*\}", "", pattern.pattern)
    assert not re.search(r"\d", asked), "blame_in reads sentences without their figures"


def test_the_same_accusation_is_found_at_every_time_with_its_own_words():
    text = "2026-03-04 02:41 UTC: the operator broke the build.\n2026-03-04 12:59 UTC: the operator broke the build."
    assert [one.span[:16] for one in blame_in(text)] == ["2026-03-04 02:41", "2026-03-04 12:59"]
