"""Amazon CloudWatch alarms, as SNS carries them in `Message` and as EventBridge carries them in `detail`."""

from collections.abc import Iterator

from tocsin.model.alert import AlertStatus
from tocsin.sources.reading.node import Node
from tocsin.sources.reading.vendor import Found, Posting, Vendor, unreadable

_STATES = {"OK": AlertStatus.RESOLVED}
_SERVICE_DIMENSIONS = (
    "ServiceName", "FunctionName", "DBInstanceIdentifier", "DBClusterIdentifier", "QueueName", "TableName", "LoadBalancer",
    "ApiName", "StateMachineArn", "CacheClusterId", "TopicName", "StreamName", "ClusterName",
    "AutoScalingGroupName", "InstanceId", "BucketName",
)  # fmt: skip


def recognise(posting: Posting) -> bool:
    """An alarm's own fields, or the EventBridge event of its state."""
    return is_alarm(posting.root) or posting.root.at("Message").has("AlarmName") or is_alarm_event(posting.root)


def is_alarm(root: Node) -> bool:
    """The JSON that CloudWatch hands to SNS."""
    return root.has("AlarmName", "NewStateValue")


def is_alarm_event(root: Node) -> bool:
    """The same news as an EventBridge event."""
    return root.text("source") == "aws.cloudwatch" and root.at("detail").has("alarmName", "state")


def read(posting: Posting) -> Iterator[Found]:
    """INSUFFICIENT_DATA is not OK: silence of a metric is not health."""
    root = posting.root
    if is_alarm(root) or root.has("AlarmName"):
        yield alarm(root)
    elif root.at("Message").has("AlarmName"):
        yield alarm(root.at("Message"))
    elif is_alarm_event(root):
        yield _alarm_event(root)
    else:
        raise unreadable("CloudWatch", "it has no `AlarmName`")


def alarm(root: Node) -> Found:
    """One alarm as SNS brings it."""
    trigger = root.at("Trigger")
    dimensions = _dimensions(trigger)
    state = root.text("NewStateValue")
    when = root.time("StateChangeTime")
    return Found(
        source="aws_cloudwatch",
        key=(root.text("AlarmArn") or (root.text("AWSAccountId") + root.text("Region") + root.text("AlarmName")),),
        title=root.text("AlarmName"),
        description="\n".join(filter(None, (root.text("AlarmDescription"), root.text("NewStateReason")))),
        status=_STATES.get(state, AlertStatus.FIRING),
        vendor_severity=root.text("Priority", "Severity"),
        service=_service(dimensions),
        starts_at=when if state != "OK" else None,
        ends_at=when if state == "OK" else None,
        labels={
            **dimensions,
            "state": state,
            "old_state": root.text("OldStateValue"),
            "region": root.text("Region"),
            "account": root.text("AWSAccountId"),
            "metric": trigger.text("MetricName") or root.text("MetricName"),
            "namespace": trigger.text("Namespace") or root.text("Namespace"),
            "threshold": trigger.text("Threshold"),
        },
    )


def _dimensions(trigger: Node) -> dict[str, str]:
    """Of a plain metric, or of the first metric of an expression."""
    metrics = [trigger, *(row.at("MetricStat", "Metric") for row in trigger.at("Metrics").rows())]
    return next(filter(None, (metric.at("Dimensions").labels() for metric in metrics)), {})


def _alarm_event(root: Node) -> Found:
    detail, state = root.at("detail"), root.at("detail", "state")
    metrics = detail.at("configuration", "metrics").rows()
    dimensions = next(filter(None, (row.at("metricStat", "metric", "dimensions").labels() for row in metrics)), {})
    over = state.text("value") == "OK"
    when = state.time("timestamp") or root.time("time")
    return Found(
        source="aws_cloudwatch",
        key=(next(iter(root.at("resources").texts()), "") or root.text("account") + detail.text("alarmName"),),
        title=detail.text("alarmName"),
        description="\n".join(filter(None, (detail.at("configuration").text("description"), state.text("reason")))),
        status=_STATES.get(state.text("value"), AlertStatus.FIRING),
        service=_service(dimensions),
        starts_at=None if over else when,
        ends_at=when if over else None,
        labels={
            **dimensions,
            "state": state.text("value"),
            "region": root.text("region"),
            "account": root.text("account"),
        },
    )


def _service(dimensions: dict[str, str]) -> str:
    return next((dimensions[name] for name in _SERVICE_DIMENSIONS if name in dimensions), "")


SOURCE = Vendor("aws_cloudwatch", recognise, read)
