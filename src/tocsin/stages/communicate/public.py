"""What customers may read: public names of services and the impact in their words. Pure; used by `facts` only.

An internal service name never passes: a service is called by its public name from the catalogue, else by the business
capability its name or the alert speaks of, else "one of our services".
"""

import re
from collections.abc import Sequence

from tocsin.model.catalogue import Catalogue
from tocsin.model.ground import IncidentType
from tocsin.model.triage import FactKind, ImpactFact, Triage

CAPABILITIES: tuple[tuple[str, str, str], ...] = (
    ("payment|billing|invoice|charge|payout|wallet", "Payments", "payments"),
    ("checkout|cart|basket|purchase", "Checkout", "checkout"),
    ("login|signin|sign-in|sso|auth|authentication|identity|session|password", "Sign-in", "signing in"),
    ("signup|registration|onboarding", "Registration", "registration"),
    ("search|catalog|catalogue|product", "Search and catalogue", "search"),
    ("order|booking|reservation|fulfilment|fulfillment|shipping|delivery", "Orders", "orders"),
    ("upload|download|file|media|image|video|stream", "Media and files", "files and media"),
    ("email|mail|notification|sms|push", "Notifications", "notifications"),
    ("chat|messaging|message", "Messaging", "messaging"),
    (
        "report|reporting|analytics|dashboard|warehouse|etl|pipeline|export",
        "Reports and exports",
        "reports and exports",
    ),
    ("website|web|frontend|storefront|cdn|site|homepage|page", "Website", "the website"),
    ("api|gateway|webhook|integration", "API", "our API"),
    ("mobile|app", "Mobile app", "the app"),
)
"""Words in a service's name or an alert, the public name, and how it stands in a sentence; first match wins."""

PLAIN_WORDS = frozenset(word for _, *names in CAPABILITIES for name in names for word in name.lower().split())
"""What customers call things anyway: a service that happens to be named `checkout` gives nothing away."""
ANONYMOUS = ("One of our services", "one of our services")


def public_name(service: str, text: str, catalogue: Catalogue) -> tuple[str, str]:
    """The heading and the in-sentence name that customers may read for a service ("" when none is known)."""
    known = catalogue.find(service) if service else None
    if known and known.public_name:
        return known.public_name, known.public_name
    return _capability(service) or _capability(text) or ANONYMOUS


def _capability(text: str) -> tuple[str, str] | None:
    """The business capability that the words speak of; words are split where names are: dashes, dots, camel case."""
    words = re.sub(r"([a-z])([A-Z])", r"\1 \2", text).lower()
    for pattern, heading, spoken in CAPABILITIES:
        if re.search(rf"(?<![a-z])(?:{pattern})s?(?![a-z])", words):
            return heading, spoken
    return None


def impact(triage: Triage, spoken: str) -> str:
    """One sentence on what customers experience, from the facts alone."""
    facts = {fact.kind: fact for fact in triage.facts}
    if triage.type is IncidentType.SECURITY:
        return f"We have seen unusual activity affecting {spoken} and are protecting accounts as a precaution."
    if FactKind.OUTAGE in facts:
        return f"Customers are unable to use {spoken}."
    share = facts.get(FactKind.REQUESTS_FAILING) or facts.get(FactKind.USERS_AFFECTED)
    if share is not None:
        return f"{_share(share)} customers may see errors when using {spoken}."
    if FactKind.MAJOR_FEATURE in facts:
        return f"Customers may be unable to use {spoken}."
    return f"Some customers may find {spoken} slow or unavailable at times."


def impact_brief(triage: Triage, spoken: str) -> str:
    """Who and what, for the impact line: a share when one is known."""
    share = next(
        (
            f
            for f in triage.facts
            if f.kind in (FactKind.USERS_AFFECTED, FactKind.REQUESTS_FAILING) and isinstance(f.value, float)
        ),
        None,
    )
    if share is None or not isinstance(share.value, float):
        return f"some customers; {spoken}"
    what = "customers" if share.kind is FactKind.USERS_AFFECTED else "requests"
    return f"about {share.value:.0%} of {what}; {spoken}"


def _share(fact: ImpactFact) -> str:
    value = fact.value if isinstance(fact.value, float) else 0.0
    return "Most" if value > 0.5 else "Many" if value > 0.1 else "Some"


def public_names(services: Sequence[str], heading: str, catalogue: Catalogue) -> tuple[str, ...]:
    """What customers may read of all that is affected; never nothing: at least the heading."""
    known = (catalogue.find(name) for name in services)
    names = dict.fromkeys([heading, *(one.public_name for one in known if one and one.public_name)])
    return tuple(names)
