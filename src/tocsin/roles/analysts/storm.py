"""The storm reader: of many alerts that became one incident, at which service the trouble most likely began, and why.

Called by the investigate stage through `contract.Investigator`, and by the opening whenever alerts have joined. Reads the
alerts, the catalogue and the topology window; decides nothing. A later alert that tells of an earlier beginning changes the
answer. Where nobody knows who calls whom, it says so and goes by time and by what the alerts speak of.
"""

import asyncio
import re
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

from tocsin.analysis import meaning
from tocsin.analysis.storm import Candidate, Heard, candidates
from tocsin.analysis.topology import Edge, Graph
from tocsin.errors import SourceError
from tocsin.model.alert import Alert, AlertSeverity, AlertStatus
from tocsin.model.catalogue import Catalogue
from tocsin.model.evidence import Finding, FindingKind, Quote
from tocsin.model.storm import MOST_SHOWN, FirstCause
from tocsin.ports import Ask
from tocsin.roles.analysts import saying
from tocsin.roles.analysts.certainty import STORM, shipped, stormed
from tocsin.roles.contract import Brief, Report, Windows

ROLE = "storm-reader"
LEAST_SERVICES = 4
"""Alerts of fewer services are no storm: what they say is read one by one."""
SEVERE = frozenset({AlertSeverity.CRITICAL, AlertSeverity.HIGH})
OF_ANSWERS: frozenset[meaning.Signal] = frozenset({"latency", "errors", "success", "traffic"})
OF_ITSELF: frozenset[meaning.Signal] = frozenset({"saturation", "restarts", "backlog"})
_GONE = re.compile(
    r"(?<!\w)(?:is|are|went|host|node|pod|instance|target|service)\s+(?:down|offline|unreachable|not\s?ready|full|dead)"
    r"|(?<!\w)(?:down|crash\w*|restart\w*|oom\w*|full|exhausted|no space left|no \w{1,20} left|out of \w{1,20})(?!\w)",
    re.IGNORECASE,
)


class StormReader:
    """Investigator that needs no model. Confidence = the shipped curve over how well one service explains all alerts."""

    role = ROLE

    async def investigate(self, brief: Brief, windows: Windows) -> Report:
        """Reports the likeliest first cause where enough services ring; nothing, and nothing missing, otherwise."""
        try:
            seen = await windows.topology(Ask(brief.start, brief.end))
        except SourceError:
            seen = None
        edges = seen.data.edges if seen else ()
        ranked = await asyncio.to_thread(rank, brief.alerts, edges, brief.catalogue)
        told = first_cause(brief.alerts, ranked, brief.catalogue) if ranked else None
        found = _finding(told, ranked, brief) if told else None
        return Report(ROLE, (found,) if found else ())


def rank(alerts: Sequence[Alert], edges: Iterable[Edge], catalogue: Catalogue) -> tuple[Candidate, ...]:
    """Services as the first cause, the likeliest first; none for fewer than LEAST_SERVICES."""
    heard = heard_of(alerts, catalogue)
    if len(heard) < LEAST_SERVICES:
        return ()
    calls = ((_named(caller, catalogue), _named(callee, catalogue)) for caller, callee in edges)
    return candidates(heard, Graph((*catalogue.calls, *calls)))


def heard_of(alerts: Iterable[Alert], catalogue: Catalogue) -> list[Heard]:
    """What was heard of each service that an alert names, under the catalogue's name in lower case."""
    by_service: dict[str, list[Alert]] = {}
    for one in alerts:
        if one.service and one.status is AlertStatus.FIRING and one.onset:
            by_service.setdefault(_named(one.service, catalogue), []).append(one)
    return [_heard(name, some) for name, some in by_service.items()]


def _heard(name: str, some: Sequence[Alert]) -> Heard:
    kinds = {speaks_of_itself(one) for one in some}
    own = True if True in kinds else False if False in kinds else None
    began = min(one.onset.timestamp() for one in some if one.onset)
    return Heard(name, began, len(some), own, any(one.severity in SEVERE for one in some))


def speaks_of_itself(alert: Alert) -> bool | None:
    """True when an alert tells of the service's own state, False when of its answers, None when of neither."""
    text = f"{alert.title} {alert.labels.get('alertname', '')}"
    signal = meaning.signal_of(text)
    resource = meaning.resource_of(meaning.spoken(text))
    if _GONE.search(text) or signal in OF_ITSELF or resource not in ("", "network", "queue"):
        return True
    return False if signal in OF_ANSWERS else None


def first_cause(alerts: Sequence[Alert], ranked: tuple[Candidate, ...], catalogue: Catalogue) -> FirstCause:
    """The likeliest one, told."""
    top = ranked[0]
    heard = heard_of(alerts, catalogue)
    counted = sum(one.alerts for one in heard)
    return FirstCause(
        service=_spelled(top.service, alerts, catalogue),
        confidence=saying.confident(shipped().probability(STORM, stormed(ranked))),
        alerts=counted,
        services=len(heard),
        needed_by=tuple(_spelled(one, alerts, catalogue) for one in top.explains[:MOST_SHOWN]),
        explains=len(top.explains),
        heard=top.heard is not None,
        text=_sentence(top, counted, len(heard), alerts, catalogue),
        others=tuple(_spelled(one.service, alerts, catalogue) for one in ranked[1:3]),
    )


def _sentence(top: Candidate, alerts: int, services: int, known: Sequence[Alert], catalogue: Catalogue) -> str:
    name = _spelled(top.service, known, catalogue)
    needing = [_spelled(one, known, catalogue) for one in top.explains]
    why = [f"{_several(needing)} {'depends' if len(needing) == 1 else 'depend'} on it"] if needing else []
    if not needing and not top.silent:
        why.append("who calls whom is not known, so only time and the kind of the alerts speak")
    why += _of_its_alert(top)
    if top.silent and needing:
        why.append(f"{len(top.silent)} of its direct callers {'is' if len(top.silent) == 1 else 'are'} silent")
    return saying.one_line(
        f"{alerts} alerts of {services} services: {name} is the most likely first cause; {', '.join(why)}", 400
    )


def _of_its_alert(top: Candidate) -> list[str]:
    if top.heard is None:
        return ["no alert of its own came, it is what they have in common"]
    when = f"{datetime.fromtimestamp(top.heard.at, UTC):%H:%M:%S} UTC"
    order = f"it alerted first ({when})" if top.first else f"it alerted at {when}"
    return [order, *(["it speaks of its own state"] if top.heard.own else [])]


def _several(names: list[str], shown: int = 2) -> str:
    """`checkout, cart and 38 others`."""
    if len(names) <= shown + 1:
        return saying.listed(names, shown + 1)
    return f"{', '.join(names[:shown])} and {len(names) - shown} others"


def _finding(told: FirstCause, ranked: tuple[Candidate, ...], brief: Brief) -> Finding | None:
    """Quotes the first alerts of the service named, else those of the services that need it."""
    wanted = [told.service, *told.needed_by]
    quotes = [quote for name in wanted for quote in _quotes(name, brief)][:3]
    if not quotes:
        return None
    top = ranked[0]
    return Finding(
        id="storm-1",
        role=ROLE,
        kind=FindingKind.SUSPECT,
        text=told.text,
        service=told.service,
        confidence=told.confidence,
        quotes=tuple(quotes),
        onset=datetime.fromtimestamp(top.heard.at, UTC) if top.heard else None,
        data={
            "share": round(top.share, 3),
            "services": told.services,
            "alerts": told.alerts,
            "needed_by": list(told.needed_by),
            "silent": list(top.silent[:MOST_SHOWN]),
            "reasons": [],
            "others": [{"service": one.service, "share": round(one.share, 3)} for one in ranked[1:4]],
        },
    )


def _quotes(service: str, brief: Brief) -> Iterable[Quote]:
    for alert, kept in zip(brief.alerts, brief.alert_evidence, strict=False):
        line = next((one for one in kept.content.splitlines() if one.strip()), "")
        if _named(alert.service, brief.catalogue) == _named(service, brief.catalogue) and line:
            yield Quote(evidence_id=kept.id, text=line)


def _named(name: str, catalogue: Catalogue) -> str:
    known = catalogue.find(name) if name else None
    return (known.name if known else name).lower()


def _spelled(name: str, alerts: Iterable[Alert], catalogue: Catalogue) -> str:
    """As the catalogue writes it, else as an alert does."""
    known = catalogue.find(name)
    return known.name if known else next((one.service for one in alerts if one.service.lower() == name), name)
