"""Cases with less to see: what is left of the ranking when logs are missing, and most or all traces too. Called by `rca`.

Which traces stay is told by their identity alone, so every run keeps the same ones. Calls that only the traces showed stay
known as edges, as a service map would know them.
"""

from collections.abc import Iterator
from dataclasses import replace
from hashlib import sha256

from tocsin.analysis.rootcause import ranking
from tocsin.analysis.rootcause.observed import Observed, Stretch


def with_less(observed: Observed) -> Iterator[tuple[str, Observed]]:
    """The case without logs, with ever fewer traces; nothing for a case that has neither."""
    if not observed.recent.lines and not observed.recent.spans:
        return
    silent = replace(
        observed,
        edges=tuple(dict.fromkeys((*observed.edges, *ranking.called(observed)))),
        recent=replace(observed.recent, lines=()),
        reference=replace(observed.reference, lines=()),
    )
    yield "no_logs", silent
    yield "no_logs_half_of_traces", _kept(silent, 2)
    yield "no_logs_fifth_of_traces", _kept(silent, 5)
    yield "no_logs_traces_since_onset_only", _since(silent)
    yield "metrics_and_edges_only", _kept(silent, 0)


def _kept(observed: Observed, every: int) -> Observed:
    """One trace of `every`; none for 0."""

    def few(one: Stretch) -> Stretch:
        return replace(one, spans=tuple(span for span in one.spans if every and _lot(span.trace) % every == 0))

    return replace(observed, recent=few(observed.recent), reference=few(observed.reference))


def _since(observed: Observed) -> Observed:
    """Nobody kept traces before the trouble."""
    begun = observed.onset or 0.0
    late = tuple(span for span in observed.recent.spans if span.start >= begun)
    return replace(
        observed, recent=replace(observed.recent, spans=late), reference=replace(observed.reference, spans=())
    )


def _lot(trace: str) -> int:
    return sha256(trace.encode()).digest()[0]
