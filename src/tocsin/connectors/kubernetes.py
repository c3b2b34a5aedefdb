"""A Kubernetes cluster, read live through its API: what it says of the objects of one namespace. Opened by `app`.

Only ever lists: it needs the verb `list` and no other, and it never asks for Secrets. What may not be listed is told as
such in the answer, so that nothing is taken for missing that was only not seen.
"""

import asyncio
import json
from typing import Any

from pydantic import Field

from tocsin.connectors import cluster_text
from tocsin.connectors.http_json import HttpAccess, HttpJson, HttpSession
from tocsin.errors import SourceError
from tocsin.model.ground import rfc3339
from tocsin.model.signals import ClusterAnswer
from tocsin.ports import Ask, Reply

_NAME = r"^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$"
_IN_NAMESPACE = {
    "/api/v1": (
        "pods",
        "services",
        "endpoints",
        "events",
        "persistentvolumeclaims",
        "resourcequotas",
        "serviceaccounts",
        "configmaps",
    ),
    "/apis/apps/v1": ("deployments", "statefulsets", "daemonsets"),
    "/apis/batch/v1": ("jobs",),
    "/apis/networking.k8s.io/v1": ("ingresses", "networkpolicies"),
    "/apis/autoscaling/v2": ("horizontalpodautoscalers",),
    "/apis/policy/v1": ("poddisruptionbudgets",),
}
_OF_THE_CLUSTER = {"/api/v1": ("nodes", "persistentvolumes"), "/apis/storage.k8s.io/v1": ("storageclasses",)}


class KubernetesConfig(HttpAccess):
    """Section `connectors.kubernetes`: the API server, or a `kubectl proxy` beside us, and the namespace to look at."""

    namespace: str = Field(default="default", pattern=_NAME)
    page: str = Field(default="", pattern=r"^(https?://[^\s@]+)?$")
    """Where people look at that namespace (a dashboard's or console's address); findings link there."""


class Kubernetes:
    """ClusterSource over the Kubernetes API."""

    name = "kubernetes"

    def __init__(self, config: KubernetesConfig, secret: str = "") -> None:
        self.config = config
        self._http = HttpJson(self.name, config, secret)

    async def cluster(self, ask: Ask) -> Reply[tuple[ClusterAnswer, ...]]:
        """The lists of the namespace and of what the cluster shares, as they are now. Raises SourceError when all fail."""
        async with self._http.open() as http:
            told = await asyncio.gather(*(_listed(http, path, kind) for path, kind in self._lists()))
        failures = [one for one in told if isinstance(one, SourceError)]
        answers = [one for one in told if isinstance(one, ClusterAnswer)]
        if not answers:
            raise failures[0]
        refused = (ClusterAnswer(f"note-{place}", str(one)) for place, one in enumerate(failures, start=1))
        what = f"objects of namespace {self.config.namespace}, and nodes, volumes and storage classes"
        query = f"{what}, as they are; asked at {rfc3339(ask.end)}"
        return Reply(self.name, query, cluster_text.written([*answers, *refused]), cluster_text.read, self.config.page)

    def _lists(self) -> list[tuple[str, str]]:
        space = f"/namespaces/{self.config.namespace}"
        own = [(f"{group}{space}/{kind}", kind) for group, kinds in _IN_NAMESPACE.items() for kind in kinds]
        return own + [(f"{group}/{kind}", kind) for group, kinds in _OF_THE_CLUSTER.items() for kind in kinds]


async def _listed(http: HttpSession, path: str, kind: str) -> ClusterAnswer | SourceError:
    """One list, without what only servers read; or why there is none."""
    try:
        found = await http.get(path, dict[str, Any], [("limit", "2000")])
    except SourceError as refusal:
        return refusal
    for one in found.get("items") or []:
        if isinstance(one, dict) and isinstance(one.get("metadata"), dict):
            one["metadata"].pop("managedFields", None)
    return ClusterAnswer(f"get-{kind}", json.dumps(found, indent=1))
