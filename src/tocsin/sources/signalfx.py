"""Splunk Observability Cloud (SignalFx): detector notifications. `anomalous` is on; ok, manually resolved and stopped are over."""

from collections.abc import Iterator

from tocsin.model.alert import AlertStatus
from tocsin.sources.reading.node import Node
from tocsin.sources.reading.scales import plain
from tocsin.sources.reading.vendor import Found, Posting, Vendor

_MARKS = (
    "detectorUrl",
    "detectOnCondition",
    "detectorId",
    "originatingMetric",
    "statusExtended",
    "triggeredWhileMuted",
)
_OVER = ("ok", "resolved", "manually_resolved", "manuallyresolved", "stopped", "autoresolved", "cleared")


def recognise(posting: Posting) -> bool:
    """A detector's words beside an incident."""
    return posting.root.has("incidentId") and posting.root.has_any(*_MARKS)


def read(posting: Posting) -> Iterator[Found]:
    """One incident of one rule. Some older bodies hide the rule among the inputs."""
    root = posting.root
    inner = Node({**_dict(root.at("inputs")), **_dict(root)})
    state = plain(root.text("statusExtended") or root.text("status"))
    over = state in _OVER
    labels = root.at("dimensions").labels() | root.at("parameters").labels()
    when = root.time("timestamp", "timestampISO8601")
    yield Found(
        key=(root.text("incidentId"),),
        title=_title(inner),
        description=inner.text("messageBody", "description", "readableRule"),
        status=AlertStatus.RESOLVED if over else AlertStatus.FIRING,
        vendor_severity=root.text("severity"),
        service=labels.get("sf_service", "") or labels.get("service", ""),
        environment=labels.get("sf_environment", ""),
        starts_at=None if over else when,
        ends_at=when if over else None,
        labels={
            **labels,
            "rule": inner.text("rule"),
            "detector": inner.text("detector"),
            "metric": inner.text("originatingMetric"),
            "state": state,
        },
        links=(
            ("source", root.text("detectorUrl")),
            ("runbook", inner.text("runbookUrl")),
            ("image", root.text("imageUrl")),
        ),
    )


def _title(inner: Node) -> str:
    return inner.text("messageTitle", "rule", "detector", "detectOnCondition", "originatingMetric")


def _dict(node: Node) -> dict[str, object]:
    return node.raw if isinstance(node.raw, dict) else {}


SOURCE = Vendor("signalfx", recognise, read)
