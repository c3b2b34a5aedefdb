"""All answers of a cluster into one `Cluster`: each is read as what it is, views of the same object are united, then typed.

Called by `diagnose`. What an answer is, its text tells (JSON and YAML, a description, a table), else the question that names
it. Live views are believed before written ones; a manifest without status is only what somebody meant.
"""

import base64
import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

import yaml

from tocsin.analysis.cluster import observed, typed
from tocsin.analysis.cluster.answers import Answers
from tocsin.analysis.cluster.cluster import Cluster
from tocsin.analysis.cluster.described import described, kind_of
from tocsin.analysis.cluster.merging import Tree, items, merged, texts, tree
from tocsin.analysis.cluster.objects import Deviation, Event, Pod, Reach, Saying, Service, Unit
from tocsin.analysis.cluster.questions import NAMESPACE, OBSERVED, Question, kind_named, question
from tocsin.analysis.cluster.routes import routes
from tocsin.analysis.cluster.tables import listed_events, prefix, table_kind, tabled
from tocsin.model.quick_yaml import LOADER
from tocsin.model.signals import ClusterAnswer

_WIDE = {"Node", "PersistentVolume", "StorageClass", "Namespace"}
"""Kinds that stand in no namespace."""
_WORKLOADS = ("Deployment", "StatefulSet", "DaemonSet", "Job")
_ROUTING = ("Ingress", "VirtualService", "HTTPRoute", "ConfigMap", "Deployment", "StatefulSet")
_PLUMBING = ("helm.sh/", "kubernetes.io/service-account-token", "kubernetes.io/tls", "bootstrap.kubernetes.io/")
"""Types of Secrets that no container is meant to bind for its settings."""
_LIVE = ("uid", "resourceVersion", "creationTimestamp")
_Key = tuple[str, str, str]


@dataclass(slots=True)
class _Views:
    """What has been read so far. `ranked` holds each view of each object with how far it is believed (0 first)."""

    namespace: str
    ranked: list[tuple[int, _Key, Tree]] = field(default_factory=list)
    listed: set[str] = field(default_factory=set)
    events: dict[tuple[str, str, str], Event] = field(default_factory=dict)
    units: list[Unit] = field(default_factory=list)
    reaches: list[Reach] = field(default_factory=list)
    sayings: list[Saying] = field(default_factory=list)
    deviations: list[Deviation] = field(default_factory=list)
    calls: list[tuple[str, str]] = field(default_factory=list)

    def add(self, rank: int, one: Tree) -> None:
        """Keeps one view of an object."""
        kind, meta = str(one.get("kind", "")), tree(one.get("metadata"))
        space = "" if kind in _WIDE else str(meta.get("namespace") or self.namespace)
        meta["namespace"] = space
        if meta.get("name"):
            self.ranked.append((rank, (kind, space, str(meta["name"])), one | {"metadata": meta}))

    def hear(self, events: Iterable[Event]) -> None:
        """Keeps events, each once however many answers list it."""
        for event in events:
            self.events.setdefault((event.name, event.reason, event.message), event)


def read(answers: Iterable[ClusterAnswer]) -> Cluster:
    """The cluster that the answers tell of. Raises nothing of what outside text can do."""
    given = tuple(answers)
    views = _Views(_main_namespace(given))
    for answer in given:
        _take(answer, question(answer.name), views)
    return _typed(Answers(given), views)


def _main_namespace(answers: tuple[ClusterAnswer, ...]) -> str:
    """The namespace most answers are about: it stands for those that name none."""
    asked = Counter(found[1] for one in answers if (found := NAMESPACE.search(one.name)))
    told = Counter(found[1] for one in answers if (found := re.search(r"^Namespace:\s+(\S+)", one.text, re.MULTILINE)))
    best = (asked or told or Counter({"default": 1})).most_common(1)
    return best[0][0]


def _take(answer: ClusterAnswer, asked: Question, views: _Views) -> None:
    text = answer.text.lstrip("\ufeff")
    if asked.verb in OBSERVED:
        _observe(asked, text, views)
    elif documents := _documents(text):
        for one in documents:
            _unfold(one, asked, views)
    elif re.match(r"\s*Name:\s", text):
        for part in re.split(r"\n{2,}(?=Name:\s)", text):
            tree_, events = described(_described_kind(asked, part), part)
            views.add(1, tree_)
            views.hear(events)
    else:
        for part in re.split(r"\n\s*\n(?=NAME)", text):
            _table(asked, part, views)


def _observe(asked: Question, text: str, views: _Views) -> None:
    match asked.verb:
        case "logs":
            views.sayings.extend(observed.sayings(asked.name.rpartition("/")[2], text))
        case "reach":
            views.reaches.extend(observed.reaches(asked.name, text))
        case "systemctl":
            views.units.extend(observed.units(asked.name, text))
        case "alerts":
            views.deviations.extend(observed.deviations(text))
        case "calls":
            views.calls.extend(observed.calls(asked.name, text))


def _documents(text: str) -> list[Tree]:
    """The objects in JSON or YAML; nothing for other text."""
    try:
        if text.lstrip().startswith(("{", "[")):
            told = json.loads(text)
            found = told if isinstance(told, list) else [told]
        elif re.search(r"^(apiVersion|kind):\s", text, re.MULTILINE):
            found = list(yaml.load_all(text, Loader=LOADER))
        else:
            return []
    except (ValueError, yaml.YAMLError, RecursionError):
        return []
    return items(found)


def _unfold(one: Tree, asked: Question, views: _Views) -> None:
    """An object, or a list of them; items of a typed list have no kind of their own. A whole list tells what is missing."""
    kind = str(one.get("kind", ""))
    if not kind.endswith("List") and "items" not in one:
        _document(one, views)
        return
    inner = [{"kind": kind.removesuffix("List"), **each} for each in items(one.get("items"))]
    if not asked.narrowed and not tree(one.get("metadata")).get("continue"):
        views.listed.update({*asked.kinds, kind.removesuffix("List"), *(str(each["kind"]) for each in inner)} - {""})
    for each in inner:
        _document(each, views)


def _document(one: Tree, views: _Views) -> None:
    if one.get("kind") == "Event":
        views.hear([_event(one)])
        return
    live = "status" in one or any(key in tree(one.get("metadata")) for key in _LIVE)
    views.add(0 if live else 3, one)


def _event(one: Tree) -> Event:
    about = tree(one.get("involvedObject") or one.get("regarding"))
    message = str(one.get("message") or one.get("note") or "")
    kind, name = str(about.get("kind", "")).lower(), str(about.get("name", ""))
    return Event(str(one.get("type", "")), str(one.get("reason", "")), message, kind, name, message)


def _described_kind(asked: Question, text: str) -> str:
    return (asked.kind if asked.verb == "describe" else "") or kind_of(text)


def _table(asked: Question, text: str, views: _Views) -> None:
    if asked.kind == "Event" or asked.verb == "events":
        views.hear(listed_events(text))
        return
    kind = (asked.kind if asked.verb == "get" else "") or table_kind(text) or kind_named(prefix(text))
    if kind and not asked.narrowed and _is_list(text):
        views.listed.add(kind)
    for one in tabled(kind, text, asked.namespace or views.namespace) if kind else ():
        views.add(2, one)


def _is_list(text: str) -> bool:
    """A table or an empty list; not an error in its place."""
    return not text.strip() or text.startswith(("NAME", "NAMESPACE", "No resources found"))


def _typed(answers: Answers, views: _Views) -> Cluster:
    united: dict[_Key, Tree] = {}
    live: set[_Key] = set()
    for rank, key, one in sorted(views.ranked, key=lambda view: view[0]):
        united[key] = merged(united[key], one) if key in united else one
        if rank < 3:
            live.add(key)
    _take_from_templates(united)
    of = _Shelf(united, live)
    workloads = tuple(typed.workload(one, key in live) for key, one in of.kinds(*_WORKLOADS))
    names = sorted((one.name for one in workloads), key=len, reverse=True)
    return Cluster(
        answers,
        frozenset(views.listed),
        tuple(_pod(one, names, of) for _, one in of.kinds("Pod")),
        workloads,
        tuple(_service(key, one, of) for key, one in of.kinds("Service")),
        tuple(typed.node(one) for _, one in of.kinds("Node")),
        tuple(typed.claim(one, key in live) for key, one in of.kinds("PersistentVolumeClaim")),
        tuple(typed.volume(one, key in live) for key, one in of.kinds("PersistentVolume")),
        tuple(typed.quota(one) for _, one in of.kinds("ResourceQuota")),
        tuple(typed.autoscaler(one) for _, one in of.kinds("HorizontalPodAutoscaler")),
        tuple(route for _, one in of.kinds(*_ROUTING) for route in routes(one)),
        tuple(typed.network_rule(one) for _, one in of.kinds("NetworkPolicy") if "spec" in one),
        tuple(typed.budget(one) for _, one in of.kinds("PodDisruptionBudget")),
        of.names(),
        {key[2]: _secret(one) for key, one in of.kinds("Secret") if not str(one.get("type", "")).startswith(_PLUMBING)},
        {key[2]: texts(one.get("data")) for key, one in of.kinds("ConfigMap")},
        tuple(views.events.values()),
        tuple(views.units),
        tuple(views.reaches),
        tuple(replace(one, app=_app(one.app, names)) for one in views.sayings),
        tuple(views.deviations),
        tuple(dict.fromkeys(views.calls)),
    )


def _take_from_templates(united: dict[_Key, Tree]) -> None:
    """A stateful set's claims ask for what its templates say: `data` of `vault` is written for `data-vault-0`."""
    for (kind, space, name), one in list(united.items()):
        for template in items(tree(one.get("spec")).get("volumeClaimTemplates")) if kind == "StatefulSet" else ():
            stem = f"{tree(template.get('metadata')).get('name')}-{name}-"
            for key in united:
                if key[:2] == ("PersistentVolumeClaim", space) and re.fullmatch(re.escape(stem) + r"\d+", key[2]):
                    united[key] = merged(united[key], {"spec": tree(template.get("spec"))})


@dataclass(frozen=True, slots=True)
class _Shelf:
    """The united objects by kind, namespace and name."""

    united: dict[_Key, Tree]
    live: set[_Key]

    def kinds(self, *kinds: str) -> Iterator[tuple[_Key, Tree]]:
        """The objects of these kinds."""
        return ((key, one) for key, one in self.united.items() if key[0] in kinds)

    def get(self, kind: str, space: str, name: str) -> Tree:
        """One object, or an empty one."""
        return self.united.get((kind, space, name), {})

    def names(self) -> dict[str, frozenset[str]]:
        """The names of live objects by kind."""
        found: dict[str, set[str]] = {}
        for kind, _, name in self.live:
            found.setdefault(kind, set()).add(name)
        return {kind: frozenset(names) for kind, names in found.items()}


def _pod(one: Tree, names: list[str], of: _Shelf) -> Pod:
    meta = tree(one.get("metadata"))
    name, space = str(meta.get("name")), str(meta.get("namespace"))
    app = _app(name, names)
    app = (_owner(meta) or name) if app == name else app
    kinds = (kind for kind in _WORKLOADS if (kind, space, app) in of.united)
    template = tree(tree(of.get(next(kinds, ""), space, app).get("spec")).get("template"))
    return typed.pod(one, app, tree(template.get("spec")))


def _secret(one: Tree) -> dict[str, str]:
    """The values of a Secret, decoded; they are only ever compared, never told."""
    return {key: _plain(value) for key, value in texts(one.get("data")).items()} | texts(one.get("stringData"))


def _plain(coded: str) -> str:
    try:
        return base64.b64decode(coded, validate=True).decode()
    except ValueError:
        return coded


def _app(name: str, workloads: list[str]) -> str:
    """The longest workload name (they come longest first) that this name is or goes on from, else the name itself."""
    return next((known for known in workloads if name == known or name.startswith(f"{known}-")), name)


def _owner(meta: Tree) -> str:
    """The owner's name, a replica set's without its hash."""
    for owner in items(meta.get("ownerReferences")):
        name = str(owner.get("name", ""))
        return re.sub(r"-[a-z0-9]{6,10}$", "", name) if owner.get("kind") == "ReplicaSet" else name
    return ""


def _service(key: _Key, one: Tree, of: _Shelf) -> Service:
    endpoints = of.united.get(("Endpoints", *key[1:]))
    count = None
    if endpoints is not None:
        count = sum(len(items(subset.get("addresses"))) for subset in items(endpoints.get("subsets")))
    return typed.service(one, count, key in of.live)
