"""Azure Monitor: the common alert schema for every signal, and the older metric, log and activity log schemas. Sev0 is worst."""

from collections.abc import Iterator

from tocsin.model.alert import AlertSeverity, AlertStatus
from tocsin.sources.reading.node import Node
from tocsin.sources.reading.scales import CRITICAL, HIGH, INFO, WARNING, by_word, plain, status_of
from tocsin.sources.reading.vendor import Found, Posting, Vendor, unreadable

_LEVELS = (CRITICAL, HIGH, WARNING, INFO, INFO)
_SCHEMAS = ("AzureMonitorMetricAlert", "Microsoft.Insights/LogAlert", "Microsoft.Insights/activityLogs")


def recognise(posting: Posting) -> bool:
    """The schema names itself; the oldest metric alert has a `context` with its condition."""
    root = posting.root
    return (
        root.at("data").has("essentials")
        or root.text("schemaId") in _SCHEMAS
        or (root.has("status", "context") and root.at("context").has_any("condition", "activityLog", "resourceId"))
        or root.at("data").has("SearchQuery", "AlertRuleName")
    )


def read(posting: Posting) -> Iterator[Found]:
    """One alert about one rule and its targets."""
    data = posting.root.at("data")
    if data.has("essentials"):
        yield _common(data.at("essentials"), data.at("alertContext"), data.at("customProperties"))
    elif data.has_any("SearchQuery", "AlertRuleName"):
        yield _log(data)
    elif posting.root.has("context") or data.has("context"):
        yield _classic(data if data.has("context") else posting.root)
    else:
        raise unreadable("Azure Monitor", "it has neither `data.essentials` nor a `context`")


def level(word: str) -> AlertSeverity:
    """Sev0 Critical, Sev1 Error, Sev2 Warning, Sev3 Informational, Sev4 Verbose."""
    digits = plain(word).removeprefix("sev")
    return _LEVELS[int(digits)] if digits in ("0", "1", "2", "3", "4") else by_word(word)


def _common(essentials: Node, context: Node, custom: Node) -> Found:
    word = essentials.text("severity")
    over = essentials.text("monitorCondition") == "Resolved"
    targets = essentials.at("alertTargetIDs").texts()
    return Found(
        key=(essentials.text("originAlertId") or essentials.text("alertRule"), essentials.text("alertRule"), *targets),
        title=essentials.text("alertRule") or context.at("properties").text("title"),
        description=essentials.text("description") or _told(context),
        status=AlertStatus.RESOLVED if over else AlertStatus.FIRING,
        severity=level(word),
        vendor_severity=word,
        service=custom.text("service", "Service") or _last(essentials.at("configurationItems").texts() or targets),
        starts_at=essentials.time("firedDateTime"),
        ends_at=essentials.time("resolvedDateTime") if over else None,
        labels={
            **custom.labels(),
            **_measured(context),
            **{
                name: essentials.text(name)
                for name in ("signalType", "monitoringService", "alertId", "targetResourceType")
            },
            "target": ",".join(targets),
        },
        links=(
            ("source", essentials.text("investigationLink")),
            ("source", context.text("linkToSearchResults", "LinkToSearchResults")),
            *(("source", row.text("linkToFilteredSearchResultsUI")) for row in context.at("condition", "allOf").rows()),
        ),
    )


def _told(context: Node) -> str:
    """What the alert's own context says in words: smart detection, service health and activity log speak there."""
    properties = context.at("properties")
    said = context.text("SmartDetectorName", "DetectionSummary", "OperationName", "operationName")
    conditions = (
        " ".join(
            filter(
                None,
                (
                    row.text("metricName", "searchQuery"),
                    row.text("operator"),
                    row.text("threshold"),
                    row.text("metricValue"),
                ),
            )
        )
        for row in context.at("condition", "allOf").rows()
    )
    told = properties.text("communication", "defaultLanguageContent", "title", "cause") or context.text(
        "DetectionSummary"
    )
    return told or said or "; ".join(conditions)


def _measured(context: Node) -> dict[str, str]:
    rows = context.at("condition", "allOf").rows()
    dimensions = {name: text for row in rows for name, text in row.at("dimensions").labels().items()}
    first = rows[0] if rows else Node(None)
    named = {name: first.text(name) for name in ("metricName", "metricValue", "threshold", "operator")}
    stated = {
        name: context.text(name) for name in ("level", "channels", "eventSource", "status", "caller", "operationName")
    }
    return {**context.at("properties").labels(), **stated, **named, **dimensions}


def _last(resources: list[str]) -> str:
    """The resource's own name: the end of its path."""
    return resources[0].rstrip("/").rpartition("/")[2] if resources else ""


def _log(data: Node) -> Found:
    """The older log alert: it only ever fires."""
    word = data.text("Severity")
    return Found(
        key=(data.text("SubscriptionId"), data.text("WorkspaceId", "ApplicationId"), data.text("AlertRuleName")),
        title=data.text("AlertRuleName"),
        description=data.text("Description") or data.text("SearchQuery"),
        severity=level(word),
        vendor_severity=word,
        starts_at=data.time("SearchIntervalEndtimeUtc", "SearchIntervalStartTimeUtc"),
        labels={name: data.text(name) for name in ("ResultCount", "AlertType", "SearchQuery", "AlertThresholdValue")},
        links=(("source", data.text("LinkToSearchResults")),),
    )


def _classic(data: Node) -> Found:
    """Metric alerts (Activated, Deactivated) and activity log alerts (whose own status is the operation's)."""
    context, log = data.at("context"), data.at("context", "activityLog")
    condition = context.at("condition")
    word = context.text("severity") or log.text("level")
    target = context.text("resourceId") or log.text("resourceId")
    met = condition.at("allOf").rows() or [condition]
    return Found(
        key=(context.text("id") or log.text("correlationId") or log.text("eventDataId"), context.text("name"), target),
        title=context.text("name") or log.at("properties").text("title") or log.text("operationName"),
        description=context.text("description")
        or log.text("description")
        or log.at("properties").text("communication", "defaultLanguageContent", "cause"),
        status=_classic_status(data, log),
        severity=level(word),
        vendor_severity=word,
        service=context.text("resourceName") or _last([target] if target else []),
        starts_at=context.time("timestamp") or log.time("submissionTimestamp", "eventTimestamp"),
        labels={
            **data.at("properties").labels(),
            **log.at("properties").labels(),
            **{name: met[0].text(name) for name in ("metricName", "metricValue", "threshold", "operator")},
            "target": target,
            "resource_group": context.text("resourceGroupName") or log.text("resourceGroupName"),
        },
        links=(("source", context.text("portalLink")),),
    )


def _classic_status(data: Node, log: Node) -> AlertStatus:
    if log.raw is not None:
        stage = plain(log.at("properties").text("stage", "currentHealthStatus") or log.text("status"))
        return AlertStatus.RESOLVED if stage in ("resolved", "available") else AlertStatus.FIRING
    return status_of(data.text("status"))


SOURCE = Vendor("azure_monitor", recognise, read)
