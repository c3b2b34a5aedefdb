"""What operators can scrape: counters and gauges of the service in a registry of its own. Label values never come from outside.

Written by the hooks, the rounds, the streams and `app` (triage and report times); read by `GET /metrics`.
"""

from collections import Counter as Tally
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from tocsin.model.figures import Figures
from tocsin.model.ground import Severity
from tocsin.model.incident import Incident
from tocsin.ports import Backlog
from tocsin.stages.intake import Decision
from tocsin.stages.watch import Pulses
from tocsin.web.metrics_figures import FigureGauges

_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)


class Metrics:
    """The service's numbers. One object per service, so that tests and processes do not share."""

    def __init__(self) -> None:
        own = self.registry = CollectorRegistry()
        labels = ("source", "disposition")
        self.alerts = Counter("tocsin_alerts", "Alerts received, replays included.", labels, registry=own)
        self.replays = Counter("tocsin_alert_replays", "Notifications received before.", registry=own)
        self.changes = Counter("tocsin_changes", "Changes received for the first time.", registry=own)
        self.reports = Counter("tocsin_user_reports", "Users' reports, by where they went.", ("placed",), registry=own)
        self.dead = Counter("tocsin_deliveries_dead", "Deliveries refused and kept.", ("code",), registry=own)
        self.dropped = Counter("tocsin_dead_letters_dropped", "Dead letters let go for room.", registry=own)
        self.shed = Counter("tocsin_deliveries_shed", "Deliveries asked to come again.", registry=own)
        self.hooks = Histogram("tocsin_hook_seconds", "Body received to commit.", buckets=_SECONDS, registry=own)
        self.triage = Histogram("tocsin_triage_seconds", "Declared to triaged.", buckets=_SECONDS, registry=own)
        self.response = Histogram("tocsin_report_seconds", "Declared to report.", buckets=_SECONDS, registry=own)
        self.open_streams = 0
        Gauge("tocsin_sse_clients", "Open event streams.", registry=own).set_function(lambda: self.open_streams)
        self.ticks = Counter("tocsin_ticks", "Rounds of the watch.", ("result",), registry=own)
        self.dead_man = Counter("tocsin_dead_man_calls", "Calls of the dead-man URL.", ("result",), registry=own)
        self.figures = FigureGauges(own)
        self._open = Gauge("tocsin_incidents_open", "Open incidents.", ("severity",), registry=own)
        seen = "tocsin_connector_last_success_timestamp_seconds"
        self._seen = Gauge(seen, "When a connector last answered.", ("connector",), registry=own)
        by = ("receiver", "status")
        self._outbox = Gauge("tocsin_outbox_parcels", "Undelivered calls and messages.", by, registry=own)
        oldest = "tocsin_outbox_oldest_timestamp_seconds"
        self._oldest = Gauge(oldest, "When the oldest undelivered one was decided.", by, registry=own)
        self._up = Gauge("tocsin_connector_up", "1 when the last answer was good.", ("connector",), registry=own)

    @contextmanager
    def stream(self) -> Iterator[None]:
        """Counts one open event stream while it lasts."""
        self.open_streams += 1
        try:
            yield
        finally:
            self.open_streams -= 1

    def count(self, decisions: Iterable[Decision]) -> None:
        """The decisions of one delivery."""
        for one in decisions:
            self.alerts.labels(one.alert.source, one.disposition).inc()
            if one.replayed:
                self.replays.inc()

    def text(
        self,
        open_incidents: Iterable[Incident],
        pulses: Pulses,
        backlog: Iterable[Backlog] = (),
        counted: Figures | None = None,
        services: Collection[str] = (),
    ) -> bytes:
        """Everything in Prometheus' text format, the gauges as of now. `services` are those that the catalogue knows."""
        if counted is not None:
            self.figures.show(counted, services)
        tally = Tally(one.severity.value if one.severity else "untriaged" for one in open_incidents)
        for severity in (*Severity, "untriaged"):
            self._open.labels(str(severity)).set(tally[str(severity)])
        self._seen.clear()
        self._up.clear()
        for name, pulse in pulses:
            self._seen.labels(name).set(pulse.last_success.timestamp() if pulse.last_success else 0)
            self._up.labels(name).set(0 if pulse.failure else 1)
        self._outbox.clear()
        self._oldest.clear()
        for one in backlog:
            self._outbox.labels(one.receiver, one.status).set(one.count)
            self._oldest.labels(one.receiver, one.status).set(one.oldest_at.timestamp())
        return generate_latest(self.registry)
