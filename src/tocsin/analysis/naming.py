"""Which service an alert is about: its labels, else a catalogue name in the text, else a name the text gives. Pure."""

import re
from dataclasses import dataclass

from tocsin.model.alert import Alert
from tocsin.model.catalogue import Catalogue

LABELS = (
    "service",
    "service_name",
    "app",
    "application",
    "app_kubernetes_io_name",
    "deployment",
    "statefulset",
    "daemonset",
    "job_name",
)
"""Labels that name a service, the plainest first. `job` and `instance` name a scrape target, not a service."""

_NAMED = re.compile(
    r"\b(?:service|app|application|component)(?:\s?name)?\s?[:=]\s?[\"']?([A-Za-z][\w.-]{1,62}\w)"
    r"|\b(?:deployment|deploy|statefulset|daemonset|svc|service)s?(?:\.apps)?/([a-z][\w.-]{0,61}\w)"
    r"|\b(?:service|deployment|application|microservice)\s+[\"'`]([\w.-]{2,63})[\"'`]"
    r"|(?<![\w./@-])([a-z][a-z0-9]*(?:-[a-z0-9]+){0,4}-(?:api|service|svc|gateway|worker|frontend|backend|web|app|proxy|consumer))(?![\w@-])",
    re.I,
)


@dataclass(frozen=True, slots=True)
class Named:
    """A service's name, the words that gave it ("" for a label that is not in the text), and who said so."""

    service: str
    quote: str
    origin: str


def service_of(alert: Alert, text: str, catalogue: Catalogue) -> Named | None:
    """The service, under its catalogue name where it has one. None when nothing names one."""
    said = alert.service or next((alert.labels[name] for name in LABELS if alert.labels.get(name)), "")
    if said:
        return Named(_proper(said, catalogue), said if said in text else "", "label")
    return _listed(text, catalogue) or _spelled(text, catalogue)


def _proper(name: str, catalogue: Catalogue) -> str:
    known = catalogue.find(name)
    return known.name if known else name


def _listed(text: str, catalogue: Catalogue) -> Named | None:
    """The catalogued name that stands first in the text, the longest where two begin together."""
    lowered, best = text.lower(), (len(text), 0, "", "")
    for service in catalogue.services:
        for name in (service.name, *service.aliases):
            at = _place(name.lower(), lowered)
            if at >= 0:
                best = min(best, (at, -len(name), service.name, text[at : at + len(name)]))
    return Named(best[2], best[3], "catalogue") if best[2] else None


def _place(name: str, text: str) -> int:
    """Where the whole name stands, not as a part of a longer one; -1 when nowhere."""
    at = text.find(name)
    while at >= 0:
        around = text[at - 1 : at] + text[at + len(name) : at + len(name) + 1]
        if not any(sign.isalnum() or sign in "-_" for sign in around):
            return at
        at = text.find(name, at + 1)
    return -1


def _spelled(text: str, catalogue: Catalogue) -> Named | None:
    found = _NAMED.search(text)
    if found is None:
        return None
    name = next(group for group in found.groups() if group)
    return Named(_proper(name, catalogue), name, "alert")
