"""GitHub issues as the Tracker: one issue for each action item, found again by a mark in its body. Opened by `trackers`."""

from hashlib import sha256
from typing import Any
from urllib.parse import quote

from pydantic import Field

from tocsin.config import Config, Secret
from tocsin.connectors.http_json import HttpAccess, HttpJson, HttpSession
from tocsin.connectors.plain_text import heading, readable, uncalled, web_link
from tocsin.model.ground import Value
from tocsin.ports import Receipt, WorkItem

_TITLE, _TEXT = 250, 20_000
_LOOKED_AT = 100
"""So many of the newest issues are searched for one that may have been made already."""
_HEADERS = {"Accept": "application/vnd.github+json", "X-GitHub-Api-Version": "2022-11-28"}
_Issue = dict[str, Any]


class GithubConfig(Value):
    """Section `trackers.github`. The token needs to read and write the repository's issues, and nothing else."""

    repository: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9-]{0,38}/[A-Za-z0-9._-]{1,100}$")
    token: Secret
    labels: tuple[str, ...] = ()
    people: dict[str, str] = Field(default_factory=dict)
    """Owners, as tocsin knows them, to their logins there; whoever is not listed is named in the text only."""
    url: str = "https://api.github.com"
    timeout_seconds: float = Field(default=10, gt=0, le=25)


class GithubIssues:
    """ports.Tracker. Its ref of an item is the issue's number."""

    name = "github"

    def __init__(self, settings: GithubConfig, token: str) -> None:
        access = HttpAccess(url=settings.url, headers=dict(_HEADERS), timeout_seconds=settings.timeout_seconds)
        self._http = HttpJson(self.name, access, token)
        self._settings = settings
        self._issues = f"/repos/{settings.repository}/issues"

    @classmethod
    def opened(cls, settings: GithubConfig, config: Config) -> "GithubIssues":
        """With its secret. Raises ConfigError."""
        return cls(settings, config.secret(settings.token, "trackers.github.token"))

    async def open(self, item: WorkItem) -> Receipt:
        """Makes the issue, or finds it by its mark."""
        async with self._http.open() as session:
            issue = await self._made_before(session, item)
            if issue is None:
                issue = await session.post_json(self._issues, _Issue, self._written(item))
        return Receipt(ref=str(issue["number"]), link=web_link(str(issue.get("html_url") or "")))

    async def is_done(self, ref: str) -> bool:
        """Closed there, for whatever reason."""
        async with self._http.open() as session:
            issue = await session.get(f"{self._issues}/{quote(ref, safe='')}", _Issue)
        return bool(issue.get("state") == "closed")

    async def _made_before(self, session: HttpSession, item: WorkItem) -> _Issue | None:
        newest = [("state", "all"), ("sort", "created"), ("direction", "desc"), ("per_page", str(_LOOKED_AT))]
        found = await session.get(self._issues, list[_Issue], newest)
        return next((one for one in found if _mark(item) in (one.get("body") or "")), None)

    def _written(self, item: WorkItem) -> dict[str, object]:
        login = self._settings.people.get(item.owner)
        link = web_link(item.link)
        parts = [_inert(readable(item.text, _TEXT)), f"[Incident]({link})" if link else "", _mark(item)]
        return {
            "title": _apart(heading(item.title, _TITLE)),
            "body": "\n\n".join(part for part in parts if part),
            **({"labels": list(self._settings.labels)} if self._settings.labels else {}),
            **({"assignees": [login]} if login else {}),
        }


def _mark(item: WorkItem) -> str:
    return f"<!-- tocsin {sha256(item.key.encode()).hexdigest()[:32]} -->"


def _inert(text: str) -> str:
    """Words that no Markdown reads: nothing is bold, linked or quoted."""
    for char in "\\`*_{}[]<>()+-.!|~&=:":
        text = text.replace(char, f"\\{char}")
    return _apart(text)


def _apart(text: str) -> str:
    """Nobody is called, and no other issue is referred to."""
    return uncalled(text).replace("#", "#\u2060")
