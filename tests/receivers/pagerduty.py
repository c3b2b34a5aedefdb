"""PagerDuty as documented: Events API v2 (one incident per dedup_key, 202, 400 with `errors`), notes and schedules by REST."""

from itertools import count

from tests.receivers.faulty import Answered, Asked


class PagerDutyService:
    """`incidents` are by their own id, each with its key, status, summaries and notes."""

    def __init__(self, routing_key="R" * 32, token="rest-token", sender="ada@example.com"):
        self.routing_key, self.token, self.sender = routing_key, token, sender
        self.incidents = {}
        self.log = []
        self._next = count(1)

    def __call__(self, asked: Asked) -> Answered:
        if asked.path == "/v2/enqueue":
            return self._event(asked.json)
        if asked.headers.get("authorization") != f"Token token={self.token}":
            return Answered(401, {"error": {"message": "Authentication failed", "code": 2006}})
        if asked.method == "POST" and asked.headers.get("from") != self.sender:
            return Answered(400, {"error": {"message": "Requester User Not Found", "code": 1008}})
        query = dict(asked.query)
        match asked.method, asked.path.strip("/").split("/"):
            case "GET", ["incidents"]:
                found = [one for one in self.incidents.values() if query.get("incident_key") in (None, one["key"])]
                newest = sorted(found, key=lambda one: one["number"], reverse=True)
                return Answered(200, {"incidents": newest[: int(query.get("limit", 25))]})
            case "POST", ["incidents", name, "notes"] if name in self.incidents:
                self.incidents[name]["notes"].append(asked.json["note"]["content"])
                return Answered(201, {"note": asked.json["note"]})
            case "GET", ["oncalls"]:
                return Answered(200, {"oncalls": self._oncalls()})
        return Answered(404, {"error": {"message": "Not Found", "code": 2100}})

    def _event(self, told):
        wrong = [] if told.get("routing_key") == self.routing_key else ["'routing_key' is invalid"]
        payload = told.get("payload") or {}
        if told.get("event_action") == "trigger" and not {"summary", "source", "severity"} <= payload.keys():
            wrong.append("'payload' is missing or blank")
        if len(payload.get("summary", "")) > 1024 or len(told.get("dedup_key", "")) > 255:
            wrong.append("too long")
        if wrong:
            return Answered(400, {"status": "invalid event", "message": "Event object is invalid", "errors": wrong})
        self._happens(told["event_action"], told["dedup_key"], payload.get("summary", ""))
        return Answered(202, {"status": "success", "message": "Event processed", "dedup_key": told["dedup_key"]})

    def _happens(self, action, key, summary):
        self.log.append((action, key))
        live = [one for one in self.incidents.values() if one["key"] == key and one["status"] != "resolved"]
        if action == "trigger" and not live:
            number = next(self._next)
            live = [{"id": f"PD{number}", "number": number, "key": key, "status": "triggered", "notes": [], "told": []}]
            self.incidents[live[0]["id"]] = live[0]
        for one in live:
            one["told"] += [summary] if action == "trigger" else []
            one["status"] = {"acknowledge": "acknowledged", "resolve": "resolved"}.get(action, one["status"])

    def _oncalls(self):
        duty = {"escalation_level": 1, "end": "2026-03-09T08:00:00Z"}
        users = [("bo@example.com", "PS2"), ("ada@example.com", "PS1")]
        return [duty | {"user": {"email": email}, "schedule": {"id": schedule}} for email, schedule in users]

    def standing(self, key):
        """How it stands, newest first: (status, how often triggered, notes)."""
        found = [one for one in self.incidents.values() if one["key"] == key]
        return [
            (one["status"], len(one["told"]), list(one["notes"]))
            for one in sorted(found, key=lambda one: -one["number"])
        ]
