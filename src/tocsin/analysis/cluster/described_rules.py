"""`kubectl describe` of rules that stand between others: network policies, ingresses, disruption budgets. Used by `described`."""

import re

from tocsin.analysis.cluster.merging import Tree, number
from tocsin.analysis.cluster.outline import Entry

_PATH = re.compile(r"(?:\S+\s+)?(/\S*)\s+([\w.-]+):(\S+)")


def network_policy(root: Entry, _text: str) -> Tree:
    """Whom it selects and whom it lets in: `{}` stands for anybody."""
    spec = root.get("Spec")
    doors = spec.get("Allowing ingress traffic")
    peers = [peer for door in doors.children if door.key == "From" for peer in door.children]
    told = [{"podSelector": {"matchLabels": one.pairs()}} if one.key == "PodSelector" else {} for one in peers]
    anybody = any(line.startswith("From: <any>") for line in doors.lines)
    return {
        "spec": {
            "podSelector": {"matchLabels": spec.get("PodSelector").pairs()},
            "policyTypes": [one.strip() for one in spec.get("Policy Types").value.split(",")],
            "ingress": [{}] if anybody else [{"from": told}] if told else [],
        }
    }


def ingress(root: Entry, _text: str) -> Tree:
    """Its paths and the service and port each leads to."""
    found = (_PATH.match(line) for line in root.get("Rules").lines)
    paths = [_path(one[1], one[2], one[3]) for one in found if one]
    return {"spec": {"rules": [{"http": {"paths": paths}}]}}


def _path(path: str, service: str, port: str) -> Tree:
    target: Tree = {"number": number(port)} if port.isdigit() else {"name": port}
    return {"path": path, "backend": {"service": {"name": service, "port": target}}}


def budget(root: Entry, _text: str) -> Tree:
    """Whom it holds, and how many may go now."""
    allowed = root.get("Status").get("Allowed disruptions").value
    return {
        "spec": {"selector": {"matchLabels": root.get("Selector").pairs()}},
        "status": {"disruptionsAllowed": number(allowed)} if allowed else {},
    }
