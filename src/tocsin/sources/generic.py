"""JSON of an unknown sender whose fields have the usual names. Asked last; when too little is recognisable it refuses.

It looks at the names people use (title, severity, status, time, host ...), at most three levels deep, nearest first. It never
guesses a resolved state from prose: only a status field that clearly says so ends an alert.
"""

from collections.abc import Iterator

from tocsin.model.alert import AlertStatus
from tocsin.sources.reading.node import Node
from tocsin.sources.reading.scales import by_word, descending, plain, status_of
from tocsin.sources.reading.vendor import Found, Posting, Vendor, unreadable


def _listed(names: str) -> tuple[str, ...]:
    return tuple(names.split())


_TITLE = _listed(
    """title alertname alerttitle rulename alertrulename monitorname checkname subject summary headline eventname eventtitle
    problemtitle incidenttitle conditionname testname policyname name displayname alert check monitor message msg text
    shortmessage reason description eventtype"""
)
_SURE_TITLE = _TITLE[:12]
_DESCRIPTION = _listed(
    """description message details detail body text msg summary output reason longmessage fullmessage content comment
    problemdetails problemdetailstext error errormessage log cause"""
)
_SEVERITY = _listed(
    """severity alertseverity eventseverity priority alertpriority level alertlevel loglevel urgency criticality importance
    impact severityname sev risk"""
)
_STATUS = _listed(
    """status state alertstatus alertstate currentstate newstate eventstatus eventstate incidentstatus transition checkstate
    monitorstatus statusname"""
)
_ACTION = _listed("action eventaction event kind type condition")
_START = _listed(
    """startsat startedat starttime startdate start firedat triggeredat triggertime firstseen firstoccurrence createdat
    created openedat detectedat occurredat eventtime alerttime alertdate timestamp time datetime date ts when timestampms
    updatedat lastreceived lastseen now"""
)
_END = _listed("endsat endedat endtime enddate end resolvedat closedat recoveredat cleartime clearedat")
_SERVICE = _listed(
    """service servicename application applicationname app appname component componentname system resource resourcename
    entity entityname projectname project target monitorname checkname"""
)
_HOST = _listed("host hostname instance node server device devicename machine source address ip sysname")
_ENVIRONMENT = _listed("environment env stage environmentname deploymentenvironment")
_ID = _listed(
    """fingerprint dedupkey dedupid alias incidentkey ruleid alertruleid monitorid checkid problemid incidentid alertid id
    uuid uid guid"""
)
_LINK = _listed(
    """url link alerturl incidenturl permalink htmlurl weburl href problemurl dashboardurl eventurl detailsurl checkurl
    monitorurl"""
)
_LISTS = _listed("alerts events incidents notifications problems records items messages results")
_LABELS = _listed("labels tags attributes metadata dimensions fields annotations customfields context")
_DEPTH = 3


class _Seen:
    """The scalars of a payload by plain name, nearest level first."""

    def __init__(self, root: Node) -> None:
        self.levels: list[dict[str, object]] = []
        level = [root.raw]
        for _ in range(_DEPTH):
            fields: dict[str, object] = {}
            for one in level:
                lowered = Node(one).lowered().raw
                fields = {**lowered, **fields} if isinstance(lowered, dict) else fields
            self.levels.append(fields)
            level = [value for value in fields.values() if isinstance(value, dict)]

    def text(self, names: tuple[str, ...]) -> str:
        return next(filter(None, (Node(level).text(*names) for level in self.levels)), "")

    def nodes(self, names: tuple[str, ...]) -> Iterator[Node]:
        return (Node(level[name]) for level in self.levels for name in names if name in level)


def recognise(posting: Posting) -> bool:
    """Every object has a title and at least one more thing an alert has."""
    rows = _rows(posting.root)
    return bool(rows) and all(_enough(_Seen(row)) for row in rows)


def _rows(root: Node) -> list[Node]:
    """The payload's list of alerts, when it is or has one; else the payload."""
    if isinstance(root.raw, list):
        return root.rows() if len(root.rows()) == len(root.raw) else []
    for name in _LISTS:
        rows = root.at(name).rows() if isinstance(root.at(name).raw, list) else []
        if rows and all(Node(row.raw).lowered().has_any(*_SURE_TITLE, "labels", "message", "name") for row in rows):
            return rows
    return root.rows()


def _enough(seen: _Seen) -> bool:
    """A sure title with one more trait of an alert, or any title with two."""
    traits = (
        seen.text(_SEVERITY),
        seen.text(_STATUS),
        any(node.time() for node in seen.nodes(_START)),
        seen.text(_SERVICE) or seen.text(_HOST),
        seen.text(_LINK),
    )
    known = sum(map(bool, traits))
    described = bool(seen.text(_SURE_TITLE) and seen.text(_DESCRIPTION))
    return (known >= 2 and bool(seen.text(_TITLE))) or (known >= 1 and described)


def read(posting: Posting) -> Iterator[Found]:
    """One per object."""
    rows = _rows(posting.root)
    if not rows:
        raise unreadable("known", "it is no JSON object")
    for row in rows:
        seen = _Seen(row)
        if not seen.text(_TITLE):
            raise unreadable("known", "it has no field that could be a title")
        yield _found(row, seen)


def _found(row: Node, seen: _Seen) -> Found:
    title, word, state = seen.text(_TITLE), seen.text(_SEVERITY), _state(seen)
    labels = {name: text for node in seen.nodes(_LABELS) for name, text in node.labels().items()}
    flat = {name: text for name, text in row.labels().items() if len(text) <= 300}
    over = bool(state) and status_of(state) is AlertStatus.RESOLVED
    when = next(filter(None, (node.time() for node in seen.nodes(_START))), None)
    host = seen.text(_HOST)
    said = [node.text() for node in seen.nodes(_DESCRIPTION)]
    return Found(
        key=(seen.text(_ID) or title, host),
        title=title,
        description=next((text for text in said if text != title), ""),
        status=AlertStatus.RESOLVED if over else AlertStatus.FIRING,
        severity=descending(word, 1) if plain(word)[:1] == "p" else by_word(word),
        vendor_severity=word,
        service=seen.text(_SERVICE) or labels.get("service", "") or host,
        environment=seen.text(_ENVIRONMENT) or labels.get("env", ""),
        starts_at=when,
        ends_at=next(filter(None, (node.time() for node in seen.nodes(_END))), None) if over else None,
        labels={**flat, **labels},
        links=tuple(("source", node.text()) for node in seen.nodes(_LINK)),
    )


def _state(seen: _Seen) -> str:
    """A status field's word; failing that, an action or type whose word clearly says that it is over."""
    stated = seen.text(_STATUS)
    actions = (node.text() for node in seen.nodes(_ACTION))
    return stated or next((word for word in actions if status_of(word) is AlertStatus.RESOLVED), "")


SOURCE = Vendor("generic", recognise, read)
