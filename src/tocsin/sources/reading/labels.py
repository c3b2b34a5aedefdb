"""Which label names the service and which the environment, across the many habits of people who write labels."""

import re
from collections.abc import Mapping

_SERVICE = (
    "service", "service_name", "service.name", "servicename", "app", "application", "app_name", "application_name",
    "app.kubernetes.io/name", "app_kubernetes_io_name", "k8s-app", "k8s.deployment.name", "kube_deployment", "deployment",
    "statefulset", "daemonset", "workload", "kube_service", "function_name", "functionname", "queue_name", "queue",
    "dbinstanceidentifier", "loadbalancer", "component", "container", "container_name", "cronjob", "job_name", "job",
)  # fmt: skip
_ENVIRONMENT = (
    "environment", "env", "deployment_environment", "deployment.environment", "deployment.environment.name",
    "environment_name", "stage", "alert_environment",
)  # fmt: skip
_EXPORTER = re.compile(r"(?:.{0,80}[-_]exporter|kube-state-metrics|kubelet|node|cadvisor|kubernetes-[a-z-]{1,40})\Z")


def service_of(labels: Mapping[str, str]) -> str:
    """The service that the labels name, or "". An exporter only measures: it is named only when nothing else is."""
    named = _in_order(labels, _SERVICE)
    return next((name for name in named if not _EXPORTER.match(name)), named[0] if named else "")


def environment_of(labels: Mapping[str, str]) -> str:
    """The environment that the labels name, or ""."""
    return next(iter(_in_order(labels, _ENVIRONMENT)), "")


def _in_order(labels: Mapping[str, str], names: tuple[str, ...]) -> list[str]:
    lowered = {name.lower(): value for name, value in labels.items()}
    return [lowered[name] for name in names if lowered.get(name)]
