"""A Kubernetes cluster diagnosed from its own answers: `diagnose` reads them, runs the table of checks, ranks the suspects.

Called by the Kubernetes analyst and by the benchmark. Pure: no I/O, no clock; nothing here knows a service by name.
"""

from collections.abc import Iterable
from dataclasses import replace

from tocsin.analysis.cluster.answers import quoted
from tocsin.analysis.cluster.cluster import Cluster
from tocsin.analysis.cluster.reading import read
from tocsin.analysis.cluster.remedies import remedy
from tocsin.analysis.cluster.suspects import Suspect
from tocsin.analysis.cluster.table import CHECKS
from tocsin.model.signals import ClusterAnswer

__all__ = ["Cluster", "Suspect", "diagnose", "examine", "read"]


def diagnose(answers: Iterable[ClusterAnswer]) -> tuple[Suspect, ...]:
    """The suspects of a cluster, the most likely first; each object and cause once. Empty when nothing is wrong."""
    return examine(read(answers))


def examine(cluster: Cluster) -> tuple[Suspect, ...]:
    """The suspects of a cluster that has been read."""
    found: dict[tuple[str, str], Suspect] = {}
    for check in CHECKS:
        for suspect in check.find(cluster):
            key = (suspect.fault_object, suspect.root_cause)
            if key not in found or suspect.score > found[key].score:
                found[key] = replace(
                    suspect,
                    relation=check.relation,
                    fix=remedy(suspect.root_cause),
                    quotes=suspect.quotes or quoted([cluster.answers.line(suspect.fault_object.partition("/")[2])]),
                )
    return tuple(sorted(found.values(), key=lambda one: -one.score))
