"""BugSnag: an error appeared, spiked or changed its state."""

from collections.abc import Iterator

from tocsin.model.alert import AlertStatus
from tocsin.sources.reading.vendor import Found, Posting, Vendor, headline, unreadable

_OVER = ("fixed", "resolved", "ignored")


def recognise(posting: Posting) -> bool:
    """A trigger with its project and error."""
    return posting.root.has("trigger", "project") and posting.root.has_any("error", "comment", "release")


def read(posting: Posting) -> Iterator[Found]:
    """One error; a release or a comment alone is no alert."""
    root = posting.root
    error, trigger, project = root.at("error"), root.at("trigger"), root.at("project")
    if not root.has("trigger"):
        raise unreadable("BugSnag", "it has no `trigger`")
    if error.raw is None:
        return
    state = trigger.text("stateChange") or error.text("status")
    yield Found(
        key=(project.text("id", "name"), error.text("errorId", "id")),
        title=headline(error.text("exceptionClass"), error.text("message")),
        description=trigger.text("message") or error.text("context"),
        status=AlertStatus.RESOLVED if state.lower() in _OVER else AlertStatus.FIRING,
        vendor_severity=error.text("severity"),
        service=project.text("name"),
        environment=error.at("app").text("releaseStage") or error.text("releaseStage"),
        starts_at=error.time("firstReceived", "receivedAt"),
        labels={
            "trigger": trigger.text("type"),
            "context": error.text("context"),
            "version": error.at("app").text("version"),
            "users": error.text("usersAffected"),
        },
        links=(("source", error.text("url")),),
    )


SOURCE = Vendor("bugsnag", recognise, read)
