"""The Kubernetes analyst: which relation between the cluster's objects is broken, ranked, each with the lines that show it.

Called by the investigate stage through `contract.Investigator`. Reads the cluster window once; where there is none it has
nothing to say, and nothing is missing. Never writes to a cluster: the fix in its findings is a sentence for people.
"""

import asyncio

from tocsin.analysis.cluster import Suspect, diagnose
from tocsin.errors import SourceError
from tocsin.model.evidence import Finding, FindingKind
from tocsin.model.signals import ClusterAnswer
from tocsin.ports import Ask
from tocsin.roles.analysts import saying
from tocsin.roles.contract import Brief, Report, Seen, Windows

ROLE = "kubernetes-analyst"
MOST_FINDINGS = 8
FLOOR = 0.1
"""Below this a broken relation hurts nobody that was seen: not worth a reader's time at night."""


class KubernetesAnalyst:
    """Investigator that needs no model. Confidence = how far the cluster itself confirms the broken relation."""

    role = ROLE

    async def investigate(self, brief: Brief, windows: Windows) -> Report:
        """Reports the broken relations, the most likely root cause first."""
        try:
            seen = await windows.cluster(Ask(brief.start, brief.end))
        except SourceError as silent:
            return Report(ROLE, failure=f"the cluster did not answer: {silent.what}")
        if seen is None:
            return Report(ROLE)
        suspects = await asyncio.to_thread(diagnose, seen.data)
        return Report(ROLE, findings(seen, suspects))


def findings(seen: Seen[tuple[ClusterAnswer, ...]], suspects: tuple[Suspect, ...]) -> tuple[Finding, ...]:
    """The findings of the suspects, ranked; one that no line of the answers shows is left out."""
    worth = [one for one in suspects if one.score >= FLOOR][:MOST_FINDINGS]
    told = (_finding(seen, suspect, rank) for rank, suspect in enumerate(worth, start=1))
    return tuple(finding for finding in told if finding.quotes)


def _finding(seen: Seen[tuple[ClusterAnswer, ...]], suspect: Suspect, rank: int) -> Finding:
    kind, _, name = suspect.fault_object.partition("/")
    return Finding(
        id=f"cluster-{rank}",
        role=ROLE,
        kind=FindingKind.CLUSTER_FAULT,
        text=saying.one_line(suspect.sentence, 300),
        service=name if kind == "app" else "",
        confidence=saying.confident(suspect.score),
        quotes=saying.quotes(seen, suspect.quotes),
        link=seen.link,
        data={
            "object_kind": kind,
            "object": name,
            "root_cause": suspect.root_cause,
            "relation": suspect.relation,
            "fix": suspect.fix,
            "score": round(suspect.score, 3),
            "rank": rank,
        },
    )
