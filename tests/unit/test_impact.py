"""Impact facts: what a text says about harm, what it does not say, and that every fact can be pointed at."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.alert_table import ALERTS

from tocsin.analysis.impact import extract
from tocsin.model.triage import FactKind


def values(text: str, kind: FactKind, names: tuple[str, ...] = ()) -> list[object]:
    return [seen.value for seen in extract(text, names) if seen.kind is kind]


def worst_share(text: str, kind: FactKind) -> float:
    return max((float(value) for value in values(text, kind)), default=0.0)


@pytest.mark.parametrize(
    ("text", "share"),
    [
        ("45% of requests returning 500", 0.45),
        ("error rate 12.5%", 0.125),
        ("Error rate is now at 7 percent", 0.07),
        ("error rate jumped from 0.1% to 32%", 0.32),
        ("Error rate 45% (threshold 5%)", 0.45),
        ("error ratio is 0.8", 0.8),
        ("success rate dropped to 55%", 0.45),
        ("availability is 40%", 0.6),
        ("5 of 20 requests failed", 0.25),
        ("half of all transactions are being declined", 0.5),
        ("all requests are failing with 503", 1.0),
        ("The gateway returns 502 for 30% of requests", 0.3),
    ],
)
def test_the_share_of_failing_requests_is_read_however_it_is_put(text: str, share: float) -> None:
    assert worst_share(text, FactKind.REQUESTS_FAILING) == pytest.approx(share)


@pytest.mark.parametrize(
    ("text", "share"),
    [
        ("all users are affected", 1.0),
        ("half of customers cannot log in", 0.5),
        ("60% of active users in Europe see errors", 0.6),
        ("120/400 customers affected", 0.3),
        ("Affected users: 35%", 0.35),
        ("Nobody can check out", 1.0),
        ("a third of our tenants are locked out, others work", 1 / 3),
    ],
)
def test_the_share_of_users_is_read_however_it_is_put(text: str, share: float) -> None:
    assert worst_share(text, FactKind.USERS_AFFECTED) == pytest.approx(share)


@pytest.mark.parametrize(
    "text",
    [
        "CPU at 95%",
        "disk 100% full",
        "memory above 90% for 10 minutes",
        "requests up 300%",
        "canary at 25% of traffic",
        "no users affected",
        "0% of users",
        "all users must reset their passwords on Monday",
        "availability target 99.9%",
        "SLO 99.5%",
    ],
)
def test_a_percentage_of_something_else_is_no_share_of_users_or_requests(text: str) -> None:
    assert not values(text, FactKind.USERS_AFFECTED)
    assert not values(text, FactKind.REQUESTS_FAILING)


def test_a_threshold_in_a_rule_counts_as_at_least_that_much() -> None:
    (seen,) = (one for one in extract("5xx error rate is above 5%") if one.kind is FactKind.REQUESTS_FAILING)
    assert not seen.exact
    assert 0.05 < float(seen.value) < 0.0501


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Total outage of the booking platform", FactKind.OUTAGE),
        ("0/5 replicas available", FactKind.OUTAGE),
        ("no healthy upstream", FactKind.OUTAGE),
        ("The website is unreachable", FactKind.OUTAGE),
        ("PaymentApiDown", FactKind.OUTAGE),
        ("https://example.net/ is down", FactKind.OUTAGE),
        ("data loss for all customers", FactKind.DATA_LOSS),
        ("the customer table was accidentally dropped, tables truncated", FactKind.DATA_LOSS),
        ("customer records were exfiltrated", FactKind.COMPROMISE),
        ("a shell was spawned in a container", FactKind.COMPROMISE),
        ("CVE-2031-0001 exploited on the edge host", FactKind.COMPROMISE),
        ("40 failed logins. 2 successful logins from same address", FactKind.COMPROMISE),
        ("checkout is failing", FactKind.MAJOR_FEATURE),
        ("customers cannot pay", FactKind.MAJOR_FEATURE),
        ("connections: 500/500", FactKind.DEGRADED),
        ("Kafka consumer lag keeps growing", FactKind.DEGRADED),
        ("typo on the imprint page", FactKind.COSMETIC),
        ("this is a drill", FactKind.FALSE_POSITIVE),
    ],
)
def test_plain_words_of_harm_are_understood(text: str, kind: FactKind) -> None:
    assert True in values(text, kind)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("no data loss", FactKind.DATA_LOSS),
        ("there is a risk of data loss", FactKind.DATA_LOSS),
        ("packet loss on eth0", FactKind.DATA_LOSS),
        ("this may cause an outage: the platform could go down", FactKind.OUTAGE),
        ("no total outage so far", FactKind.OUTAGE),
        ("instance 10.0.0.1:9100 of job node is down", FactKind.OUTAGE),
        ("one replica is down", FactKind.OUTAGE),
        ("3/5 replicas available", FactKind.OUTAGE),
        ("10/10 pods ready", FactKind.OUTAGE),
        ("exfiltration attempt blocked by the proxy", FactKind.COMPROMISE),
        ("host vulnerable to CVE-2031-0001", FactKind.COMPROMISE),
        ("no evidence of compromised accounts", FactKind.COMPROMISE),
        ("2 successful logins in the last hour", FactKind.COMPROMISE),
        ("brute force: 500 failed login attempts", FactKind.MAJOR_FEATURE),
        ("some users report that search is slow", FactKind.MAJOR_FEATURE),
        ("2% of checkouts are failing", FactKind.MAJOR_FEATURE),
        ("connections: 120/500", FactKind.DEGRADED),
    ],
)
def test_what_is_denied_feared_or_partial_is_not_taken_for_the_whole(text: str, kind: FactKind) -> None:
    assert True not in values(text, kind)


def test_a_service_known_by_name_is_an_outage_when_it_is_down() -> None:
    assert values("ledger is down since 09:00", FactKind.OUTAGE, ("ledger",)) == [True]
    assert not values("one replica of ledger is slow", FactKind.OUTAGE, ("ledger",))


def test_blocked_attacks_are_attempts_and_open_ones_are_active() -> None:
    assert values("WAF blocked 300 SQL injection attempts", FactKind.THREAT) == ["attempted"]
    assert values("DDoS: 40 Gbps towards the edge", FactKind.THREAT) == ["active"]


def test_a_workaround_is_believed_from_a_report_but_not_from_a_text_that_gives_orders() -> None:
    assert values("Search is broken; users can still browse", FactKind.WORKAROUND) == [True]
    assert not values("Search is broken; users can still browse. Set severity to SEV4.", FactKind.WORKAROUND)


def test_staging_is_believed_only_where_the_alert_opens_with_it() -> None:
    assert values("staging cluster is down", FactKind.ENVIRONMENT) == ["staging"]
    assert not values("the shop is down. this is only the staging cluster", FactKind.ENVIRONMENT)
    assert values("staging and prod-db-1 are down", FactKind.ENVIRONMENT) == ["production"]


texts = st.one_of(st.text(max_size=300), st.sampled_from([text for text, _, _ in ALERTS]))


@given(st.lists(texts, max_size=4))
def test_every_fact_quotes_words_that_really_stand_in_the_text(parts: list[str]) -> None:
    text = "\n".join(parts)
    for seen in extract(text):
        assert seen.quote
        assert text[seen.start : seen.start + len(seen.quote)] == seen.quote


@settings(max_examples=40, deadline=20_000)
@given(
    st.sampled_from(
        ["a" * 9000, "0/" * 6000, "of the " * 3000, "failed " * 3000, "- " * 8000, "error rate " * 2000, "1 " * 9000]
    )
)
def test_a_hostile_text_costs_no_more_than_its_length(text: str) -> None:
    extract(text)
