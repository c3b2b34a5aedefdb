"""The severity matrix: the shipped rows say what the mission says, people can edit them, and mistakes are named by path."""

from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from tocsin.config import Config, load, parse_at
from tocsin.errors import ConfigError
from tocsin.model.ground import Severity
from tocsin.model.triage import FactKind, ImpactFact
from tocsin.roles.analysts.routing import BusinessHours, Routing, catalogue_of
from tocsin.roles.analysts.severity import SeveritySettings, judge

SHIPPED = load(environ={}).section("severity", SeveritySettings)
PRODUCTION = {"environment": "production", "tier": 2}


def facts(**known: Any) -> list[ImpactFact]:
    return [ImpactFact(kind=FactKind(kind), value=value, origin="alert") for kind, value in known.items()]


def level(**known: Any) -> Severity:
    return judge(SHIPPED, facts(**{**PRODUCTION, **known})).severity


@pytest.mark.parametrize(
    ("known", "severity"),
    [
        ({"outage": True}, "SEV1"),
        ({"data_loss": True}, "SEV1"),
        ({"users_affected": 0.51}, "SEV1"),
        ({"users_affected": 0.5}, "SEV2"),
        ({"requests_failing": 0.25, "tier": 0, "revenue": True}, "SEV1"),
        ({"requests_failing": 0.24, "tier": 0, "revenue": True}, "SEV2"),
        ({"requests_failing": 0.25, "tier": 1, "revenue": True}, "SEV2"),
        ({"requests_failing": 0.25, "tier": 0, "revenue": False}, "SEV2"),
        ({"compromise": True}, "SEV1"),
        ({"compromise": True, "environment": "staging"}, "SEV1"),
        ({"users_affected": 0.11}, "SEV2"),
        ({"users_affected": 0.1}, "SEV3"),
        ({"major_feature": True}, "SEV2"),
        ({"major_feature": True, "workaround": False}, "SEV2"),
        ({"major_feature": True, "workaround": True}, "SEV3"),
        ({"degraded": True}, "SEV3"),
        ({"cosmetic": True}, "SEV4"),
        ({}, "SEV4"),
        ({"outage": True, "environment": "staging"}, "SEV3"),
        ({"outage": True, "tier": 3}, "SEV3"),
        ({"threat": "attempted"}, "SEV3"),
        ({"threat": "active"}, "SEV2"),
        ({"vendor_severity": "critical"}, "SEV2"),
        ({"vendor_severity": "critical", "users_affected": 0.01}, "SEV3"),
        ({"vendor_severity": "warning"}, "SEV3"),
        ({"vendor_severity": "info"}, "SEV4"),
    ],
)
def test_the_shipped_matrix_is_the_missions(known: dict[str, Any], severity: str) -> None:
    assert level(**known) == severity


def test_between_two_levels_the_higher_is_taken_and_marked_unsure() -> None:
    outage = ImpactFact(kind=FactKind.OUTAGE, value=True, origin="alert")
    known = [*facts(**PRODUCTION, degraded=True), outage]
    assert judge(SHIPPED, known).unsure is False
    suspected = judge(SHIPPED, known, frozenset({outage}))
    assert (suspected.severity, suspected.unsure) == (Severity.SEV1, True)


def test_a_decision_that_leans_on_an_assumed_environment_says_that_it_is_unsure() -> None:
    assumed = ImpactFact(kind=FactKind.ENVIRONMENT, value="production", origin="default")
    verdict = judge(SHIPPED, [*facts(users_affected=0.7), assumed])
    assert (verdict.severity, verdict.unsure) == (Severity.SEV1, True)


shares = st.floats(min_value=0, max_value=1)


@given(shares, shares, st.sampled_from(["users_affected", "requests_failing"]), st.integers(0, 4), st.booleans())
def test_more_people_hurt_is_never_less_severe(one: float, other: float, kind: str, tier: int, revenue: bool) -> None:
    less, more = sorted((one, other))
    worse = level(**{kind: more}, tier=tier, revenue=revenue)
    assert worse <= level(**{kind: less}, tier=tier, revenue=revenue)


harm = st.sampled_from(
    [
        ("outage", True),
        ("data_loss", True),
        ("compromise", True),
        ("major_feature", True),
        ("degraded", True),
        ("threat", "active"),
        ("threat", "attempted"),
        ("vendor_severity", "critical"),
        ("vendor_severity", "warning"),
    ]
)


@given(st.lists(harm, max_size=5, unique=True), harm, shares)
def test_one_more_fact_of_harm_never_lowers_the_severity(
    known: list[tuple[str, Any]], more: tuple[str, Any], users: float
) -> None:
    def of(pairs: list[tuple[str, Any]]) -> list[ImpactFact]:
        return [*facts(**PRODUCTION, users_affected=users), *(one for pair in pairs for one in facts(**dict([pair])))]

    assert judge(SHIPPED, of([*known, more])).severity <= judge(SHIPPED, of(known)).severity


def config(text: str) -> Config:
    return Config(yaml.safe_load(text), {})


REST = "{ severity: SEV4, rule: rest, when: {} }"


@pytest.mark.parametrize(
    ("rows", "says"),
    [
        (
            "[{ severity: SEV1, rule: x, when: { customers: true } }, " + REST + "]",
            "severity.matrix[0].when: no such fact `customers`",
        ),
        ("[{ severity: SEV9, rule: x, when: {} }]", "severity.matrix[0].severity"),
        ("[{ severity: SEV1, rule: x, when: { users_affected: lots } }, " + REST + "]", "compared with a number"),
        ("[{ severity: SEV1, rule: x, when: { outage: '> 50%' } }, " + REST + "]", "not a number"),
        (
            "[{ severity: SEV3, rule: x, when: { degraded: true } }, { severity: SEV1, rule: y, when: { outage: true } }, "
            + REST
            + "]",
            "matrix[1] (SEV1)",
        ),
        ("[{ severity: SEV1, rule: x, when: { outage: true } }]", "it takes the rest"),
        ("[{ severity: SEV1, rule: x, wen: {} }]", "severity.matrix[0]"),
    ],
)
def test_a_mistake_in_the_matrix_is_named_by_its_place(rows: str, says: str) -> None:
    with pytest.raises(ConfigError) as caught:
        config(f"severity: {{ matrix: {rows} }}").section("severity", SeveritySettings)
    assert says in str(caught.value)


def test_a_commander_can_replace_the_matrix_in_plain_words() -> None:
    rows = "[{ severity: SEV1, rule: anything slow, when: { degraded: true } }, " + REST + "]"
    mine = config(f"severity: {{ matrix: {rows} }}").section("severity", SeveritySettings)
    assert judge(mine, facts(degraded=True)).rule == "anything slow"


@pytest.mark.parametrize(
    ("services", "says"),
    [
        (
            "[{ name: a }, { name: b, depends_on: [a, ledgr] }]",
            "catalogue.services[1].depends_on[1]: no service is called 'ledgr'",
        ),
        (
            "[{ name: a }, { name: b }, { name: A }]",
            "catalogue.services[2].name: 'A' is already used at catalogue.services[0].name",
        ),
        ("[{ name: a, aliases: [x] }, { name: b, aliases: [X] }]", "catalogue.services[1].aliases[0]"),
        ("[{ name: a, tier: 9 }]", "catalogue.services[0].tier"),
        ("[{ name: '' }]", "catalogue.services[0].name: a service needs a name"),
    ],
)
def test_a_mistake_in_the_catalogue_is_named_by_its_place(services: str, says: str) -> None:
    with pytest.raises(ConfigError) as caught:
        catalogue_of(config(f"catalogue: {{ services: {services} }}"))
    assert says in str(caught.value)


def test_services_may_depend_on_each_other_in_a_circle() -> None:
    known = catalogue_of(
        config("catalogue: { services: [{ name: a, depends_on: [b] }, { name: b, depends_on: [a] }] }")
    )
    assert known.neighbours("a") == {"b"}


def test_routing_that_forgets_a_severity_is_refused() -> None:
    with pytest.raises(ConfigError, match="SEV3, SEV4"):
        config("routing: { notify: { SEV1: [a], SEV2: [b] }, specialists: {} }").section("routing", Routing)


def test_a_time_zone_that_does_not_exist_is_refused_at_its_place() -> None:
    with pytest.raises(ConfigError, match=r"^hours\.timezone: no such time zone"):
        parse_at("hours", {"timezone": "Mars/Olympus"}, BusinessHours)
