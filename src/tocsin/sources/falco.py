"""Falco, directly or through Falcosidekick: one security event. Priority Emergency is the worst, Debug the mildest."""

from collections.abc import Iterator

from tocsin.sources.reading.scales import CRITICAL, by_word, plain
from tocsin.sources.reading.vendor import Found, Posting, Vendor, unreadable


def recognise(posting: Posting) -> bool:
    """A rule with its priority and output."""
    return posting.root.has("output", "priority", "rule") and posting.root.has_any("output_fields", "time", "source")


def read(posting: Posting) -> Iterator[Found]:
    """One event; Falco never says that something is over."""
    root = posting.root
    if not root.has("rule"):
        raise unreadable("Falco", "it has no `rule`")
    fields = root.at("output_fields")
    priority = root.text("priority")
    place = fields.text("k8s.deployment.name", "k8s.pod.name", "container.name", "container.id") or root.text(
        "hostname"
    )
    yield Found(
        key=(root.text("rule"), place, root.text("hostname")),
        title=root.text("rule"),
        description=root.text("output"),
        severity=CRITICAL if plain(priority) == "alert" else by_word(priority),
        vendor_severity=priority,
        service=fields.text("k8s.deployment.name", "container.name", "k8s.pod.name"),
        starts_at=root.time("time") or fields.time("evt.time"),
        labels={
            **fields.labels(),
            "rule": root.text("rule"),
            "hostname": root.text("hostname"),
            "event_source": root.text("source"),
            "tags": ",".join(root.at("tags").texts()),
        },
    )


SOURCE = Vendor("falco", recognise, read)
