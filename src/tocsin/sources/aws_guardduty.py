"""Amazon GuardDuty findings and malware scans, as EventBridge events. Severity 0 to 10, more is worse."""

from collections.abc import Iterator

from tocsin.model.alert import AlertSeverity, AlertStatus
from tocsin.sources.reading.node import Node
from tocsin.sources.reading.scales import ascending
from tocsin.sources.reading.vendor import Found, Posting, Vendor, unreadable


def recognise(posting: Posting) -> bool:
    """The event's detail type, or a bare finding."""
    return is_guardduty(posting.root) or _is_finding(posting.root)


def is_guardduty(root: Node) -> bool:
    """An EventBridge event of GuardDuty."""
    return root.has("detail") and root.text("detail-type").startswith("GuardDuty ")


def _is_finding(root: Node) -> bool:
    detail = root.at("detail") if root.has("detail") else root
    both = detail.has("service", "severity", "title") and detail.has_any("accountId", "AccountId")
    return both or detail.has("Service", "Severity", "Title", "AccountId")


def read(posting: Posting) -> Iterator[Found]:
    """One finding, or one malware scan that found something."""
    root = posting.root
    detail = root.at("detail") if root.has("detail") else root
    if detail.has("scanResultDetails"):
        yield _scan(root, detail)
    elif detail.has_any("title", "Title", "type", "Type"):
        yield _finding(root, detail)
    else:
        raise unreadable("GuardDuty", "`detail` holds neither a finding nor a scan result")


def _finding(root: Node, detail: Node) -> Found:
    service = detail.at("service") if detail.has("service") else detail.at("Service")
    score = detail.text("severity", "Severity")
    region = detail.text("region", "Region") or root.text("region")
    finding = detail.text("id", "Id")
    return Found(
        source="aws_guardduty",
        key=(detail.text("arn", "Arn") or finding, detail.text("accountId", "AccountId")),
        title=detail.text("title", "Title", "type", "Type"),
        description=detail.text("description", "Description"),
        status=AlertStatus.RESOLVED if service.text("archived") == "true" else AlertStatus.FIRING,
        severity=ascending(score, low="1", warning="4", high="7", critical="9"),
        vendor_severity=score,
        starts_at=service.time("eventFirstSeen", "EventFirstSeen")
        or detail.time("createdAt", "CreatedAt")
        or root.time("time"),
        labels={
            "finding_type": detail.text("type", "Type"),
            "finding_id": finding,
            "account": detail.text("accountId", "AccountId") or root.text("account"),
            "region": region,
            "count": service.text("count", "Count"),
            "resource_type": detail.at("resource").text("resourceType"),
            "instance": detail.at("resource", "instanceDetails").text("instanceId"),
        },
    )


def _scan(root: Node, detail: Node) -> Found:
    """A scan without a threat is told as resolved: a later clean scan of the same object closes the alarm."""
    result = detail.at("scanResultDetails")
    thing = detail.at("s3ObjectDetails")
    place = (
        f"{thing.text('bucketName')}/{thing.text('objectKey')}"
        if thing.text("bucketName")
        else detail.text("resourceType")
    )
    threats = ", ".join(threat.text("name") for threat in result.at("threats").rows())
    word = result.text("scanResultStatus") or detail.text("scanStatus")
    clean = word == "NO_THREATS_FOUND"
    return Found(
        source="aws_guardduty",
        key=("scan", root.text("account"), place),
        title=root.text("detail-type") or f"GuardDuty malware scan {word}",
        description=f"{word}: {place}" + (f" holds {threats}" if threats else ""),
        status=AlertStatus.RESOLVED if clean else AlertStatus.FIRING,
        severity=AlertSeverity.HIGH if word == "THREATS_FOUND" else AlertSeverity.UNKNOWN,
        vendor_severity=word,
        starts_at=root.time("time"),
        labels={
            "scan_result": word,
            "threats": threats,
            "account": root.text("account"),
            "region": root.text("region"),
        },
    )


SOURCE = Vendor("aws_guardduty", recognise, read)
