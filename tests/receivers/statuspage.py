"""Atlassian Statuspage's REST API as documented: incidents with their updates, components, metadata; OAuth, 401, 404, 422."""

import json
import re
from itertools import count

from tests.receivers.faulty import Answered, Asked

STATUSES = ("investigating", "identified", "monitoring", "resolved")
STATES = ("operational", "degraded_performance", "partial_outage", "major_outage", "under_maintenance")


class StatuspageApi:
    """One page. `incidents` are as the API answers them, newest first."""

    def __init__(self, token="statuspage-key", page="p1x2", components=("Payments", "Search")):
        self.token, self.page = token, page
        self.incidents = []
        self.notified = []
        self._next = count(1)
        self.components = {f"c{number}": {"id": f"c{number}", "name": name, "status": "operational"}
                           for number, name in enumerate(components, 1)}  # fmt: skip

    def __call__(self, asked: Asked) -> Answered:
        if asked.headers.get("authorization") != f"OAuth {self.token}":
            return Answered(401, {"error": "Could not authenticate"})
        prefix = f"/v1/pages/{self.page}"
        if not asked.path.startswith(prefix):
            return Answered(404, {"error": "Not found"})
        parts = asked.path.removeprefix(prefix).strip("/").split("/")
        match asked.method, parts:
            case "GET", ["components"]:
                return Answered(200, list(self.components.values()))
            case "GET", ["incidents"]:
                return Answered(200, self.incidents[: int(dict(asked.query).get("limit", 100))])
            case "POST", ["incidents"]:
                return self._create(asked.json["incident"])
            case "GET", ["incidents", name]:
                found = self._found(name)
                return Answered(200, found) if found else Answered(404, {"error": "Not found"})
            case "PATCH", ["incidents", name]:
                return self._update(self._found(name), asked.json["incident"])
            case "PATCH", ["incidents", name, "incident_updates", update]:
                return self._edit(self._found(name), update, asked.json["incident_update"])
        return Answered(404, {"error": "Not found"})

    def _found(self, name):
        return next((one for one in self.incidents if one["id"] == name), None)

    def _create(self, told):
        if not told.get("name"):
            return Answered(422, {"error": ["Name can't be blank"]})
        number = next(self._next)
        incident = {
            "id": f"inc{number}",
            "name": told["name"],
            "status": "investigating",
            "metadata": {},
            "shortlink": f"https://stspg.example/inc{number}",
            "components": [],
            "incident_updates": [],
        }
        answer = self._update(incident, told)
        if answer.status == 200:
            self.incidents.insert(0, incident)
            return Answered(201, answer.body)
        return answer

    def _update(self, incident, told):
        if incident is None:
            return Answered(404, {"error": "Not found"})
        wrong = self._wrong(told)
        if wrong:
            return Answered(422, {"error": [wrong]})
        for name, state in (told.get("components") or {}).items():
            self.components[name]["status"] = state
            if all(one["id"] != name for one in incident["components"]):
                incident["components"].append(self.components[name])
        incident["metadata"] = told.get("metadata", incident["metadata"])
        incident["status"] = told.get("status", incident["status"])
        if told.get("body"):
            update = {"id": f"u{next(self._next)}", "status": incident["status"], "body": told["body"]}
            incident["incident_updates"].insert(0, update)
            if told.get("deliver_notifications", True):
                self.notified.append(update["id"])
        return Answered(200, json.loads(json.dumps(incident)))

    def _wrong(self, told):
        if told.get("status", "resolved") not in STATUSES:
            return "Status is not included in the list"
        if any(not isinstance(value, dict) for value in told.get("metadata", {}).values()):
            return "Metadata top-level values must be objects"
        if any(
            name not in self.components or state not in STATES for name, state in (told.get("components") or {}).items()
        ):
            return "Components are invalid"
        if len(told.get("body") or "") > 25_000:
            return "Body is too long"
        return ""

    def _edit(self, incident, update, told):
        found = next((one for one in incident["incident_updates"] if one["id"] == update), None) if incident else None
        if found is None:
            return Answered(404, {"error": "Not found"})
        found["body"] = told.get("body", found["body"])
        if told.get("deliver_notifications", True):
            self.notified.append(update)
        return Answered(200, found)

    def shown(self):
        """What a customer reads, oldest first."""
        return [f"{one['name']}\n{update['body']}" for one in reversed(self.incidents)
                for update in reversed(one["incident_updates"])]  # fmt: skip

    def effects(self):
        """Tags that a browser would see, the page's own HTML not among them."""
        return re.findall(r"<[a-zA-Z/!][^>]*", "\n".join(self.shown()))
