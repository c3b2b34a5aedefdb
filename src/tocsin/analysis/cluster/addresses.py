"""Addresses in environment variables: which host and port a container is told to call. Used by the checks on services."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher

from tocsin.analysis.cluster.cluster import Cluster
from tocsin.analysis.cluster.objects import Container

_URL = re.compile(r"^(?:jdbc:)?([\w+.-]+)://(?:[^@/\s]{0,200}@)?([A-Za-z0-9._-]+)(?::(\d{1,5}))?")
_DRIVER = re.compile(r"@(?:tcp)?\(([A-Za-z0-9._-]+)(?::(\d{1,5}))?\)")
"""`user:pass@tcp(host:port)/name`, as MySQL drivers of Go and their kin write it."""
_PAIR = re.compile(r"^([A-Za-z][A-Za-z0-9._-]*):(\d{1,5})$")
_NAME = re.compile(r"^[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?$")
_HOST = re.compile(r"(?i)(HOST|HOSTNAME|ADDR|ADDRESS|SERVER|ENDPOINT)$")
_SCHEME_PORTS = {
    "http": 80,
    "https": 443,
    "mysql": 3306,
    "postgresql": 5432,
    "postgres": 5432,
    "redis": 6379,
    "mongodb": 27017,
}
_NO_NETWORK = ("kubernetes", "file", "unix", "classpath", "s3", "gs", "arn", "urn", "data", "oci")
"""Schemes that name a thing and no host."""
_LIKENESS = 0.82


@dataclass(frozen=True, slots=True)
class Address:
    """One address: the variable (or variables) it stands in, the host, and the port if one is given."""

    app: str
    variable: str
    host: str
    port: int | None
    written: str
    scheme: str = ""

    @property
    def inside(self) -> bool:
        """True when the host can only be a name within the cluster."""
        return "." not in self.host or ".svc" in self.host


def addresses(cluster: Cluster, app: str, container: Container) -> Iterator[Address]:
    """The addresses a container is given."""
    values = cluster.variables(container)
    for name, value in values.items():
        for driver in _DRIVER.finditer(value):
            yield Address(app, name, driver[1].lower(), int(driver[2] or _SCHEME_PORTS["mysql"]), value, "mysql")
        for part in value.split(","):
            url, pair = _URL.match(part.strip()), _PAIR.match(part.strip())
            if url and url[1].lower() not in _NO_NETWORK:
                port = int(url[3]) if url[3] else _SCHEME_PORTS.get(url[1].lower())
                yield Address(app, name, url[2].lower(), port, value, url[1].lower())
            elif pair:
                yield Address(app, name, pair[1].lower(), int(pair[2]), value)
        host = _HOST.search(name)
        if host and _NAME.match(value) and not value.isdigit():
            beside = values.get(f"{name[: host.start()]}PORT", "")
            yield Address(app, name, value, int(beside) if beside.isdigit() else None, beside or value)


def meant(cluster: Cluster, host: str) -> str:
    """The service whose name is nearly this host's, as a slip of the pen would make it; "" for none."""
    first = host.split(".")[0]
    near = [(SequenceMatcher(None, first, one.name).ratio(), one.name) for one in cluster.services if one.live]
    likeness, name = max(near, default=(0.0, ""))
    return name if _LIKENESS <= likeness < 1.0 else ""
