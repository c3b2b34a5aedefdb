"""Ways in: Ingress rules, mesh routes and a proxy's own configuration, each a path and the backend it leads to.

Used by `reading`. A proxy's configuration is read in a ConfigMap: nginx `location` and `proxy_pass`, gateways' lists of
`Path=` predicates and `uri`.
"""

import re
from collections.abc import Iterator

import yaml

from tocsin.analysis.cluster.merging import Tree, items, strings, texts, tree
from tocsin.analysis.cluster.objects import Route
from tocsin.model.quick_yaml import LOADER

_LOCATION = re.compile(r"location\s+[=~^*\s]{0,4}(\S+)\s*\{")
_PASS = re.compile(r"proxy_pass\s+\w+://([\w.-]+)(?::(\d+))?")
_UPSTREAM = re.compile(r"upstream\s+([\w.-]+)\s*\{[^}]{0,400}?\bserver\s+([\w.-]+)(?::(\d+))?")
"""A named group of servers; its first one stands for all."""
_TO = re.compile(r"\w+://([\w.-]+)(?::(\d+))?")
_PATH = re.compile(r"Path=([^\s,\"']+)")
_URI = re.compile(r"\buri\s*[:=]\s*[\"']?\w+://([\w.-]+)(?::(\d+))?")


def routes(one: Tree) -> Iterator[Route]:
    """The ways in that an object shaped like the API describes."""
    owner = str(tree(one.get("metadata")).get("name", ""))
    kind = one.get("kind")
    if kind == "Ingress":
        yield from _ingress(owner, tree(one.get("spec")))
    elif kind in ("VirtualService", "HTTPRoute"):
        yield from _mesh(owner, str(kind), tree(one.get("spec")))
    elif kind == "ConfigMap":
        for text in texts(one.get("data")).values():
            yield from proxied(owner, text)
    elif kind in ("Deployment", "StatefulSet"):
        spec = tree(tree(tree(one.get("spec")).get("template")).get("spec"))
        for container in items(spec.get("containers")):
            values = (_written(variable) for variable in items(container.get("env")))
            yield from proxied(owner, "\n".join([*values, *strings(container.get("args"))]))


def _written(variable: Tree) -> str:
    """A variable as a line of configuration: `..._ROUTES_0_URI` gives a route's `uri`."""
    value = str(variable.get("value") or "")
    return f"uri: {value}" if str(variable.get("name", "")).upper().endswith("_URI") else value


def _ingress(owner: str, spec: Tree) -> Iterator[Route]:
    for rule in items(spec.get("rules")):
        for path in items(tree(rule.get("http")).get("paths")):
            service = tree(tree(path.get("backend")).get("service"))
            port = tree(service.get("port"))
            number = str(port.get("number") or port.get("name") or "")
            yield Route(owner, str(path.get("path", "/")), str(service.get("name", "")), number)


def _mesh(owner: str, kind: str, spec: Tree) -> Iterator[Route]:
    for rule in [*items(spec.get("http")), *items(spec.get("rules"))]:
        path = next((_matched(one) for key in ("match", "matches") for one in items(rule.get(key))), "/")
        for to in items(rule.get("route")):
            target = tree(to.get("destination"))
            port = str(tree(target.get("port")).get("number") or "")
            yield Route(owner, path, str(target.get("host", "")), port, kind)
        for to in items(rule.get("backendRefs")):
            yield Route(owner, path, str(to.get("name", "")), str(to.get("port") or ""), kind)


def _matched(one: Tree) -> str:
    told = tree(one.get("uri")) or tree(one.get("path"))
    return next(iter(texts(told).values()), "/")


def proxied(owner: str, text: str) -> Iterator[Route]:
    """The routes of a proxy's configuration text: a gateway's list, else line by line."""
    listed = [route for one in _trees(text) for route in _gateway(owner, one)] if "predicates" in text else []
    yield from listed or _by_line(owner, text)


def _trees(text: str) -> list[object]:
    try:
        return list(yaml.load_all(text, Loader=LOADER))
    except (ValueError, yaml.YAMLError, RecursionError):
        return []


def _gateway(owner: str, one: object) -> Iterator[Route]:
    """Routes that stand anywhere in it: objects with a `uri` and `predicates`, in whatever order."""
    if isinstance(one, dict):
        found = _TO.match(str(one.get("uri", "")))
        for path in _PATH.findall(str(one.get("predicates", ""))) if found else ():
            yield Route(owner, path, found[1] if found else "", (found[2] if found else "") or "", "gateway")
    for inner in one.values() if isinstance(one, dict) else one if isinstance(one, list) else ():
        yield from _gateway(owner, inner)


def _by_line(owner: str, text: str) -> Iterator[Route]:
    groups = {name: (host, port or "") for name, host, port in _UPSTREAM.findall(text)}
    path = ""
    uri: tuple[str, str] | None = None
    for line in text.splitlines():
        where = _LOCATION.search(line)
        path = where[1] if where else path
        passed = _PASS.search(line)
        if passed and path:
            yield Route(owner, path, *groups.get(passed[1], (passed[1], passed[2] or "")), "proxy")
        found = _URI.search(line)
        uri = (found[1], found[2] or "") if found else uri
        for predicate in _PATH.findall(line):
            if uri:
                yield Route(owner, predicate, *uri, "gateway")
