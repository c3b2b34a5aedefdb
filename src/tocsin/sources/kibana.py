"""Elastic: rule actions of Kibana (their body is the user's template) and Watcher webhooks."""

from collections.abc import Iterator

from tocsin.model.alert import AlertStatus
from tocsin.sources.reading.node import Node
from tocsin.sources.reading.scales import ascending, by_word, plain
from tocsin.sources.reading.vendor import Found, Posting, Vendor

_FLAT = (
    "ruleid",
    "rulename",
    "rulespaceid",
    "ruletype",
    "alertid",
    "alertuuid",
    "alertactiongroup",
    "alertactiongroupname",
    "kibanabaseurl",
    "contextmessage",
    "ruletags",
)


def recognise(posting: Posting) -> bool:
    """The template's variables flat or nested, an alert document with `kibana.alert` fields, or a watch."""
    root = posting.root
    low = root.lowered()
    flat = low.has_any("ruleid", "rulename") and sum(low.has(name) for name in _FLAT) >= 3
    nested = (
        root.has("rule", "alert")
        and root.at("rule").has_any("name", "id")
        and root.at("alert").has_any("actionGroup", "uuid", "id", "actionGroupName")
    )
    return flat or nested or _document(root) or root.has("watch_id", "payload") or root.at("ctx").has("watch_id")


def _document(root: Node) -> bool:
    return (
        root.has_any("kibana.alert.rule.name", "kibana.alert.uuid", "kibana.alert.status")
        or root.at("kibana", "alert").raw is not None
    )


def read(posting: Posting) -> Iterator[Found]:
    """One alert."""
    root = posting.root
    yield _stored(root) if _document(root) else _action(root)


def _action(root: Node) -> Found:
    """The action group `recovered` is the end, whatever the rule calls its other groups."""
    inner = root.at("ctx") if root.has("ctx") else root
    low, rule, alert, context = (
        inner.lowered(),
        root.at("rule").lowered(),
        root.at("alert").lowered(),
        inner.at("context").lowered(),
    )
    group = low.text("alertactiongroup", "actiongroup", "alertactiongroupname") or alert.text(
        "actiongroup", "actiongroupname"
    )
    state = low.text("status", "alertstatus", "state") or alert.text("status")
    over = plain(group) == "recovered" or plain(state) in ("recovered", "ok", "resolved", "inactive")
    word = low.text("severity", "ruleseverity", "level") or context.text("severity", "alertdetailsseverity")
    tags = Node(low.at("ruletags").raw or rule.at("tags").raw or low.at("tags").raw).labels()
    when = low.time("date", "timestamp", "executiontime", "triggeredtime") or context.time("date", "timestamp")
    name = low.text("rulename", "watchid", "name", "title") or rule.text("name")
    return Found(
        key=(
            low.text("ruleid", "watchid") or rule.text("id") or name,
            low.text("alertid", "instanceid") or alert.text("id"),
        ),
        title=name or low.text("message", "contextmessage"),
        description=low.text("contextmessage", "message", "reason", "contextreason")
        or context.text("message", "reason", "title"),
        status=AlertStatus.RESOLVED if over else AlertStatus.FIRING,
        severity=ascending(word, low="1", warning="21", high="47", critical="73")
        if word[:1].isdigit()
        else by_word(word),
        vendor_severity=word,
        service=low.text("service", "servicename") or context.text("servicename") or tags.get("service", ""),
        environment=low.text("environment", "env") or context.text("environment"),
        starts_at=None if over else when,
        ends_at=when if over else None,
        labels={
            **tags,
            "action_group": group,
            "instance": low.text("alertid") or alert.text("id"),
            "space": low.text("spaceid", "rulespaceid"),
        },
        links=(
            (
                "source",
                low.text("url", "contextalertdetailsurl", "ruleurl", "viewinappurl")
                or context.text("alertdetailsurl", "viewinappurl", "link"),
            ),
            ("source", low.text("kibanabaseurl")),
        ),
    )


def _stored(root: Node) -> Found:
    """An alert as Elastic stores it: dotted names, or the same as nested objects. Risk scores go from 0 to 100."""
    flat = Node({**root.labels()})
    word = flat.text("kibana.alert.severity", "kibana.alert.rule.severity")
    score = flat.text("kibana.alert.risk_score", "kibana.alert.rule.risk_score")
    over = (
        plain(flat.text("kibana.alert.status")) in ("recovered", "untracked")
        or flat.text("kibana.alert.workflow_status") == "closed"
    )
    return Found(
        key=(flat.text("kibana.alert.rule.uuid"), flat.text("kibana.alert.instance.id", "kibana.alert.uuid")),
        title=flat.text("kibana.alert.rule.name", "kibana.alert.reason"),
        description=flat.text("kibana.alert.reason", "kibana.alert.rule.description"),
        status=AlertStatus.RESOLVED if over else AlertStatus.FIRING,
        severity=by_word(word)
        if word
        else ascending(score, low="1", warning="21", high="47", critical="73")
        if score
        else None,
        vendor_severity=word or score,
        service=flat.text("service.name"),
        environment=flat.text("service.environment"),
        starts_at=flat.time("kibana.alert.start", "@timestamp"),
        ends_at=flat.time("kibana.alert.end") if over else None,
        labels=dict(list(flat.labels().items())[:60]),
        links=(("source", flat.text("kibana.alert.url")),),
    )


SOURCE = Vendor("kibana", recognise, read)
