"""Instana: an issue or incident. Severity 5 is a warning and 10 is critical."""

from tocsin.sources.reading.fields import Fields, vendor
from tocsin.sources.reading.scales import ascending

SOURCE = vendor(
    "instana",
    lambda posting: (
        posting.root.at("issue").has("id", "state") and posting.root.at("issue").has_any("text", "entity", "suggestion")
    ),
    Fields(
        title="issue.text",
        key="issue.id",
        description="issue.suggestion issue.text",
        status="issue.state",
        severity="issue.severity",
        grade=lambda word: ascending(word, low="1", warning="5", high="8", critical="10"),
        service="issue.service issue.entityLabel issue.fqdn",
        starts_at="issue.start",
        ends_at="issue.end",
        labels="issue.zone issue.fqdn issue.entity issue.entityLabel issue.container issue.type issue.tags",
        links="issue.link",
    ),
)
