"""Components: what customers see broken is what the alerts named, by public names only, and it is whole again at the end."""

from tocsin.model.catalogue import Catalogue, Service
from tocsin.model.component import ComponentStatus, Impact, affected, impact_of, public_names
from tocsin.model.ground import Severity
from tocsin.model.incident import Incident
from tocsin.model.state import State

SHOP = Catalogue(
    services=(
        Service(name="pay-gw", aliases=("payment-api",), public_name="Payments"),
        Service(name="pay-ledger", public_name="Payments"),
        Service(name="cart", public_name="Checkout"),
        Service(name="vault"),
    )
)


def incident(severity: Severity | None, *services: str, state: State = State.TRIAGED) -> Incident:
    return Incident(id="INC-1", severity=severity, services=services, state=state)


def test_services_of_one_public_name_are_one_component_and_those_without_are_none() -> None:
    assert public_names(SHOP) == ("Payments", "Checkout")
    both = incident(Severity.SEV2, "cart", "PAYMENT-API", "pay-ledger", "vault", "nobody-knows-me")
    assert affected(both, SHOP) == {"Payments": ComponentStatus.PARTIAL, "Checkout": ComponentStatus.PARTIAL}


def test_the_severity_decides_how_a_component_is_shown_and_how_bad_the_incident_is() -> None:
    shown = {one: affected(incident(one, "cart"), SHOP)["Checkout"] for one in (*Severity, None)}
    assert list(shown.values()) == ["major_outage", "partial_outage", "degraded_performance"] + ["operational"] * 2
    assert [impact_of(one) for one in (*Severity, None)] == ["critical", "major", "minor", "none", "minor"]
    assert Impact.CRITICAL.rank > Impact.MINOR.rank > Impact.NONE.rank
    assert ComponentStatus.MAJOR.rank > ComponentStatus.DEGRADED.rank > ComponentStatus.OPERATIONAL.rank


def test_a_component_is_operational_again_once_the_incident_is_over() -> None:
    over = incident(Severity.SEV1, "cart", state=State.RESOLVED)
    assert affected(over, SHOP) == {"Checkout": ComponentStatus.OPERATIONAL}
