"""Jira Cloud's REST API 3 as documented: create with an Atlassian document, search by JQL, read a status; 400 names the field."""

import base64
import re
from itertools import count

from tests.receivers.faulty import Answered, Asked


class Jira:
    """One project. The old search is gone, as it is there."""

    def __init__(self, token="jira-token", username="bot@example.com", project="OPS"):
        self.token, self.project = token, project
        self._basic = "Basic " + base64.b64encode(f"{username}:{token}".encode()).decode()
        self.issues = {}
        self._next = count(1)

    def __call__(self, asked: Asked) -> Answered:
        if asked.headers.get("authorization") != self._basic:
            return Answered(401, {"message": "Client must be authenticated to access this resource."})
        if asked.path == "/rest/api/3/search":
            return Answered(410, {"errorMessages": ["The requested API has been removed."]})
        if asked.method == "POST" and asked.path == "/rest/api/3/search/jql":
            wanted = re.fullmatch(r'project = "(\w+)" AND labels = "([\w-]+)"', asked.json["jql"])
            if not wanted:
                return Answered(400, {"errorMessages": ["Error in the JQL Query"]})
            found = [one for one in self.issues.values() if wanted[2] in one["fields"]["labels"]]
            return Answered(200, {"issues": [{"id": one["id"], "key": one["key"]} for one in found], "isLast": True})
        if asked.method == "POST" and asked.path == "/rest/api/3/issue":
            return self._create(asked.json["fields"])
        found = self.issues.get(asked.path.removeprefix("/rest/api/3/issue/"))
        return Answered(200, found) if found else Answered(404, {"errorMessages": ["Issue does not exist"]})

    def _create(self, told):
        wrong = {}
        if told["project"].get("key") != self.project:
            wrong["project"] = "valid project is required"
        if not 0 < len(told.get("summary", "")) <= 255 or "\n" in told.get("summary", ""):
            wrong["summary"] = "The summary is invalid."
        if any(" " in label for label in told.get("labels", [])):
            wrong["labels"] = "The label contains spaces."
        if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", told.get("duedate", "2026-01-01")):
            wrong["duedate"] = "Date is invalid"
        if told.get("description", {}).get("type") != "doc" or not _sound(told["description"]):
            wrong["description"] = "Operation value must be an Atlassian Document"
        if wrong:
            return Answered(400, {"errorMessages": [], "errors": wrong})
        key = f"{self.project}-{next(self._next)}"
        status = {"name": "To Do", "statusCategory": {"key": "new"}}
        self.issues[key] = {"id": key, "key": key, "fields": {**told, "status": status}}
        return Answered(201, {"id": key, "key": key, "self": f"https://jira.example/{key}"})

    def close(self, ref):
        self.issues[ref]["fields"]["status"] = {"name": "Shipped", "statusCategory": {"key": "done"}}

    def shown(self):
        return [f"{one['fields']['summary']}\n{_words(one['fields']['description'])}" for one in self.issues.values()]

    def effects(self):
        """Nodes that are not text: mentions, cards, media; and links that are not ours."""
        nodes = [node for one in self.issues.values() for node in _nodes(one["fields"]["description"])]
        kinds = [one["type"] for one in nodes if one["type"] not in ("doc", "paragraph", "text")]
        marks = [mark["attrs"]["href"] for one in nodes for mark in one.get("marks", ())]
        return kinds + [href for href in marks if "tocsin.example" not in href]


def _nodes(node):
    yield node
    for one in node.get("content", ()):
        yield from _nodes(one)


def _sound(document):
    return all(node.get("text") != "" for node in _nodes(document))


def _words(document):
    return "\n".join("".join(one.get("text", "") for one in part["content"]) for part in document["content"])
