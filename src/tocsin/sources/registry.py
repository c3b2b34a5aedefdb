"""Finds the source for a delivery. Called by the CLI and by intake; knows no vendor, only the entry-point group.

A named source loads that one module; `auto` asks every installed source, the configured mappings first.
"""

from collections.abc import Mapping as MappingOf
from functools import cache
from importlib.metadata import EntryPoint, entry_points

from tocsin.errors import NotFound, Unreadable
from tocsin.model.alert import Alert, Delivery
from tocsin.ports import Source
from tocsin.sources.mapping import MappedSource, Mapping, Mappings
from tocsin.sources.reading.vendor import Vendor, open_posting

GROUP = "tocsin.sources"
AUTO = "auto"
_LAST = ("cloudevents", "plain_text", "generic")
"""Asked when no vendor recognises the body: an envelope, a sentence, or any JSON with the usual names."""
_ALIASES = {
    "sns": "aws_sns", "aws": "aws_sns", "cloudwatch": "aws_cloudwatch", "guardduty": "aws_guardduty",
    "eventbridge": "aws_eventbridge", "prometheus": "alertmanager", "azure": "azure_monitor", "gcp": "gcp_monitoring",
    "google": "gcp_monitoring", "stackdriver": "gcp_monitoring", "icinga": "icinga2", "elastic": "kibana",
    "elasticsearch": "kibana", "text": "plain_text", "plain": "plain_text", "splunk_observability": "signalfx",
    "splunk_on_call": "victorops", "json": "generic",
}  # fmt: skip


def names() -> tuple[str, ...]:
    """Every installed source, in order."""
    return tuple(sorted(_points()))


def canonical(name: str) -> str:
    """The one name of an installed source, whatever spelling or alias was used; any other name comes back as it is.

    Whoever looks up a source's settings must ask by this name, or an alias would be a door without a lock.
    """
    plain = name.strip().lower().replace("-", "_").replace(" ", "_")
    points = _points()
    squeezed = {known.replace("_", ""): known for known in points}
    spellings = (plain, _ALIASES.get(plain, ""), squeezed.get(plain.replace("_", ""), ""))
    return next((one for one in spellings if one in points), name)


def by_name(name: str) -> Source:
    """The source of that name (spaces, hyphens and case do not matter). Raises NotFound."""
    found = canonical(name)
    if found not in _points():
        raise NotFound(
            f"There is no source {name!r}.", f"Use {AUTO}, a name of `mappings`, or one of: {', '.join(names())}."
        )
    return _load(found)


def recognise(delivery: Delivery) -> Source:
    """The source whose body this can only be. Raises Unreadable when none, or another IntakeError for a bad body."""
    posting = open_posting(delivery)
    vendors = [name for name in names() if name not in _LAST]
    for name in (*vendors, *(name for name in _LAST if name in _points())):
        source = _load(name)
        # Ours share one opened payload; a stranger's source opens it in its own way.
        if source.recognise(posting) if isinstance(source, Vendor) else source.recognises(delivery):
            return source
    raise Unreadable("No source recognises this body.", "Name the source, or describe the body under `mappings`.")


def parse(
    delivery: Delivery, source_name: str = AUTO, mappings: MappingOf[str, Mapping] | Mappings | None = None
) -> tuple[Alert, ...]:
    """The alerts of a delivery. Raises NotFound for an unknown source name and IntakeError for a body that cannot be read."""
    mapped = mappings.root if isinstance(mappings, Mappings) else dict(mappings or {})
    if source_name in mapped:
        return MappedSource(source_name, mapped[source_name]).parse(delivery)
    if source_name != AUTO:
        return tuple(by_name(source_name).parse(delivery))
    for name, mapping in mapped.items():
        source = MappedSource(name, mapping)
        if source.recognises(delivery):
            return source.parse(delivery)
    return tuple(recognise(delivery).parse(delivery))


@cache
def _points() -> dict[str, EntryPoint]:
    return {point.name: point for point in entry_points(group=GROUP)}


@cache
def _load(name: str) -> Source:
    source: Source = _points()[name].load()
    return source
