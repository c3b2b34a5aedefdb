"""GitHub's REST API for issues as documented: create, list newest first, read; 401, 404, 422; limits as headers say."""

import re
from itertools import count

from tests.receivers.faulty import Answered, Asked


class Github:
    """One repository. `issues` are as the API answers them."""

    def __init__(self, token="ghp_fake", repository="example/shop"):
        self.token, self.repository = token, repository
        self.issues = []
        self._next = count(1)

    def __call__(self, asked: Asked) -> Answered:
        if asked.headers.get("authorization") != f"Bearer {self.token}":
            return Answered(401, {"message": "Bad credentials"})
        if asked.headers.get("accept") != "application/vnd.github+json" or "x-github-api-version" not in asked.headers:
            return Answered(415, {"message": "Unsupported media type"})
        where = f"/repos/{self.repository}/issues"
        query = dict(asked.query)
        match asked.method, asked.path:
            case "GET", path if path == where:
                kept = [one for one in self.issues if query.get("state", "open") in ("all", one["state"])]
                return Answered(200, list(reversed(kept))[: int(query.get("per_page", 30))])
            case "POST", path if path == where:
                return self._create(asked.json)
            case "GET", path if path.startswith(f"{where}/"):
                found = [one for one in self.issues if str(one["number"]) == path.rpartition("/")[2]]
                return Answered(200, found[0]) if found else Answered(404, {"message": "Not Found"})
        return Answered(404, {"message": "Not Found"})

    def _create(self, told):
        if not told.get("title") or len(told["title"]) > 256 or len(told.get("body") or "") > 65_536:
            return Answered(422, {"message": "Validation Failed"})
        number = next(self._next)
        issue = {
            "number": number,
            "title": told["title"],
            "body": told.get("body"),
            "state": "open",
            "html_url": f"https://github.example/{self.repository}/issues/{number}",
            "labels": [{"name": name} for name in told.get("labels", [])],
            "assignees": [{"login": name} for name in told.get("assignees", [])],
        }
        self.issues.append(issue)
        return Answered(201, issue)

    def close(self, ref):
        next(one for one in self.issues if str(one["number"]) == ref)["state"] = "closed"

    def shown(self):
        """Title and text as GitHub would render them."""
        return [f"{one['title']}\n{_rendered(one['body'])}" for one in self.issues]

    def effects(self):
        """Mentions, links to other issues, and Markdown or HTML that took effect, our own mark and link aside."""
        found = []
        for one in self.issues:
            body = re.sub(
                r"<!-- tocsin [0-9a-f]{32} -->|\[Incident\]\(https://tocsin\.example/[^)]*\)", "", one["body"]
            )
            found += re.findall(r"@\w+|#\d+", f"{one['title']}\n{_rendered(body)}")
            found += re.findall(r"(?<!\\)(?:\*\*|\[|<[a-zA-Z!/]|`|~~)", body)
        return found


def _rendered(body):
    return re.sub(r"\\([!-/:-@\[-`{-~])", r"\1", body or "")
