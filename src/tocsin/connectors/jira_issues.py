"""Jira Cloud as the Tracker: one issue for each action item, found again by a label of its own. Opened by `trackers`.

Descriptions are Atlassian documents, whose text nodes read no markup. Jira's search knows an issue a few seconds after it was made:
only in those could a repetition make a second one.
"""

from hashlib import sha256
from typing import Any
from urllib.parse import quote

from pydantic import Field

from tocsin.config import Config, Secret
from tocsin.connectors.http_json import HttpAccess, HttpJson, HttpSession
from tocsin.connectors.plain_text import heading, readable, web_link
from tocsin.model.ground import Value
from tocsin.ports import Receipt, WorkItem

_SUMMARY, _TEXT = 250, 20_000
_Answer = dict[str, Any]


class JiraConfig(Value):
    """Section `trackers.jira`. `username` is the account's address, `token` its API token."""

    url: str
    username: str
    token: Secret
    project: str = Field(pattern=r"^[A-Z][A-Z0-9_]{1,20}$")
    type: str = "Task"
    labels: tuple[str, ...] = ()
    people: dict[str, str] = Field(default_factory=dict)
    """Owners, as tocsin knows them, to their account ids there; whoever is not listed is named in the text only."""
    due_date: bool = True
    """False where the project's screen has no due date: it then stands in the text only."""
    timeout_seconds: float = Field(default=10, gt=0, le=25)


class JiraIssues:
    """ports.Tracker. Its ref of an item is the issue's key."""

    name = "jira"

    def __init__(self, settings: JiraConfig, token: str) -> None:
        seconds = settings.timeout_seconds
        access = HttpAccess(url=settings.url, username=settings.username, timeout_seconds=seconds)
        self._http = HttpJson(self.name, access, token)
        self._settings = settings

    @classmethod
    def opened(cls, settings: JiraConfig, config: Config) -> "JiraIssues":
        """With its secret. Raises ConfigError."""
        return cls(settings, config.secret(settings.token, "trackers.jira.token"))

    async def open(self, item: WorkItem) -> Receipt:
        """Makes the issue, or finds it by its label."""
        async with self._http.open() as session:
            issue = await self._made_before(session, item)
            if issue is None:
                issue = await session.post_json("/rest/api/3/issue", _Answer, {"fields": self._written(item)})
        key = str(issue["key"])
        return Receipt(ref=key, link=web_link(f"{self._http.access.url}/browse/{key}"))

    async def is_done(self, ref: str) -> bool:
        """In a status of the category "done", whatever the project calls it."""
        async with self._http.open() as session:
            issue = await session.get(f"/rest/api/3/issue/{quote(ref, safe='')}", _Answer, [("fields", "status")])
        return bool(issue["fields"]["status"]["statusCategory"]["key"] == "done")

    async def _made_before(self, session: HttpSession, item: WorkItem) -> _Answer | None:
        jql = f'project = "{self._settings.project}" AND labels = "{_label(item)}"'
        asked = {"jql": jql, "fields": ["status"], "maxResults": 1}
        found = await session.post_json("/rest/api/3/search/jql", _Answer, asked)
        return next(iter(found.get("issues") or ()), None)

    def _written(self, item: WorkItem) -> dict[str, object]:
        account = self._settings.people.get(item.owner)
        return {
            "project": {"key": self._settings.project},
            "issuetype": {"name": self._settings.type},
            "summary": heading(item.title, _SUMMARY),
            "description": _document(item),
            "labels": [*self._settings.labels, _label(item)],
            **({"assignee": {"accountId": account}} if account else {}),
            **({"duedate": item.due} if item.due and self._settings.due_date else {}),
        }


def _label(item: WorkItem) -> str:
    return f"tocsin-{sha256(item.key.encode()).hexdigest()[:24]}"


def _document(item: WorkItem) -> dict[str, object]:
    """The text in Atlassian's document format: one paragraph for each line."""
    lines = [{"type": "text", "text": line} for line in readable(item.text, _TEXT).splitlines() if line.strip()]
    paragraphs = [{"type": "paragraph", "content": [line]} for line in lines]
    link = web_link(item.link)
    if link:
        marked = {"type": "text", "text": "Incident", "marks": [{"type": "link", "attrs": {"href": link}}]}
        paragraphs.append({"type": "paragraph", "content": [marked]})
    return {"type": "doc", "version": 1, "content": paragraphs}
