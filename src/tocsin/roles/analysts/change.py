"""The change analyst: what changed in the last 24 hours, and which change deserves the first look.

Called by the investigate stage through `contract.Investigator`. Reads the changes window, and the call graph to know
how near a changed service is. Never says that a change is the cause.
"""

from datetime import timedelta

from tocsin.analysis import changes
from tocsin.analysis.changes import Suspect
from tocsin.analysis.topology import Graph
from tocsin.errors import SourceError
from tocsin.model.catalogue import Catalogue
from tocsin.model.change import Change
from tocsin.model.evidence import Finding, FindingKind
from tocsin.model.ground import rfc3339
from tocsin.ports import Ask
from tocsin.roles.analysts import saying
from tocsin.roles.analysts.call_map import call_map
from tocsin.roles.analysts.dependency import subject
from tocsin.roles.contract import Brief, Report, Seen, Windows

ROLE = "change-analyst"
LOOK_BACK = timedelta(hours=24)
MOST_FINDINGS = 10


class ChangeAnalyst:
    """Investigator that needs no model. Confidence = closeness to the onset, nearness to the service, kind of change."""

    role = ROLE

    async def investigate(self, brief: Brief, windows: Windows) -> Report:
        """Reports the changes of the last day, the most suspicious first."""
        try:
            seen = await windows.changes(asked(brief))
        except SourceError as silent:
            return Report(ROLE, failure=f"the change source did not answer: {silent.what}")
        if seen is None:
            return Report(ROLE, failure="no change source is configured")
        graph, failure = await _graph(brief, windows)
        return Report(ROLE, findings(seen, brief, graph), failure)


def asked(brief: Brief) -> Ask:
    """The question for the changes of the day before the trouble."""
    return Ask(min(brief.onset, brief.end) - LOOK_BACK, brief.end)


async def _graph(brief: Brief, windows: Windows) -> tuple[Graph, str]:
    """The call graph and the catalogue together, and which source of it was silent."""
    known = await call_map(brief, windows)
    graph = Graph([*known.edges, *_catalogued(brief.catalogue)])
    if not known.silent:
        return graph, ""
    less = "comes without it" if known.edges else "comes from the catalogue only"
    return graph, f"how near a change is {less}; the topology source did not answer: {known.silent}"


def _catalogued(catalogue: Catalogue) -> list[tuple[str, str]]:
    return [(one.name, needed) for one in catalogue.services for needed in one.depends_on]


def findings(seen: Seen[tuple[Change, ...]], brief: Brief, graph: Graph) -> tuple[Finding, ...]:
    """The findings of one answer, ranked; every one quotes the change's own line."""
    service = subject(graph, brief)
    related = graph.distances(service) if service else None
    ranked = changes.rank(seen.data, brief.onset, service or brief.service, related)[:MOST_FINDINGS]
    told = (_finding(seen, suspect, at + 1) for at, suspect in enumerate(ranked))
    return tuple(finding for finding in told if finding.quotes)


def _finding(seen: Seen[tuple[Change, ...]], suspect: Suspect, rank: int) -> Finding:
    change = suspect.change
    return Finding(
        id=f"change-{rank}",
        role=ROLE,
        kind=FindingKind.CHANGE,
        text=_sentence(suspect),
        service=change.service,
        confidence=saying.confident(suspect.suspicion),
        quotes=saying.quotes(seen, [change.text, *change.text.splitlines()], most=1),
        onset=change.at,
        link=change.link or seen.link,
        data={
            "change_id": change.id,
            "change_kind": change.kind.value,
            "version": change.version,
            "environment": change.environment,
            "author": change.author,
            "source": change.source,
            "at": rfc3339(change.at),
            "minutes_before_onset": suspect.minutes,
            "relation": suspect.relation,
            "distance": suspect.distance,
            "rank": rank,
        },
    )


_WORDS = {
    "deploy": "was deployed",
    "config": "had its configuration changed",
    "infrastructure": "had its infrastructure changed",
    "feature_flag": "had a feature flag changed",
    "database": "had its database changed",
    "other": "was changed",
}


def _sentence(suspect: Suspect) -> str:
    change = suspect.change
    version = f" ({change.version})" if change.version else ""
    near = {
        "dependency": ", which the affected service needs,",
        "caller": ", which calls the affected service,",
        "unrelated": ", which has no known path to the affected service,",
    }.get(suspect.relation, "")
    distance = saying.apart(suspect.minutes, "the trouble began")
    what = _WORDS[change.kind.value]
    return saying.one_line(
        f"{change.service or 'Something'}{near} {what}{version} at {saying.clock(change.at)}, {distance}", 300
    )
