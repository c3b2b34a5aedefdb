"""Finding a runbook by words: never fails, never wavers, and is not fooled by the most frequent word."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.analysis.text import TermSpace, spellings, terms, tokens
from tocsin.library.runbooks import load_shelf
from tocsin.library.search import Index, Page
from tocsin.model.ground import IncidentType

INDEX = load_shelf().index
PLAIN_CASES = {
    # what an alert says, in words of our own -> the runbook a person would open
    "too many clients already, all 300 connections of the pool are in use": "db_kill_connections",
    "standby is 95 seconds behind the primary, replay delayed": "db_replication_lag",
    "x509: certificate has expired, handshakes refused": "cert_expiry",
    "container was OOMKilled with exit code 137": "oom_kill",
    "pod in CrashLoopBackOff, 14 restarts": "crash_loop",
    "no such host when resolving the name, SERVFAIL from the resolver": "dns_failure",
    "no space left on device, volume at 99 percent": "disk_full",
    "consumer group does not commit offsets, lag still growing": "pipeline_stalled",
    "hundreds of failed logins from one address, then three successful ones": "unauthorised_access",
    "secret scanning found an access key in a public repository": "credential_rotation",
    "etcd has no leader": "control_plane",
    "ImagePullBackOff manifest unknown": "image_pull_failure",
    "load balancer has no healthy backends and answers 503": "load_balancer_errors",
    "rollout exceeded its progress deadline": "deployment_rollback",
    "NTP not synchronised, clock skew of 4 seconds": "clock_drift",
    "deadlock detected while updating rows": "db_deadlock",
}


@pytest.mark.parametrize("text", PLAIN_CASES)
def test_the_words_of_an_alert_lead_to_the_runbook_a_person_would_open(text: str) -> None:
    assert INDEX.search(text)[0].id == PLAIN_CASES[text]


@given(st.text(max_size=2000))
def test_the_search_never_raises_and_its_scores_are_shares(text: str) -> None:
    hits = INDEX.search(text, limit=100)
    assert all(math.isfinite(hit.score) and 0.0 < hit.score <= 1.0 for hit in hits)
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)


@given(st.text(max_size=300), st.sampled_from(IncidentType), st.text(max_size=20))
def test_the_same_question_always_gets_the_same_answer(text: str, kind: IncidentType, service: str) -> None:
    again = load_shelf().index if len(text) % 97 == 96 else INDEX
    assert INDEX.search(text, type=kind, service=service) == again.search(text, type=kind, service=service)


def test_pages_that_fit_equally_come_in_order_of_their_ids() -> None:
    pages = [Page(name, "queue", ("queue stuck",)) for name in ("c", "a", "b")]
    assert [hit.id for hit in Index(pages).search("queue stuck")] == ["a", "b", "c"]


def test_the_type_and_the_service_settle_a_tie_but_exclude_nothing() -> None:
    plain, typed, named = (
        Page("a", "slow", ("it is slow",)),
        Page("b", "slow", ("it is slow",), frozenset({IncidentType.DATABASE})),
        Page("c", "slow", ("it is slow",), services=frozenset({"Shop"})),
    )
    hits = Index([plain, typed, named]).search("slow", type=IncidentType.DATABASE, service="shop")
    assert [hit.id for hit in hits] == ["c", "b", "a"]


def test_a_person_sees_which_words_of_the_alert_decided() -> None:
    assert set(INDEX.search("certificates expiring")[0].words) == {"certificates", "expiring"}


def test_an_empty_shelf_and_an_empty_question_answer_nothing() -> None:
    assert Index([]).search("anything") == ()
    assert INDEX.search("") == ()
    assert INDEX.search("the and of 17 42") == ()


def test_a_question_about_something_else_scores_lower_than_one_about_the_page() -> None:
    index = Index([Page("disk", "disk full", ("the disk is full",))])
    exact, mixed = index.search("disk full")[0], index.search("disk jockey plays at wedding party")[0]
    assert mixed.score < exact.score / 2


def test_names_of_metrics_and_code_fall_apart_into_words() -> None:
    assert tokens("KubePodCrashLooping") == tokens("kube pod crash looping")
    assert tokens("node_filesystem_avail_bytes") == tokens("node filesystem avail bytes")
    assert tokens("HTTPErrorRate") == tokens("http error rate")


def test_spelling_variants_of_one_thing_are_one_word() -> None:
    assert tokens("PostgreSQL certs") == tokens("postgres certificates")


def test_a_web_address_is_no_subject() -> None:
    assert tokens("see https://example.com/disk/full") == tokens("see")


def test_words_of_other_languages_are_kept() -> None:
    assert tokens("Speicher voll, Übertragung gestört")[2] == "übertragung"


def test_the_first_spelling_is_the_one_shown() -> None:
    assert list(spellings("Restarted pods, restarting pod").values()) == ["restarted", "pods"]


@given(st.lists(st.text(alphabet="abc ", max_size=30), max_size=8), st.text(alphabet="abcd ", max_size=30))
def test_likeness_is_a_share_and_full_only_for_the_same_words(texts: list[str], question: str) -> None:
    space = TermSpace([terms(text.split()) for text in texts])
    alike = space.cosines(terms(question.split()))
    assert len(alike) == len(texts)
    assert all(-1e-9 <= value <= 1 + 1e-9 for value in alike)
    for text, value in zip(texts, alike, strict=True):
        if text.split() and text.split() == question.split():
            assert value == pytest.approx(1.0)
