"""CrowdStrike Falcon: detections and alerts. Scores go from 0 to 100, or from 1 to 5 in the event stream; more is worse."""

from collections.abc import Iterator

from tocsin.model.alert import AlertSeverity
from tocsin.sources.reading.node import Node
from tocsin.sources.reading.scales import ascending, by_word
from tocsin.sources.reading.vendor import Found, Posting, Vendor, unreadable

_NAMES = ("DetectName", "display_name", "IncidentType", "Name", "name", "detection_name", "trigger_name")


def recognise(posting: Posting) -> bool:
    """The event stream's envelope, an alert of the API, or a workflow's own words."""
    root = posting.root
    stream = root.at("metadata").has("eventType") and root.at("event").has_any(
        "DetectName", "DetectId", "FalconHostLink", "Severity"
    )
    alert = root.has_any("composite_id", "falcon_host_link", "detection_id") and root.has_any(
        "severity", "severity_name", "Severity"
    )
    return stream or alert or root.at("meta").has("workflow_id", "trigger_name")


def read(posting: Posting) -> Iterator[Found]:
    """One detection."""
    root = posting.root
    event = root.at("event") if root.has("event") else root.at("data") if root.has("data") else root
    low = event.lowered()
    name = event.text(*_NAMES) or root.at("meta").text("trigger_name")
    if not name:
        raise unreadable("CrowdStrike", "it names no detection")
    host = low.text("computername", "hostname", "deviceshostname") or event.at("device").text("hostname")
    yield Found(
        key=(low.text("detectid", "compositeid", "detectionid", "incidentid") or name, host),
        title=name,
        description=low.text("detectdescription", "description"),
        status=low.text("status"),
        severity=_severity(low),
        vendor_severity=low.text("severityname", "severity", "detectionsseverity"),
        service=host,
        starts_at=_when(root, event),
        labels={
            "host": host,
            "tactic": low.text("tactic"),
            "technique": low.text("technique"),
            "user": low.text("username"),
            "file": low.text("filename"),
            "command_line": low.text("commandline", "cmdline"),
        },
        links=(("source", low.text("falconhostlink")), ("source", root.at("meta").text("event_reference_url"))),
    )


def _when(root: Node, event: Node) -> object:
    own = event.lowered().time("processstarttime", "timestamp", "createdtimestamp", "starttime")
    return own or root.at("metadata").time("eventCreationTime") or root.at("meta").time("timestamp")


def _severity(low: Node) -> AlertSeverity:
    name, score = low.text("severityname"), low.text("severity", "detectionsseverity")
    if name:
        return by_word(name)
    if score in ("1", "2", "3", "4", "5"):
        return ascending(score, low="2", warning="3", high="4", critical="5")
    return ascending(score, low="20", warning="40", high="60", critical="80") if score else AlertSeverity.UNKNOWN


SOURCE = Vendor("crowdstrike", recognise, read)
