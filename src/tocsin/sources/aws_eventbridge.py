"""Events of any AWS service in the EventBridge envelope: jobs, health, Security Hub, Inspector, SSM, ECS, CodePipeline."""

from collections.abc import Iterator

from tocsin.model.alert import AlertSeverity, AlertStatus
from tocsin.sources.aws_cloudwatch import is_alarm_event
from tocsin.sources.aws_guardduty import is_guardduty
from tocsin.sources.reading.node import Node
from tocsin.sources.reading.scales import ascending, by_word, plain, status_of
from tocsin.sources.reading.vendor import Found, Posting, Vendor, unreadable

_SUBJECT = (
    "jobName", "pipeline", "project-name", "stateMachineArn", "clusterArn", "instance-id", "document-name", "alarmName",
    "jobQueue", "command-id", "group", "jobId", "backupJobId", "SourceIdentifier", "functionName", "eventTypeCode",
)  # fmt: skip
_STATE = (
    "state",
    "State",
    "status",
    "statusCode",
    "currentState",
    "lastStatus",
    "build-status",
    "scan-status",
    "eventName",
)
_FAILED = frozenset(
    [
        "failed",
        "failure",
        "error",
        "timeout",
        "timedout",
        "timed_out",
        "stopped",
        "aborted",
        "expired",
        "stopping",
        "deliverytimedout",
    ]
)


def recognise(posting: Posting) -> bool:
    """The envelope, unless a narrower AWS source owns what is in it."""
    root = posting.root
    return is_event(root) and not is_alarm_event(root) and not is_guardduty(root)


def is_event(root: Node) -> bool:
    """The EventBridge envelope."""
    return root.has("detail-type", "detail")


def read(posting: Posting) -> Iterator[Found]:
    """Findings one by one; anything else is one alert about its subject."""
    root = posting.root
    if not is_event(root):
        raise unreadable("EventBridge", "it has no `detail-type`")
    findings = root.at("detail", "findings").rows()
    if findings:
        yield from (_finding(root, finding) for finding in findings)
    else:
        yield event(root)


def event(root: Node) -> Found:
    """One event. Its state decides: a failure fires, a success resolves the failure of the same subject."""
    detail, kind = root.at("detail"), root.text("detail-type")
    subject = detail.text(*_SUBJECT) or next(iter(root.at("resources").texts()), "")
    word = detail.text("severity", "Severity") or detail.at("requestParameters").text("severity")
    state = detail.text(*_STATE) or detail.at("state").text("value", "name")
    labels = {name: text for name, text in detail.labels().items() if len(text) <= 300}
    return Found(
        source="aws_eventbridge",
        key=(root.text("source"), root.text("account"), root.text("region"), kind, subject),
        title=detail.text("title", "alarmName") or ": ".join(filter(None, (kind, subject, state))),
        description=_description(detail),
        status=status_of(state),
        severity=_severity(word, state),
        vendor_severity=word or state,
        service=detail.text("service", "jobName", "pipeline", "project-name", "functionName"),
        starts_at=detail.time("startTime", "createdAt") or root.time("time"),
        ends_at=detail.time("endTime"),
        labels={
            **labels,
            **{name: root.text(name) for name in ("region", "account", "detail-type")},
            "event_source": root.text("source"),
        },
    )


def _description(detail: Node) -> str:
    latest = " ".join(row.text("latestDescription") for row in detail.at("eventDescription").rows())
    return latest or detail.text("message", "description", "statusMessage", "stoppedReason", "cause", "errorMessage")


def _severity(word: str, state: str) -> AlertSeverity:
    if word:
        return ascending(word, low="1", warning="4", high="7", critical="9")
    if plain(state) in _FAILED:
        return AlertSeverity.HIGH
    return AlertSeverity.INFO if status_of(state) is AlertStatus.RESOLVED else AlertSeverity.UNKNOWN


def _finding(root: Node, finding: Node) -> Found:
    """Security Hub: a label, or a score from 0 to 100 where more is worse. Archived, resolved or passed means over."""
    severity = finding.at("Severity")
    label = severity.text("Label")
    score = severity.text("Normalized", "Product")
    over = (
        finding.text("RecordState") == "ARCHIVED"
        or finding.at("Workflow").text("Status") in ("RESOLVED", "SUPPRESSED")
        or finding.at("Compliance").text("Status") == "PASSED"
    )
    return Found(
        source="aws_eventbridge",
        key=(finding.text("Id") or finding.text("GeneratorId"), finding.text("Title")),
        title=finding.text("Title"),
        description=finding.text("Description"),
        status=AlertStatus.RESOLVED if over else AlertStatus.FIRING,
        severity=by_word(label) if label else ascending(score, low="1", warning="40", high="70", critical="90"),
        vendor_severity=label or score,
        starts_at=finding.time("FirstObservedAt", "CreatedAt", "UpdatedAt") or root.time("time"),
        labels={
            "finding_id": finding.text("Id"),
            "account": finding.text("AwsAccountId") or root.text("account"),
            "region": finding.text("Region") or root.text("region"),
            "product": finding.text("ProductName"),
            "resource": ",".join(row.text("Id") for row in finding.at("Resources").rows()),
            "detail-type": root.text("detail-type"),
            "event_source": root.text("source"),
        },
        links=(
            ("source", finding.text("SourceUrl")),
            ("runbook", finding.at("Remediation", "Recommendation").text("Url")),
        ),
    )


SOURCE = Vendor("aws_eventbridge", recognise, read)
