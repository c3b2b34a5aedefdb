"""Documents that people give the running service: checked as a whole, kept, their runs started, their webhooks opened.

Called by the API and the CLI inside one transaction: either everything is taken over, or nothing.
"""

import hmac
import secrets
from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Any

from tocsin.errors import NotFound, Unauthentic
from tocsin.guard.attempt import Attempt
from tocsin.guard.authorize import authorize
from tocsin.model.ground import Value, rfc3339
from tocsin.model.identity import Right
from tocsin.model.incident import Incident
from tocsin.model.plan import Trigger
from tocsin.playbooks import templates
from tocsin.playbooks.check import Checked
from tocsin.playbooks.documents import Name, RunRequest
from tocsin.playbooks.shelf import Playbooks, Shelf, read_documents
from tocsin.ports import KeptDocument, Key, Ledger
from tocsin.stages.playing.start import fire, must_be_new, start

KIND = "playbook"
KEY = "webhooks"


class Started(Value):
    """A run that a document asked for, and the incident it is walked on."""

    name: str
    incident: str


class Webhook(Value):
    """Where a trigger hears. The path holds its secret: whoever knows it can start the run."""

    trigger: str
    path: str


class Applied(Value):
    """What became of the documents."""

    teams: tuple[str, ...] = ()
    agents: tuple[str, ...] = ()
    policies: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()
    """What policy clamped or would refuse."""
    runs: tuple[Started, ...] = ()
    webhooks: tuple[Webhook, ...] = ()


def apply(attempt: Attempt, playbooks: Playbooks, texts: Sequence[tuple[str, str]]) -> Applied:
    """Takes the documents over. Raises DataError with everything that is wrong, Denied, NotNow for a run that exists."""
    authorize(attempt.principal, Right.ADMINISTER)
    shelf = playbooks.of([*_kept_but(attempt.ledger, texts), *texts]).sound()
    new = read_documents(texts)
    for file, text in texts:
        attempt.ledger.documents.put(KeptDocument(kind=KIND, name=file, text=text, by=attempt.actor, at=attempt.now))
    runs = tuple(_run(attempt, shelf, one) for one in new.runs.values())
    opened = tuple(
        Webhook(trigger=one.name, path=hook_path(attempt, one.name))
        for one in new.triggers.values()
        if one.kind == "webhook"
    )
    return Applied(
        teams=tuple(sorted(key.name for key in new.teams)),
        agents=tuple(sorted(key.name for key in new.agents)),
        policies=tuple(sorted(key.name for key in new.rules)),
        remarks=shelf.remarks,
        runs=runs,
        webhooks=opened,
    )


def shelf_of(ledger: Ledger, playbooks: Playbooks) -> Shelf:
    """The files' playbooks with everything that was applied."""
    return playbooks.of((one.name, one.text) for one in ledger.documents.all(KIND))


def knock(attempt: Attempt, playbooks: Playbooks, name: str, token: str, body: Any) -> Incident | None:  # noqa: ANN401 - JSON
    """A webhook of a trigger: starts its run. None where its concurrency policy forbids a second one.

    Raises Unauthentic for a wrong token, whether or not there is such a trigger.
    """
    if not hmac.compare_digest(token.encode(), _token(attempt, name).encode()):
        raise Unauthentic("this is no webhook of ours.", "Use the address that `tocsin apply` printed.")
    shelf = shelf_of(attempt.ledger, playbooks)
    key, trigger = _trigger(shelf, name)
    return set_off(attempt, shelf, key.namespace, trigger, body)


def set_off(attempt: Attempt, shelf: Shelf, namespace: str, trigger: Trigger, body: Any) -> Incident | None:  # noqa: ANN401 - JSON
    """A trigger fires, by a webhook's body or by the clock."""
    fired = {"name": trigger.name, "firedAt": rfc3339(attempt.now), "body": body}
    scope: Mapping[str, Any] = {"trigger": fired, "body": body}
    given = {key: templates.render(text, scope) for key, text in trigger.inputs.items()}
    return fire(attempt, checked_of(shelf, namespace, trigger.team), trigger.name, given, trigger.concurrency)


def checked_of(shelf: Shelf, namespace: str, team: str) -> Checked:
    """The plan of a team, or of one agent alone (`agent:NAME`)."""
    if team.startswith("agent:"):
        return shelf.alone(RunRequest(name=team, namespace=namespace, agent=team.removeprefix("agent:")))
    return shelf.team(team, namespace)


def hook_path(attempt: Attempt, name: str) -> str:
    """The address of a trigger's webhook, the same at every asking."""
    return f"/hooks/runs/{name}/{_token(attempt, name)}"


def _token(attempt: Attempt, name: str) -> str:
    key = attempt.ledger.keys.get(KEY)
    if key is None:
        key = attempt.ledger.keys.put(Key(name=KEY, secret=secrets.token_hex(32), made_at=attempt.now))
    return hmac.new(key.secret.encode(), name.encode(), sha256).hexdigest()[:40]


def _run(attempt: Attempt, shelf: Shelf, request: RunRequest) -> Started:
    must_be_new(attempt, request.name)
    checked = shelf.team(request.team, request.namespace) if request.team else shelf.alone(request)
    incident = start(attempt, checked, request.name, request.inputs, f"run {request.name}")
    return Started(name=request.name, incident=incident.id)


def _kept_but(ledger: Ledger, texts: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    """What was applied before, without what is replaced now; runs in it were started then."""
    new = {file for file, _ in texts}
    return [(one.name, one.text) for one in ledger.documents.all(KIND) if one.name not in new]


def _trigger(shelf: Shelf, name: str) -> tuple[Name, Trigger]:
    found = [(key, one) for key, one in shelf.documents.triggers.items() if one.name == name and one.kind == "webhook"]
    if not found:
        raise NotFound(f"there is no webhook trigger {name[:80]!r}.", "Apply its document first.")
    return found[-1]
