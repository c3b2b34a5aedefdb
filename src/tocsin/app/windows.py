"""Opens the configured windows on the world, and knows how to ask each for a sign of life. Called by `build` and `service`."""

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

from tocsin.app.settings import Settings
from tocsin.config import Config
from tocsin.connectors.alertmanager import Alertmanager
from tocsin.connectors.cloudwatch import Cloudwatch
from tocsin.connectors.datadog import Datadog
from tocsin.connectors.elasticsearch import Elasticsearch
from tocsin.connectors.http_json import HttpAccess, HttpJson
from tocsin.connectors.jaeger import Jaeger
from tocsin.connectors.kept import CatalogueTopology, KeptChanges
from tocsin.connectors.kubernetes import Kubernetes
from tocsin.connectors.loki import Loki
from tocsin.connectors.mesh import MeshTopology
from tocsin.connectors.prometheus import Prometheus
from tocsin.connectors.snapshot import Snapshot
from tocsin.connectors.system import SystemClock
from tocsin.connectors.tempo import Tempo
from tocsin.ports import ClusterSource, LogSource, MetricSource, Store, TopologySource, TraceSource
from tocsin.stages.investigate import Sources
from tocsin.stages.verify.gauges import Measure

Probe = Callable[[], Awaitable[None]]
SIGNS_OF_LIFE = {
    "prometheus": "/api/v1/status/buildinfo",
    "alertmanager": "/api/v2/status",
    "loki": "/loki/api/v1/status/buildinfo",
    "elasticsearch": "/",
    "jaeger": "/api/services",
    "tempo": "/api/status/buildinfo",
    "kubernetes": "/version",
}
"""What each system answers cheaply while it is well."""


def sources(settings: Settings, store: Store) -> Sources:
    """Whoever stands behind each window; the catalogue and reported changes are always there.

    Raises ConfigError for a secret that is not where it should be, DataError for a snapshot that cannot be read.
    """
    named, config = settings.connectors, settings.config
    snapshot = Snapshot(named.snapshot.folder) if named.snapshot else None
    has = snapshot.windows if snapshot else frozenset()
    metrics: list[MetricSource] = [snapshot] if snapshot and "metrics" in has else []
    logs: list[LogSource] = [snapshot] if snapshot and "logs" in has else []
    if named.prometheus:
        metrics.append(Prometheus(named.prometheus, _secret(config, "prometheus", named.prometheus)))
    metrics += [one for one in (_datadog(settings), _cloudwatch(settings)) if one is not None]
    if named.loki:
        logs.append(Loki(named.loki, _secret(config, "loki", named.loki)))
    if named.elasticsearch:
        logs.append(Elasticsearch(named.elasticsearch, _secret(config, "elasticsearch", named.elasticsearch)))
    cluster: list[ClusterSource] = [snapshot] if snapshot and "cluster" in has else []
    if named.kubernetes:
        cluster.append(Kubernetes(named.kubernetes, _secret(config, "kubernetes", named.kubernetes)))
    traces: list[TraceSource] = [snapshot] if snapshot and "traces" in has else []
    if named.tempo:
        traces.append(Tempo(named.tempo, _secret(config, "tempo", named.tempo)))
    topology: list[TopologySource] = [snapshot] if snapshot and "topology" in has else []
    if named.jaeger:
        jaeger = Jaeger(named.jaeger, _secret(config, "jaeger", named.jaeger))
        traces.append(jaeger)
        topology.append(jaeger)
    if named.prometheus and named.prometheus.call_metrics:
        secret = _secret(config, "prometheus", named.prometheus)
        topology.append(MeshTopology(named.prometheus, named.prometheus.call_metrics, secret))
    catalogue = (CatalogueTopology(settings.catalogue),) if settings.catalogue.services else ()
    return Sources(
        metrics=tuple(metrics),
        logs=tuple(logs),
        traces=tuple(traces),
        topology=(*topology, *catalogue),
        changes=((snapshot,) if snapshot and "changes" in has else ()) + (KeptChanges(store),),
        cluster=tuple(cluster),
    )


def measure(settings: Settings) -> Measure | None:
    """Who takes an expression that a runbook's probe is written in; None when nobody is configured who does."""
    named = settings.connectors.prometheus
    return Prometheus(named, _secret(settings.config, "prometheus", named)).measure if named else None


def measures(settings: Settings) -> dict[str, Measure]:
    """Everyone who takes a query in a metric system's own language."""
    found = {"prometheus": measure(settings)}
    found |= {one.name: one.measure for one in (_datadog(settings), _cloudwatch(settings)) if one is not None}
    return {name: one for name, one in found.items() if one is not None}


def _datadog(settings: Settings) -> Datadog | None:
    named, secret = settings.connectors.datadog, settings.config.secret
    if named is None:
        return None
    at = "connectors.datadog"
    return Datadog(
        named, secret(named.api_key, f"{at}.api_key"), secret(named.application_key, f"{at}.application_key")
    )


def _cloudwatch(settings: Settings) -> Cloudwatch | None:
    named, secret = settings.connectors.cloudwatch, settings.config.secret
    if named is None:
        return None
    at = "connectors.cloudwatch"
    session = secret(named.session_token, f"{at}.session_token") if named.session_token else ""
    return Cloudwatch(named, SystemClock(), secret(named.secret_access_key, f"{at}.secret_access_key"), session)


def probes(settings: Settings) -> dict[str, Probe]:
    """A sign of life for each configured system. A probe raises SourceError when there is none."""
    named = {name: getattr(settings.connectors, name) for name in SIGNS_OF_LIFE}
    return {
        name: partial(_probe, HttpJson(name, access, _secret(settings.config, name, access)), SIGNS_OF_LIFE[name])
        for name, access in named.items()
        if access is not None
    }


def silences(settings: Settings) -> dict[str, Callable[[], Awaitable[list[Any]]]]:
    """Whoever may quiet alerts besides ourselves."""
    named = settings.connectors.alertmanager
    if named is None:
        return {}
    return {"alertmanager": Alertmanager(named, _secret(settings.config, "alertmanager", named)).silences}


async def _probe(system: HttpJson, path: str) -> None:
    async with system.open() as session:
        await session.get(path, dict[str, Any])


def _secret(config: Config, name: str, access: HttpAccess) -> str:
    """The one secret that this access names, or ""."""
    for entry in ("bearer", "password", "api_key"):
        place = getattr(access, entry, None)
        if place is not None:
            return config.secret(place, f"connectors.{name}.{entry}")
    return ""
