"""GitHub: security alerts (Dependabot, code and secret scanning), failed workflow runs, and issues."""

from collections.abc import Iterator

from tocsin.model.alert import AlertStatus
from tocsin.sources.reading.node import Node
from tocsin.sources.reading.scales import HIGH, INFO
from tocsin.sources.reading.vendor import Found, Posting, Vendor, headline, unreadable

_OVER = ("fixed", "resolved", "dismissed", "auto_dismissed", "closed")


def recognise(posting: Posting) -> bool:
    """GitHub's header, or a repository of GitHub's shape beside an action."""
    root = posting.root
    return "x-github-event" in posting.headers or (
        root.at("repository").has("full_name", "html_url") and root.has("sender")
    )


def read(posting: Posting) -> Iterator[Found]:
    """Pushes, stars and the like are understood and are no alerts; a workflow still running is none either."""
    root = posting.root
    if not root.has_any("repository", "action", "zen", "organization"):
        raise unreadable("GitHub", "it has no `repository`")
    run = root.at("workflow_run") if root.has("workflow_run") else root.at("check_run")
    if root.has("alert"):
        yield _alert(root, root.at("alert"))
    elif run.text("status") == "completed":
        yield _run(root, run)
    elif root.has("issue") and not root.has("comment"):
        yield _issue(root, root.at("issue"))


def _alert(root: Node, alert: Node) -> Found:
    advisory, rule = alert.at("security_advisory"), alert.at("rule")
    word = advisory.text("severity") or rule.text("security_severity_level", "severity") or alert.text("severity")
    over = alert.text("state") in _OVER or root.text("action") in _OVER
    return Found(
        key=(_repository(root), alert.text("html_url") or alert.text("number")),
        title=advisory.text("summary")
        or rule.text("description", "name", "id")
        or alert.text("secret_type_display_name", "secret_type"),
        description=advisory.text("description") or alert.at("most_recent_instance", "message").text("text"),
        status=AlertStatus.RESOLVED if over else AlertStatus.FIRING,
        vendor_severity=word,
        service=root.at("repository").text("name"),
        starts_at=alert.time("created_at"),
        ends_at=alert.time("fixed_at", "resolved_at", "dismissed_at") if over else None,
        labels={
            "repository": _repository(root),
            "package": alert.at("dependency", "package").text("name"),
            "cve": advisory.text("cve_id", "ghsa_id"),
            "tool": alert.at("tool").text("name"),
        },
        links=(("source", alert.text("html_url")),),
    )


def _run(root: Node, run: Node) -> Found:
    conclusion = run.text("conclusion")
    over = conclusion in ("success", "neutral", "skipped")
    return Found(
        key=(_repository(root), run.text("workflow_id", "name"), run.text("head_branch")),
        title=headline(root.at("repository").text("name"), f"{run.text('name')} {conclusion}"),
        description=run.text("display_title")
        or run.at("head_commit").text("message")
        or run.at("output").text("summary"),
        status=AlertStatus.RESOLVED if over else AlertStatus.FIRING,
        severity=INFO if over else HIGH,
        vendor_severity=conclusion,
        service=root.at("repository").text("name"),
        starts_at=run.time("run_started_at", "started_at", "created_at"),
        ends_at=run.time("completed_at", "updated_at") if over else None,
        labels={"repository": _repository(root), "branch": run.text("head_branch"), "commit": run.text("head_sha")},
        links=(("source", run.text("html_url")),),
    )


def _issue(root: Node, issue: Node) -> Found:
    over = issue.text("state") == "closed"
    return Found(
        key=(_repository(root), issue.text("number")),
        title=issue.text("title"),
        description=issue.text("body"),
        status=AlertStatus.RESOLVED if over else AlertStatus.FIRING,
        service=root.at("repository").text("name"),
        starts_at=issue.time("created_at"),
        ends_at=issue.time("closed_at") if over else None,
        labels={
            "repository": _repository(root),
            "labels": ",".join(row.text("name") for row in issue.at("labels").rows()),
        },
        links=(("source", issue.text("html_url")),),
    )


def _repository(root: Node) -> str:
    return root.at("repository").text("full_name", "name")


SOURCE = Vendor("github", recognise, read)
