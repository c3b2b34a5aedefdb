"""Changes in: plain JSON, GitHub deployments and Argo CD notifications become Change values, each kept once.

Called by `POST /hooks/changes`. A change is background for an investigation; it opens nothing.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from hashlib import sha256
from typing import Any

from pydantic import AliasChoices, Field, ValidationError

from tocsin.errors import Unreadable
from tocsin.model.change import Change, ChangeKind
from tocsin.model.ground import Time, Value
from tocsin.ports import Ledger

MOST = 1000
"""Changes in one delivery."""
_DO = "Send one JSON object or a list of them, each with at least service and text; see docs/service.md."
_Json = Mapping[str, Any]


def receive_changes(ledger: Ledger, changes: Sequence[Change]) -> list[tuple[Change, bool]]:
    """Keeps each change once; the flag says whether it was new. Inside one write transaction."""
    return [(change, ledger.changes.put(change)) for change in changes]


def parse_changes(body: bytes, headers: Mapping[str, str], now: datetime) -> list[Change]:
    """The changes in a body, whoever sent it. `headers` are lower-case. Raises Unreadable with what is wrong.

    An empty list means: understood, and no change (a GitHub ping, a deployment that did not succeed).
    """
    data = _read(body)
    if "x-github-event" in headers or (isinstance(data, dict) and "deployment" in data and "repository" in data):
        return _from_github(data, headers.get("x-github-event", ""), now)
    items = data if isinstance(data, list) else [data]
    if len(items) > MOST:
        raise Unreadable(f"more than {MOST} changes in one delivery.", "Send them in several.")
    return [_one(item, now, f"[{index}]" if isinstance(data, list) else "") for index, item in enumerate(items)]


def _read(body: bytes) -> Any:  # noqa: ANN401 - JSON is anything until a model has looked at it
    try:
        data = json.loads(body, parse_constant=_no_constant)
        json.dumps(data, ensure_ascii=False).encode()  # lone surrogates cannot be stored
    except (ValueError, RecursionError) as mistake:
        raise Unreadable(f"the body is not usable JSON: {str(mistake)[:120]}.", _DO) from mistake
    if "\\u0000" in body.decode(errors="replace"):
        raise Unreadable("the body holds a NUL character.", _DO)
    return data


def _no_constant(name: str) -> float:
    raise ValueError(f"{name} is no JSON")


def _one(item: object, now: datetime, where: str) -> Change:
    if not isinstance(item, dict):
        raise Unreadable(f"change{where} is no object.", _DO)
    application = _argo_application(item)
    try:
        return _from_argo(application, now) if application else _from_plain(item, now)
    except ValidationError as mistake:
        first = mistake.errors()[0]
        path = ".".join(str(part) for part in first["loc"])
        raise Unreadable(f"change{where}: {path}: {first['msg']}.", _DO) from mistake


class _Plain(Value, extra="ignore"):
    """What a person or a script sends, with the names that others use for the same."""

    service: str = Field(
        validation_alias=AliasChoices("service", "app", "application", "component"), min_length=1, max_length=300
    )
    text: str = Field(
        validation_alias=AliasChoices("text", "title", "message", "summary", "description"), max_length=10_000
    )
    id: str = Field(default="", max_length=300)
    kind: ChangeKind = Field(default=ChangeKind.DEPLOY, validation_alias=AliasChoices("kind", "type"))
    at: Time | None = Field(default=None, validation_alias=AliasChoices("at", "time", "timestamp", "created_at"))
    version: str = Field(default="", validation_alias=AliasChoices("version", "revision", "sha"), max_length=300)
    environment: str = Field(default="", validation_alias=AliasChoices("environment", "env"), max_length=300)
    author: str = Field(default="", validation_alias=AliasChoices("author", "user", "actor"), max_length=300)
    source: str = Field(default="plain", max_length=100)
    link: str = Field(default="", validation_alias=AliasChoices("link", "url"), max_length=2000)


def _from_plain(item: _Json, now: datetime) -> Change:
    """Without an `id` the content names the change, so that sending it again changes nothing."""
    said = _Plain.model_validate(item)
    own = said.id or sha256(json.dumps(item, sort_keys=True).encode()).hexdigest()[:24]
    fields = said.model_dump(exclude={"id", "at"})
    return Change(id=f"{said.source}:{own}", at=said.at or now, **fields)


class _User(Value, extra="ignore"):
    login: str = ""


class _Deployment(Value, extra="ignore"):
    id: int
    ref: str = ""
    sha: str = ""
    environment: str = ""
    description: str | None = None
    creator: _User | None = None
    created_at: Time | None = None
    payload: Any = None


class _Status(Value, extra="ignore"):
    id: int
    state: str
    description: str | None = None
    created_at: Time | None = None
    target_url: str | None = None
    log_url: str | None = None


class _Repository(Value, extra="ignore"):
    name: str
    full_name: str = ""
    html_url: str = ""


class _GitHub(Value, extra="ignore"):
    """GitHub's `deployment` and `deployment_status` webhooks."""

    deployment: _Deployment
    repository: _Repository
    deployment_status: _Status | None = None


def _from_github(data: object, event: str, now: datetime) -> list[Change]:
    if event not in ("", "deployment", "deployment_status"):
        return []
    try:
        said = _GitHub.model_validate(data)
    except ValidationError as mistake:
        first = mistake.errors()[0]
        path = ".".join(str(part) for part in first["loc"])
        raise Unreadable(f"GitHub deployment: {path}: {first['msg']}.", _DO) from mistake
    status = said.deployment_status
    if status is not None and status.state != "success":
        return []
    return [_github_change(said, status, now)]


def _github_change(said: _GitHub, status: _Status | None, now: datetime) -> Change:
    """A requested deployment and its success are two changes: traffic may move at either."""
    one, repository = said.deployment, said.repository
    what = "deployed" if status else "deployment requested"
    told = (status.description if status else None) or one.description or ""
    moment = (status.created_at if status else None) or one.created_at or now
    return Change(
        id=f"github:{repository.full_name or repository.name}:{one.id}:{status.id if status else 'requested'}",
        kind=ChangeKind.DEPLOY,
        service=_named_service(one.payload) or repository.name,
        at=moment,
        text=f"{what} {one.ref or one.sha[:12]} to {one.environment or 'an unnamed environment'}. {told}".strip(),
        version=one.sha or one.ref,
        environment=one.environment,
        author=one.creator.login if one.creator else "",
        source="github",
        link=(status.log_url or status.target_url or "" if status else "") or repository.html_url,
    )


def _named_service(payload: object) -> str:
    """A deployment's own payload may say which service of a repository it is about."""
    name = payload.get("service", "") if isinstance(payload, dict) else ""
    return name if isinstance(name, str) else ""


def _argo_application(item: _Json) -> _Json | None:
    """The Application object of an Argo CD notification: the whole body, or under `app` (as templates call it)."""
    for found in (item.get("app"), item.get("application"), item):
        if isinstance(found, dict) and isinstance(found.get("metadata"), dict) and "status" in found:
            return found
    return None


class _Sync(Value, extra="ignore"):
    revision: str = ""
    status: str = ""


class _Operation(Value, extra="ignore"):
    phase: str = ""
    message: str = ""
    finishedAt: Time | None = None


class _ArgoStatus(Value, extra="ignore"):
    sync: _Sync = _Sync()
    operationState: _Operation = _Operation()


class _Metadata(Value, extra="ignore"):
    name: str
    labels: dict[str, str] = Field(default_factory=dict)


class _Destination(Value, extra="ignore"):
    namespace: str = ""


class _Spec(Value, extra="ignore"):
    destination: _Destination = _Destination()


class _Application(Value, extra="ignore"):
    """As much of Argo CD's Application as a change needs."""

    metadata: _Metadata
    spec: _Spec = _Spec()
    status: _ArgoStatus


def _from_argo(item: _Json, now: datetime) -> Change:
    app = _Application.model_validate(item)
    revision, operation = app.status.sync.revision, app.status.operationState
    labels = app.metadata.labels
    said = f"synced to {revision[:12] or 'an unnamed revision'}: {operation.phase or app.status.sync.status}"
    return Change(
        id=f"argocd:{app.metadata.name}:{revision}:{operation.finishedAt or ''}:{operation.phase}",
        kind=ChangeKind.DEPLOY,
        service=labels.get("app.kubernetes.io/name") or app.metadata.name,
        at=operation.finishedAt or now,
        text=f"{said}. {operation.message}".strip(),
        version=revision,
        environment=labels.get("environment") or app.spec.destination.namespace,
        source="argocd",
    )
