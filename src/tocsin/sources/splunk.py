"""Splunk: the webhook action of a saved search. It carries one result row and no severity of its own."""

from collections.abc import Iterator

from tocsin.sources.reading.node import Node
from tocsin.sources.reading.vendor import Found, Posting, Vendor, unreadable


def recognise(posting: Posting) -> bool:
    """A search id with the search's name, link or result."""
    root = posting.root
    return (
        root.has("sid")
        and root.has_any("search_name", "results_link", "result")
        and root.has_any("result", "app", "owner")
    )


def read(posting: Posting) -> Iterator[Found]:
    """One search. Fields of the result that Splunk keeps for itself (`_si`, `date_*`) are no labels."""
    root = posting.root
    if not root.has_any("search_name", "sid", "result"):
        raise unreadable("Splunk", "it has neither `search_name` nor `result`")
    result = root.at("result")
    labels = {
        name: text for name, text in result.labels().items() if not name.startswith(("_", "date_")) and name != "punct"
    }
    yield Found(
        key=(root.text("app"), root.text("search_name") or result.text("_raw"), result.text("host", "service")),
        title=root.text("search_name") or result.text("_raw", "message") or root.text("sid"),
        description=_told(result),
        vendor_severity=result.text("severity", "urgency", "level", "log_level"),
        service=result.text("service", "app", "application"),
        starts_at=result.time("_time", "_indextime"),
        labels={**labels, "splunk_app": root.text("app"), "owner": root.text("owner")},
        links=(("source", root.text("results_link")),),
    )


def _told(result: Node) -> str:
    return result.text("_raw", "message", "description") or ", ".join(
        f"{name}={text}" for name, text in result.labels().items()
    )


SOURCE = Vendor("splunk", recognise, read)
