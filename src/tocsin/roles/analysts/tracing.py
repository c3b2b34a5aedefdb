"""Traces of an incident in two parts: before the trouble and since. Used by the analysts that read traces or need call edges.

Everyone asks with the same words, so the windows are asked once.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from tocsin.model.evidence import Quote
from tocsin.model.signals import Span
from tocsin.ports import Ask
from tocsin.roles.analysts import saying
from tocsin.roles.analysts.patience import SECONDS, or_none
from tocsin.roles.contract import Brief, Seen, Windows

LEAD = timedelta(minutes=10)
"""An alert speaks late: so long before it the trouble may have begun already."""
ENOUGH = 20
"""Spans since the alert from which on the minutes before it need not be taken for trouble."""


@dataclass(frozen=True, slots=True)
class Traced:
    """Spans before and since `onset`, and the answers that hold their lines."""

    before: tuple[Span, ...]
    after: tuple[Span, ...]
    onset: datetime
    answers: tuple[Seen[tuple[Span, ...]], ...]
    link: str

    @property
    def spans(self) -> tuple[Span, ...]:
        """All of them."""
        return (*self.before, *self.after)

    def quotes(self, *spans: Span) -> tuple[Quote, ...]:
        """The lines of these spans, each from the answer it stands in."""
        return tuple(quote for one in spans for seen in self.answers for quote in saying.quotes(seen, [one.cite]))


async def traced(brief: Brief, windows: Windows) -> Traced | None:
    """The traces through the affected service, or through any when it has none. None when there is no source.

    Raises errors.SourceError when a source does not answer.
    """
    lead = min(LEAD, (brief.onset - brief.start) / 3)
    cut = max(brief.start, brief.onset - lead)
    for services in dict.fromkeys(((brief.service,) if brief.service else (), ())):
        since = await windows.traces(Ask(cut, brief.end, services))
        eve = await windows.traces(Ask(brief.start, cut, services))
        if since is None or eve is None:
            return None
        if since.data or eve.data:
            return _parted(brief, cut, eve, since)
    return Traced((), (), brief.onset, (), "")


def _parted(brief: Brief, cut: datetime, eve: Seen[tuple[Span, ...]], since: Seen[tuple[Span, ...]]) -> Traced:
    late = sum(span.start >= brief.onset.timestamp() for span in since.data)
    onset = brief.onset if late >= ENOUGH else cut
    begun = onset.timestamp()
    spans = {(span.trace, span.id): span for span in (*eve.data, *since.data)}.values()
    before = tuple(span for span in spans if span.start < begun)
    after = tuple(span for span in spans if span.start >= begun)
    return Traced(before, after, onset, (since, eve), since.link or eve.link)


async def spans_or_none(brief: Brief, windows: Windows) -> Traced | None:
    """As `traced`; None also when the source is silent or slow, which the trace analyst says."""
    return await or_none(traced(brief, windows), SECONDS)
