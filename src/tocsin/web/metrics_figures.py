"""The figures of the last thirty days as gauges. Written by `metrics` at each scrape; label values are ours or the catalogue's."""

from collections.abc import Collection

from prometheus_client import CollectorRegistry, Gauge

from tocsin.model.figures import Figures, Month, Times


class FigureGauges:
    """Gauges that a scrape sets anew."""

    def __init__(self, registry: CollectorRegistry) -> None:
        def gauge(name: str, what: str, *labels: str) -> Gauge:
            return Gauge(f"tocsin_{name}", f"{what}, incidents of the last 30 days.", labels, registry=registry)

        self._minutes = gauge("milestone_minutes", "Minutes from the declaration", "milestone", "quantile")
        self._reached = gauge("milestone_incidents", "Incidents that reached it", "milestone")
        self._incidents = gauge("incidents_counted", "Incidents by whether they count", "what")
        self._updates = gauge("updates_due", "Updates that were due at a time", "result")
        self._saved = gauge("saved_minutes", "Minutes saved against the manual baselines", "what", "bound")
        self._money = gauge("saved_money", "Money saved against the manual baselines", "currency", "bound")
        self._verdicts = gauge("verdicts", "What people said of diagnoses", "specialist", "verdict")
        by = ("service", "month")
        self._by_incidents = gauge("service_incidents", "Incidents by service and month of declaration", *by)
        self._by_saved = gauge("service_saved_minutes", "Minutes saved by service and month", *by, "bound")
        self._by_money = gauge("service_saved_money", "Money saved by service and month", *by, "bound")
        self._by_resolve = gauge("service_resolve_minutes", "Median minutes to resolve by service and month", *by)
        self._all = (self._minutes, self._reached, self._money, self._verdicts)
        self._by = (self._by_incidents, self._by_saved, self._by_money, self._by_resolve)

    def show(self, found: Figures, services: Collection[str]) -> None:
        """As counted. A service that the catalogue does not know gets no label of its own."""
        for gauge in (*self._all, *self._by):
            gauge.clear()
        for milestone in Times.model_fields:
            self._milestone(milestone, found.times)
        for what, count in (("real", found.incidents), ("observed", found.observed), ("drill", found.drills)):
            self._incidents.labels(what).set(count)
        for result in ("on_time", "late", "missed"):
            self._updates.labels(result).set(getattr(found.updates, result))
        self._savings(found)
        for name, judged in found.specialists.items():
            for verdict in ("right", "partly", "wrong"):
                self._verdicts.labels(name, verdict).set(getattr(judged, verdict))
        for month in found.months:
            if month.service in services:
                self._month(month)

    def _milestone(self, milestone: str, times: Times) -> None:
        spread = getattr(times, milestone)
        self._reached.labels(milestone).set(spread.n if spread else 0)
        if spread:
            self._minutes.labels(milestone, "0.5").set(spread.median)
            self._minutes.labels(milestone, "0.9").set(spread.p90)

    def _savings(self, found: Figures) -> None:
        saved = found.saved
        spans = {"triage": saved.triage_minutes, "communication": saved.communication_minutes}
        for what, span in spans.items():
            for bound, minutes in zip(("low", "high"), span, strict=True):
                self._saved.labels(what, bound).set(minutes)
        for bound, money in zip(("low", "high"), saved.money, strict=True):
            self._money.labels(saved.currency, bound).set(money)

    def _month(self, month: Month) -> None:
        by = (month.service, month.month)
        self._by_incidents.labels(*by).set(month.incidents)
        if month.times.resolve:
            self._by_resolve.labels(*by).set(month.times.resolve.median)
        for bound, minutes, money in zip(("low", "high"), month.saved.minutes, month.saved.money, strict=True):
            self._by_saved.labels(*by, bound).set(minutes)
            self._by_money.labels(*by, bound).set(money)
