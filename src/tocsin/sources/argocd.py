"""Argo CD: an application, as notification templates post it: the resource itself, under `app`, or a few chosen fields."""

from tocsin.sources.reading.fields import Fields, vendor
from tocsin.sources.reading.scales import HIGH, INFO, WARNING
from tocsin.sources.reading.vendor import Posting

_HEALTH = {
    "Degraded": HIGH,
    "Missing": HIGH,
    "Unknown": WARNING,
    "Suspended": WARNING,
    "Healthy": INFO,
    "Progressing": INFO,
}
_STATE = "app.status.health.status status.health.status health healthStatus"
_NAME = "app.metadata.name metadata.name app application"


def recognise(posting: Posting) -> bool:
    """An Application, or its name with its health."""
    root = posting.root
    whole = root.text("kind") == "Application" or root.at("app").has_any("metadata", "status")
    return whole or root.has("app", "health") or root.has("application", "syncStatus")


SOURCE = vendor(
    "argocd",
    recognise,
    Fields(
        title=_NAME,
        headline=_STATE,
        key=_NAME,
        description="""message app.status.operationState.message status.operationState.message
            app.status.health.message status.health.message""",
        status=_STATE,
        over=("healthy",),
        severity=_STATE,
        grade=lambda word: _HEALTH.get(word, WARNING),
        service=_NAME,
        starts_at="""app.status.operationState.finishedAt status.operationState.finishedAt
            app.status.operationState.startedAt status.operationState.startedAt timestamp""",
        ends_at="app.status.operationState.finishedAt status.operationState.finishedAt timestamp",
        labels="""app.metadata.labels metadata.labels app.spec.project spec.project app.status.sync.status
            status.sync.status syncStatus revision""",
        links="url appUrl",
    ),
)
