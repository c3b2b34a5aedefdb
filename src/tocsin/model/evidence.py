"""Evidence and Findings: what a tool answered, and what an analyst claims, quoting it. An uncited claim does not exist."""

from enum import StrEnum
from hashlib import sha256
from typing import Any

from pydantic import Field

from tocsin.model.ground import Share, Time, Value
from tocsin.model.plain import web_link


class EvidenceKind(StrEnum):
    """Which window the answer came through."""

    ALERT = "alert"
    METRICS = "metrics"
    LOGS = "logs"
    TRACES = "traces"
    TOPOLOGY = "topology"
    CHANGES = "changes"
    CLUSTER = "cluster"
    CATALOGUE = "catalogue"
    PROBE = "probe"
    TOOL = "tool"
    MODEL = "model"


class Evidence(Value):
    """A stored tool answer: redacted and bounded text, with the digest of what is stored.

    `omitted` counts the lines left out to stay within bounds; lines that a Finding quotes are always kept.
    """

    id: str
    kind: EvidenceKind
    source: str
    query: str
    content: str
    sha256: str
    collected_at: Time
    omitted: int = 0
    redactions: int = 0
    link: str = ""


class Quote(Value):
    """A span of stored evidence, word for word."""

    evidence_id: str
    text: str


class FindingKind(StrEnum):
    """What sort of thing was seen; specialists reason over kinds, not over prose."""

    METRIC_ANOMALY = "metric_anomaly"
    SUSPECT = "suspect"
    LOG_NEW = "log_new"
    LOG_EXPLODING = "log_exploding"
    LOG_VANISHED = "log_vanished"
    STACK_TRACE = "stack_trace"
    ERROR_CODE = "error_code"
    SPAN_CHANGE = "span_change"
    CHANGE = "change"
    DEPENDENCY = "dependency"
    BLAST_RADIUS = "blast_radius"
    ALERT_FACT = "alert_fact"
    CLUSTER_FAULT = "cluster_fault"


class Finding(Value):
    """One claim of one investigator about one service, with the spans that prove it.

    `confidence` is computed by the analyst from the data (effect size, count, closeness), never taken from a model.
    `onset` is when the thing began, when it has a beginning. `data` carries the numbers behind the sentence
    (metric name, before, after, ratio, template, version...), JSON types only.
    """

    id: str
    role: str
    kind: FindingKind
    text: str
    service: str = ""
    confidence: Share
    quotes: tuple[Quote, ...]
    onset: Time | None = None
    link: str = ""
    """Where a person sees it in its own system; shown only through `page_of`."""
    data: dict[str, Any] = Field(default_factory=dict)


LONGEST_LINK = 4_000
"""Characters of an address that every browser and proxy still takes."""


def page_of(finding: Finding) -> str:
    """The finding's deep link when it is an address of the web, else "": links come from outside, like everything else."""
    return web_link(finding.link, LONGEST_LINK)


def digest(text: str) -> str:
    """SHA-256 of a text, hexadecimal: how evidence is fingerprinted."""
    return sha256(text.encode()).hexdigest()


def resolves(quote: Quote, evidence: Evidence) -> bool:
    """True when the quoted words really stand in that evidence."""
    return quote.evidence_id == evidence.id and bool(quote.text) and quote.text in evidence.content
