"""The fake of a Kubernetes API server: objects in memory, its paths, patches, dry runs, tables, errors and deployment controller.

For tests and demos. `handle` answers one request as bytes, so that it can stand behind a true HTTP server as well as in a
Wire. Answers have the shapes of the real API; what this project never asks for is answered 404, as an unknown path is.
"""

import copy
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx

from tocsin.connectors.executors.fakes import patches
from tocsin.connectors.executors.kubernetes_objects import KINDS, Document, dig, images, owned_by

_PATH = re.compile(
    r"(?P<root>/apis/[a-z0-9.]+/v[a-z0-9]+|/api/v1)(?:/namespaces/(?P<namespace>[^/]+)(?=/))?/(?P<plural>[a-z]+)"
    r"(?:/(?P<name>[^/]+))?(?:/(?P<part>scale|log|eviction))?"
)
_KINDS = {
    "deployments": "Deployment",
    "replicasets": "ReplicaSet",
    "statefulsets": "StatefulSet",
    "daemonsets": "DaemonSet",
    "pods": "Pod",
    "nodes": "Node",
    "events": "Event",
    "services": "Service",
}
REVISION = "deployment.kubernetes.io/revision"
Reply = tuple[int, bytes]


class Refusal(Exception):
    """An answer of kind Status."""

    def __init__(self, code: int, reason: str, message: str) -> None:
        super().__init__(message)
        self.code, self.reason = code, reason

    def body(self) -> Document:
        """As the API writes it."""
        return {
            "kind": "Status",
            "apiVersion": "v1",
            "metadata": {},
            "status": "Failure",
            "message": str(self),
            "reason": self.reason,
            "code": self.code,
        }


@dataclass(frozen=True, slots=True)
class Place:
    """Where a path leads. `key` finds the object."""

    root: str
    namespace: str
    plural: str
    name: str
    part: str

    @property
    def key(self) -> tuple[str, str, str, str]:
        """Root, plural, namespace, name."""
        return self.root, self.plural, self.namespace, self.name


@dataclass(slots=True)
class FakeCluster:
    """One cluster. `token` is what callers must bring, "" for nobody in particular."""

    token: str = ""
    fault: str = ""
    """`down`: nothing listens. `cut`: the change is made and the answer lost. `busy`: evictions are held back."""
    objects: dict[tuple[str, str, str, str], Document] = field(default_factory=dict)
    changes: list[str] = field(default_factory=list)
    """`PATCH /path` of every change that was kept: a dry run leaves none."""
    logs: dict[str, str] = field(default_factory=dict)
    _counter: int = 0

    # Furnishing ------------------------------------------------------------------------------------------------------

    def add(self, kind: str, name: str, namespace: str = "", **parts: Any) -> Document:  # noqa: ANN401 - any object
        """Puts an object there as if its owner had; `parts` are its top-level fields."""
        place = KINDS[kind]
        namespace = namespace if place.namespaced else ""
        document: Document = copy.deepcopy(parts)
        meta = document.setdefault("metadata", {})
        meta.update(
            {"name": name, "uid": f"uid-{self._next()}", "generation": 1, "resourceVersion": str(self._counter)}
        )
        meta.setdefault("creationTimestamp", f"2026-01-01T00:00:{self._counter % 60:02}Z")
        if namespace:
            meta["namespace"] = namespace
        group = place.root.removeprefix("/apis/").removeprefix("/api/")
        document = {"kind": _KINDS.get(place.plural, kind.title()), "apiVersion": group, **document}
        self.objects[(place.root, place.plural, namespace, name)] = document
        return document

    def add_deployment(self, name: str, namespace: str, image: str, replicas: int = 2) -> Document:
        """A deployment with its replica set and pods, rolled out."""
        labels = {"app": name}
        template = {"metadata": {"labels": labels}, "spec": {"containers": [{"name": name, "image": image}]}}
        spec = {"replicas": replicas, "selector": {"matchLabels": labels}, "template": template}
        document = self.add("deployment", name, namespace, spec=spec)
        document["metadata"]["annotations"] = {REVISION: "0"}
        self._roll_out(document)
        return document

    def of(self, kind: str, name: str, namespace: str = "") -> Document:
        """The object as it stands."""
        place = KINDS[kind]
        return self.objects[(place.root, place.plural, namespace if place.namespaced else "", name)]

    # Answering -------------------------------------------------------------------------------------------------------

    def transport(self) -> httpx.AsyncBaseTransport:
        """What a Wire is given in place of the network."""
        return httpx.MockTransport(self._respond)

    def handle(
        self, method: str, path: str, query: Mapping[str, str], headers: Mapping[str, str], body: bytes
    ) -> Reply:
        """One request: its status and the bytes of its answer. Header names are lower case."""
        try:
            return self._handle(method, path, query, headers, body)
        except Refusal as refusal:
            return refusal.code, json.dumps(refusal.body()).encode()

    def _respond(self, request: httpx.Request) -> httpx.Response:
        if self.fault == "down":
            raise httpx.ConnectError("connection refused", request=request)
        headers = {name.lower(): value for name, value in request.headers.items()}
        status, body = self.handle(request.method, request.url.path, dict(request.url.params), headers, request.content)
        if self.fault == "cut" and request.method != "GET" and "dryRun" not in request.url.params:
            raise httpx.ReadError("connection reset", request=request)
        return httpx.Response(status, content=body)

    def _handle(
        self, method: str, path: str, query: Mapping[str, str], headers: Mapping[str, str], body: bytes
    ) -> Reply:
        if self.token and headers.get("authorization") != f"Bearer {self.token}":
            raise Refusal(401, "Unauthorized", "Unauthorized")
        place = _place(path)
        dry = query.get("dryRun") == "All"
        if method == "GET":
            return 200, self._get(place, query, headers)
        document = self._find(place)
        if method == "PATCH":
            changed = self._patched(place, document, headers.get("content-type", ""), json.loads(body))
            self._keep(dry, method, path, lambda: self._changed(place, document, changed))
            return 200, json.dumps(_scale(changed) if place.part == "scale" else changed).encode()
        if method == "DELETE" or place.part == "eviction":
            self._may_go(place, document, json.loads(body or b"{}"))
            self._keep(dry, method, path, lambda: self._gone(document))
            return 201 if place.part else 200, json.dumps(document).encode()
        raise Refusal(405, "MethodNotAllowed", "the server does not allow this method on the requested resource")

    def _keep(self, dry: bool, method: str, path: str, change: Any) -> None:  # noqa: ANN401 - a change to be made
        if not dry:
            change()
            self.changes.append(f"{method} {path}")

    # Looking ---------------------------------------------------------------------------------------------------------

    def _get(self, place: Place, query: Mapping[str, str], headers: Mapping[str, str]) -> bytes:
        if place.part == "log":
            self._find(place)
            lines = self.logs.get(place.name, "").splitlines()[-int(query.get("tailLines", "10000")) :]
            return "".join(f"{line}\n" for line in lines).encode()
        found = [self._find(place)] if place.name else list(self._listed(place, query))
        if "as=Table" in headers.get("accept", ""):
            return json.dumps(_table(found)).encode()
        if place.name:
            return json.dumps(_scale(found[0]) if place.part == "scale" else found[0]).encode()
        kind = f"{_KINDS.get(place.plural, 'Object')}List"
        return json.dumps({"kind": kind, "apiVersion": "v1", "metadata": {}, "items": found}).encode()

    def _find(self, place: Place) -> Document:
        if place.key not in self.objects:
            raise Refusal(404, "NotFound", f'{place.plural} "{place.name}" not found')
        return self.objects[place.key]

    def _listed(self, place: Place, query: Mapping[str, str]) -> Iterator[Document]:
        labels = _terms(query.get("labelSelector", ""))
        fields = _terms(query.get("fieldSelector", ""))
        for (root, plural, namespace, _), document in sorted(self.objects.items()):
            if (root, plural) != (place.root, place.plural) or place.namespace not in ("", namespace):
                continue
            own = dig(document, "metadata", "labels") or {}
            if labels.items() <= own.items() and all(dig(document, *at.split(".")) == v for at, v in fields.items()):
                yield document

    # Changing --------------------------------------------------------------------------------------------------------

    def _patched(self, place: Place, document: Document, kind: str, patch: Any) -> Document:  # noqa: ANN401 - any patch
        try:
            changed = patches.apply(kind, copy.deepcopy(document), patch)
        except (ValueError, KeyError) as mistake:
            raise Refusal(
                422, "Invalid", f"the server rejected our request due to an error in our request: {mistake}"
            ) from mistake
        if dig(changed, "spec", "replicas") is not None and changed["spec"]["replicas"] < 0:
            raise Refusal(
                422, "Invalid", f'{place.plural} "{place.name}" is invalid: spec.replicas must not be negative'
            )
        return changed

    def _changed(self, place: Place, before: Document, after: Document) -> None:
        after["metadata"]["resourceVersion"] = str(self._next())
        if before.get("spec") != after.get("spec"):
            after["metadata"]["generation"] += 1
        self.objects[place.key] = after
        if place.plural == "deployments":
            self._roll_out(after)

    def _may_go(self, place: Place, pod: Document, body: Document) -> None:
        wanted = dig(body, "preconditions", "uid") or dig(body, "deleteOptions", "preconditions", "uid")
        if wanted and wanted != pod["metadata"]["uid"]:
            raise Refusal(
                409, "Conflict", f'the UID in the precondition ({wanted}) does not match that of "{place.name}"'
            )
        if place.part == "eviction" and self.fault == "busy":
            raise Refusal(429, "TooManyRequests", "Cannot evict pod as it would violate the pod's disruption budget.")

    def _gone(self, pod: Document) -> None:
        """A pod ends; the controller of its deployment starts another."""
        meta = pod["metadata"]
        del self.objects[("/api/v1", "pods", meta["namespace"], meta["name"])]
        for document in list(self.objects.values()):
            if document["kind"] == "ReplicaSet" and owned_by(pod, document):
                self._add_pod(document)

    # The deployment controller ---------------------------------------------------------------------------------------

    def _roll_out(self, deployment: Document) -> None:
        """Makes the world as the deployment wants it, at once."""
        meta, spec = deployment["metadata"], deployment["spec"]
        current = self._set_for(deployment)
        for one in self._sets(deployment):
            one["spec"]["replicas"] = spec["replicas"] if one is current else 0
            self._fit_pods(one)
        meta["annotations"][REVISION] = current["metadata"]["annotations"][REVISION]
        count = spec["replicas"]
        seen = {"observedGeneration": meta["generation"], "conditions": []}
        deployment["status"] = {**seen, **dict.fromkeys(("replicas", "updatedReplicas", "availableReplicas"), count)}

    def _set_for(self, deployment: Document) -> Document:
        """The replica set with the deployment's template: an old one again, under a new revision, or a new one."""
        newest = max([int(one["metadata"]["annotations"][REVISION]) for one in self._sets(deployment)], default=0)
        for one in self._sets(deployment):
            if _without_hash(one["spec"]["template"]) == deployment["spec"]["template"]:
                if int(one["metadata"]["annotations"][REVISION]) < newest:
                    one["metadata"]["annotations"][REVISION] = str(newest + 1)
                return one
        template = copy.deepcopy(deployment["spec"]["template"])
        template["metadata"]["labels"]["pod-template-hash"] = f"hash{newest + 1}"
        meta = {
            "annotations": {REVISION: str(newest + 1)},
            "labels": template["metadata"]["labels"],
            "ownerReferences": [_owner(deployment)],
        }
        name = f"{deployment['metadata']['name']}-hash{newest + 1}"
        spec = {"replicas": 0, "template": template}
        return self.add("replicaset", name, deployment["metadata"]["namespace"], metadata=meta, spec=spec)

    def _sets(self, deployment: Document) -> list[Document]:
        return [one for one in self.objects.values() if one["kind"] == "ReplicaSet" and owned_by(one, deployment)]

    def _fit_pods(self, replica_set: Document) -> None:
        own = [one for one in self.objects.values() if one["kind"] == "Pod" and owned_by(one, replica_set)]
        for pod in own[replica_set["spec"]["replicas"] :]:
            del self.objects[("/api/v1", "pods", pod["metadata"]["namespace"], pod["metadata"]["name"])]
        for _ in range(replica_set["spec"]["replicas"] - len(own)):
            self._add_pod(replica_set)

    def _add_pod(self, replica_set: Document) -> None:
        meta = {"labels": dict(replica_set["metadata"]["labels"]), "ownerReferences": [_owner(replica_set)]}
        spec = {**replica_set["spec"]["template"]["spec"], "nodeName": "node-1"}
        name = f"{replica_set['metadata']['name']}-{self._counter:05}"
        place = replica_set["metadata"]["namespace"]
        self.add("pod", name, place, metadata=meta, spec=spec, status={"phase": "Running"})

    def _next(self) -> int:
        self._counter += 1
        return self._counter


def _place(path: str) -> Place:
    found = _PATH.fullmatch(path)
    if found is None:
        raise Refusal(404, "NotFound", "the server could not find the requested resource")
    return Place(found["root"], found["namespace"] or "", found["plural"], found["name"] or "", found["part"] or "")


def _terms(selector: str) -> dict[str, str]:
    return dict(term.split("=", 1) for term in selector.split(",") if term)


def _owner(document: Document) -> Document:
    meta = document["metadata"]
    return {"kind": document["kind"], "name": meta["name"], "uid": meta["uid"], "controller": True}


def _without_hash(template: Document) -> Document:
    plain = copy.deepcopy(template)
    plain["metadata"]["labels"].pop("pod-template-hash", None)
    return plain


def _scale(document: Document) -> Document:
    meta, replicas = document["metadata"], dig(document, "spec", "replicas")
    return {"kind": "Scale", "apiVersion": "autoscaling/v1", "metadata": meta, "spec": {"replicas": replicas}}


def _table(found: list[Document]) -> Document:
    """The server's own print: name, state and, only when asked widely, images."""
    columns = [{"name": "Name", "priority": 0}, {"name": "Status", "priority": 0}, {"name": "Images", "priority": 1}]
    rows = [{"cells": [one["metadata"]["name"], _state(one), images(dig(one, "spec", "template"))]} for one in found]
    return {"kind": "Table", "apiVersion": "meta.k8s.io/v1", "columnDefinitions": columns, "rows": rows}


def _state(document: Document) -> str:
    if document["kind"] == "Node":
        return "Ready,SchedulingDisabled" if dig(document, "spec", "unschedulable") else "Ready"
    return str(dig(document, "status", "phase") or "Active")
