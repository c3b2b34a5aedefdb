"""The scope of an incident: what its steps may touch, and where the values of their slots come from. Pure.

Used by `render`. In scope are the incident's services, what they depend on, what the catalogue says belongs to these or to
all, the hosts, pods and nodes that its alerts name in labels, and what a named person has vouched for on this very incident.
Words in logs and alert texts put nothing in scope.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

from tocsin.guard.policy import Environment
from tocsin.library.runbook import Parameter, ParameterType
from tocsin.model.alert import Alert
from tocsin.model.catalogue import Catalogue, Service
from tocsin.model.evidence import Evidence
from tocsin.model.incident import Incident
from tocsin.model.standing import ActionState, Vouched
from tocsin.stages.remediate.slots import addresses, stands_in

NAMED = frozenset(
    {
        ParameterType.SERVICE,
        ParameterType.DATABASE,
        ParameterType.DEPLOYMENT,
        ParameterType.POD,
        ParameterType.NODE,
        ParameterType.NAMESPACE,
        ParameterType.HOST,
        ParameterType.URL,
    }
)
"""Types whose values name things that exist: these must be in scope, whoever gives them."""
_SEEN = frozenset({ParameterType.HOST, ParameterType.POD, ParameterType.NODE, ParameterType.URL})
"""Of these, an alert's label may name one that no catalogue lists: pods come and go."""
_HAPPENED = frozenset({ActionState.DONE, ActionState.VERIFIED})


@dataclass(frozen=True, slots=True)
class Scope:
    """One incident, the catalogue around it, its alerts and its evidence."""

    incident: Incident
    catalogue: Catalogue
    alerts: Sequence[Alert] = ()
    evidence: Sequence[Evidence] = ()
    environments: Mapping[str, Sequence[str]] | None = None
    """Environment -> how labels spell it, as section `severity` has it."""

    @property
    def environment(self) -> str:
        """The incident's environment by its one name; an unknown one is production."""
        return self.named(self.incident.environment)

    def named(self, environment: str) -> str:
        """The one name of an environment, however it is spelled."""
        wanted = environment.strip().lower()
        known = self.environments or {}
        found = next((name for name, spelled in known.items() if wanted == name or wanted in spelled), wanted)
        return str(Environment.of(found))

    def services(self) -> tuple[tuple[Service, ...], ...]:
        """In tiers: the incident's own, the others that alerted, what these depend on."""
        own = _known(self.catalogue, [self.incident.service])
        others = _known(self.catalogue, self.incident.services)
        needed = _known(self.catalogue, [name for one in (*own, *others) for name in one.depends_on])
        return own, tuple(one for one in others if one not in own), needed

    def offered(self, name: str, parameter: Parameter, runbook_id: str) -> tuple[tuple[str, ...], ...]:
        """Values in tiers, the likeliest tier first; a tier of exactly one value fills the slot.

        What a person vouched for last comes before all.
        """
        if vouched := self.vouched(name, parameter.type):
            return ((vouched[-1].value,), *self._offered(name, parameter, runbook_id))
        return self._offered(name, parameter, runbook_id)

    def vouched(self, name: str, kind: ParameterType) -> tuple[Vouched, ...]:
        """What people vouched for as the value of a slot, oldest first."""
        return tuple(one for one in self.incident.vouched if (one.slot, one.type) == (name, str(kind)))

    def _offered(self, name: str, parameter: Parameter, runbook_id: str) -> tuple[tuple[str, ...], ...]:
        kind, _, rest = parameter.origin.partition(".")
        match kind:
            case "incident":
                return self._of_incident(rest, parameter.type)
            case "catalogue":
                owned = ([value for one in tier for value in one.resources.get(rest, ())] for tier in self.services())
                return (*(_once(tier) for tier in owned), self.catalogue.resources.get(rest, ()))
            case "alert":
                return (self._labels(rest.removeprefix("labels."), parameter.type),)
            case "evidence":
                return (addresses(self._text(rest)) if parameter.type is ParameterType.IP else (),)
            case "step":
                return (self._column(runbook_id, rest.partition(".")[0], name),)
            case _:
                return ()

    def allows(self, value: str, name: str, parameter: Parameter, runbook_id: str) -> bool:
        """Whether a value that somebody chose is one that its declared origin has."""
        kind, _, rest = parameter.origin.partition(".")
        if kind == "person" or any(one.value == value for one in self.vouched(name, parameter.type)):
            return True
        if kind == "evidence":
            return stands_in(value, self._text(rest))
        if kind == "step":
            return stands_in(value, self._answer(runbook_id, rest.partition(".")[0]))
        return value in chain.from_iterable(self.offered(name, parameter, runbook_id))

    def holds(self, kind: ParameterType, value: str) -> bool:
        """Whether a thing of that name is in scope."""
        wanted = _host_of(value) if kind is ParameterType.URL else value
        if wanted in self._names() or value in self._names():
            return True
        if any((one.type, one.value) == (str(kind), value) for one in self.incident.vouched):
            return True
        return kind in _SEEN and wanted in {_host_of(one) for alert in self.alerts for one in alert.labels.values()}

    def owner(self, target: str) -> str:
        """The service a target belongs to; the incident's when none claims it."""
        tiers = list(chain.from_iterable(self.services()))
        for one in tiers:
            if target == one.name or target in chain.from_iterable(one.resources.values()):
                return one.name
        return tiers[0].name if tiers else self.incident.service

    def _of_incident(self, field: str, kind: ParameterType) -> tuple[tuple[str, ...], ...]:
        if field != "service":
            return ((self.environment,),) if field == "environment" else ()
        word = str(kind)
        return tuple(
            _once(value for one in tier for value in one.resources.get(word, (one.name,))) for tier in self.services()
        )

    def _labels(self, label: str, kind: ParameterType) -> tuple[str, ...]:
        values = [alert.labels[label] for alert in self.alerts if alert.labels.get(label)]
        return _once(_host_of(one) if kind in (ParameterType.HOST, ParameterType.NODE) else one for one in values)

    def _names(self) -> frozenset[str]:
        mine = list(chain.from_iterable(self.services()))
        owned = chain.from_iterable(value for one in mine for value in one.resources.values())
        return frozenset((*(one.name for one in mine), *owned, *chain.from_iterable(self.catalogue.resources.values())))

    def _text(self, kind: str) -> str:
        return "\n".join(one.content for one in self.evidence if one.kind == kind)

    def _answer(self, runbook_id: str, step: str) -> str:
        """The output of the newest run of an earlier step, or ""."""
        done = [
            one
            for one in self.incident.actions
            if one.step.runbook_id == runbook_id and one.step.name == step and one.state in _HAPPENED and one.outcome
        ]
        return done[-1].outcome.output if done and done[-1].outcome else ""

    def _column(self, runbook_id: str, step: str, name: str) -> tuple[str, ...]:
        """What an earlier step's rows have under that name, or under its last word: `reader_pid` reads `pid`."""
        return _once(_cells(self._answer(runbook_id, step), (name, name.rpartition("_")[2])))


def _cells(text: str, names: tuple[str, ...]) -> Iterator[str]:
    try:
        rows = json.loads(text)
    except ValueError:
        return
    for row in rows if isinstance(rows, list) else [rows]:
        found = next((row[one] for one in names if one in row), None) if isinstance(row, dict) else None
        if isinstance(found, str | int):
            yield str(found)


def _known(catalogue: Catalogue, names: Iterable[str]) -> tuple[Service, ...]:
    found = (catalogue.find(name) for name in names if name)
    return tuple({one.name: one for one in found if one is not None}.values())


def _once(values: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(value for value in values if value))


def _host_of(value: str) -> str:
    """`https://host:443/path` and `host:9100` without all but the host."""
    bare = value.partition("://")[2] or value
    bare = bare.partition("/")[0]
    name, colon, port = bare.rpartition(":")
    return name if colon and port.isdigit() and ":" not in name else bare
