"""SolarWinds Papertrail: a saved search matched these log lines."""

from collections.abc import Iterator

from tocsin.sources.reading.vendor import Found, Posting, Vendor, unreadable


def recognise(posting: Posting) -> bool:
    """A saved search with its events or counts."""
    return posting.root.at("saved_search").has("name") and posting.root.has_any("events", "counts", "frequency")


def read(posting: Posting) -> Iterator[Found]:
    """One search; it never says that it is over."""
    root = posting.root
    search, events = root.at("saved_search"), root.at("events").rows()
    if not search.has("name"):
        raise unreadable("Papertrail", "it has no `saved_search`")
    first = events[0] if events else root
    yield Found(
        key=(search.text("id") or search.text("name"),),
        title=search.text("name"),
        description="\n".join(event.text("message") for event in events[:20]),
        vendor_severity=first.text("severity"),
        service=first.text("program"),
        starts_at=first.time("received_at", "generated_at"),
        labels={"query": search.text("query"), "host": first.text("hostname"), "matches": str(len(events))},
        links=(("source", search.text("html_search_url")),),
    )


SOURCE = Vendor("papertrail", recognise, read)
