"""Who calls whom, as a cluster's own objects say it: the services whose addresses a workload's containers are given.

Called by the analysts that need a call graph. An address is a promise and no request: it may be given and never used.
"""

from collections.abc import Iterable

from tocsin.analysis.cluster.addresses import addresses
from tocsin.analysis.cluster.reading import read
from tocsin.analysis.topology import Edge
from tocsin.model.signals import ClusterAnswer


def calls(answers: Iterable[ClusterAnswer]) -> dict[Edge, str]:
    """Caller and callee by the apps' names, each with the address that says so, as it is written in the answers."""
    cluster = read(answers)
    found: dict[Edge, str] = {}
    for app, container in cluster.containers():
        for address in addresses(cluster, app, container):
            service = cluster.service(address.host) if address.inside else None
            callee = cluster.app_behind(service) if service else ""
            if callee and callee != app:
                found.setdefault((app, callee), address.written)
    return found | {edge: "" for edge in cluster.calls if edge not in found}
