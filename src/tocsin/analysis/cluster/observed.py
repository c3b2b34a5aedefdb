"""Answers that are no objects: states of a node's services, tries to connect, logs, deviations, who calls whom.

Used by `reading`. Each function takes the text of one answer; strange text gives nothing.
"""

import json
import re
from collections.abc import Iterator

from tocsin.analysis.cluster.merging import items, number
from tocsin.analysis.cluster.objects import Deviation, Reach, Saying, Unit

_ACTIVE = re.compile(r"Active:\s+(\w+)")
_UNIT = re.compile(r"^\S*\s*([\w@.-]+)\.service\b")
_TRIED = re.compile(r"Connection (Succeeded|Failed)")
_FROM_NODE = re.compile(r"deployed on ([\w.-]+):")
_CHANGE = re.compile(r"Normal=(-?[\d.]+)\s?(\S*?)\s+->\s+Cur(?:rent)?=(-?[\d.]+)")
_VALUE = re.compile(r"Val(?:ue)?:\s*(-?[\d.]+)")
_CALL = re.compile(r"(?:├──|└──)\s*([\w.-]+)")
_SIGNALS: tuple[tuple[str, str], ...] = (
    ("throttl", "throttling"),
    ("retrans", "retransmission"),
    ("packet loss", "retransmission"),
    ("latency", "latency"),
    ("response", "latency"),
    ("success", "errors"),
    ("error", "errors"),
    ("network", "traffic"),
    ("traffic", "traffic"),
    ("throughput", "throughput"),
    ("memory", "memory"),
    ("cpu", "cpu"),
)


def units(node: str, text: str) -> Iterator[Unit]:
    """`systemctl status` of services of a node."""
    name = ""
    for line in text.splitlines():
        found = _UNIT.match(line.replace("Status:", "").strip())
        name = found[1] if found else name
        state = _ACTIVE.search(line)
        if state and name:
            yield Unit(node, name, state[1] in ("active", "activating", "reloading"), line.strip())


def reaches(service: str, text: str) -> Iterator[Reach]:
    """Tries to connect to a service, each from the node named before it."""
    node = ""
    for line in text.splitlines():
        where = _FROM_NODE.search(line)
        node = where[1] if where else node
        tried = _TRIED.search(line)
        if tried:
            yield Reach(service, tried[1] == "Succeeded", node)


def sayings(app: str, text: str) -> Iterator[Saying]:
    """Log lines: raw text, or a digest with `patterns` of `sample` and `count`."""
    told = _json(text)
    if isinstance(told, dict) and "patterns" in told:
        for pattern in items(told["patterns"]):
            yield Saying(app, str(pattern.get("sample", "")), number(pattern.get("count")) or 1)
    elif not isinstance(told, dict):
        yield from (Saying(app, line) for line in text.splitlines() if line.strip())


def deviations(text: str) -> Iterator[Deviation]:
    """A digest of alerts: objects with `type`, `name` and the evidence, a sentence for each measurement."""
    told = _json(text)
    for alert in items(told.get("alerts")) if isinstance(told, dict) else []:
        subject, name = str(alert.get("type", "")).lower(), str(alert.get("name", ""))
        evidence = alert.get("evidence")
        for line in evidence if isinstance(evidence, list) else []:
            yield from _deviation(subject, name, str(line))


def _deviation(subject: str, name: str, line: str) -> Iterator[Deviation]:
    lowered = line.lower()
    signal = next((signal for word, signal in _SIGNALS if word in lowered), "")
    found = [(float(before), float(now)) for before, _, now in _CHANGE.findall(line)]
    alone = _VALUE.search(line)
    if found:
        before, now = max(found, key=lambda one: abs(one[1] - one[0]))
        yield Deviation(subject, name, signal, before, now, line)
    elif alone:
        yield Deviation(subject, name, signal, 0.0, float(alone[1]), line)


def calls(caller: str, text: str) -> Iterator[tuple[str, str]]:
    """The direct calls in a tree of dependencies."""
    for line in text.splitlines():
        found = _CALL.match(line)
        if found and found[1] != caller:
            yield caller, found[1]


def _json(text: str) -> object:
    if not text.lstrip().startswith(("{", "[")):
        return None
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None
