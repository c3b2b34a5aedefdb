"""Jira: an issue was created or updated. A status of the category Done is the end."""

from collections.abc import Iterator

from tocsin.model.alert import AlertStatus
from tocsin.sources.reading.vendor import Found, Posting, Vendor, unreadable


def recognise(posting: Posting) -> bool:
    """A webhook event with its issue."""
    return posting.root.at("issue").has("key", "fields")


def read(posting: Posting) -> Iterator[Found]:
    """One issue; a deleted one is over."""
    issue = posting.root.at("issue")
    fields = issue.at("fields")
    if not issue.has("fields"):
        raise unreadable("Jira", "it has no `issue`")
    status = fields.at("status")
    over = (
        status.at("statusCategory").text("key") == "done" or posting.root.text("webhookEvent") == "jira:issue_deleted"
    )
    parts = [part.text("name") for part in fields.at("components").rows()]
    yield Found(
        key=(issue.text("key"),),
        title=fields.text("summary") or issue.text("key"),
        description=fields.text("description"),
        status=AlertStatus.RESOLVED if over else AlertStatus.FIRING,
        vendor_severity=fields.at("priority").text("name"),
        service=next(filter(None, parts), "") or fields.at("project").text("name", "key"),
        starts_at=fields.time("created"),
        ends_at=fields.time("resolutiondate") if over else None,
        labels={
            "key": issue.text("key"),
            "issue_type": fields.at("issuetype").text("name"),
            "status": status.text("name"),
            "project": fields.at("project").text("key"),
            "labels": ",".join(fields.at("labels").texts()),
            "event": posting.root.text("webhookEvent"),
        },
        links=(("source", issue.text("self")),),
    )


SOURCE = Vendor("jira", recognise, read)
