"""The shelf of playbooks: shipped files, then a team's folders; each team checked, and the plan chosen for an incident.

Called by `app` when the service starts and by the CLI. Reads files; walks nothing.
"""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from hashlib import sha256
from importlib.resources import files
from pathlib import Path
from typing import Literal

from pydantic import Field

from tocsin.errors import DataError, NotFound
from tocsin.guard.powers import effective
from tocsin.model.ground import IncidentType, Severity, Value
from tocsin.model.plan import Agent, Budget, Match, Power, Rule, Step, Work
from tocsin.playbooks import kubeswarm, ours
from tocsin.playbooks.check import Checked, check
from tocsin.playbooks.documents import Documents, Name, RunRequest, Team
from tocsin.playbooks.node import CODE, Node, read

SHIPPED = "shipped/"
"""What the origin of our own files begins with."""
SUFFIXES = (".yaml", ".yml")


class PlaybookSettings(Value):
    """Section `playbooks`: folders read after the shipped files, and how policy and addresses are taken."""

    folders: tuple[str, ...] = ()
    strict: bool = False
    """An agent that asks for more than policy allows is refused instead of clamped."""
    tools: dict[str, Power] = Field(default_factory=dict)
    """What a tool does where its name does not tell: `grafana/render_panel: read`."""
    missed: Literal["once", "skip"] = "once"
    """Ticks of a schedule that passed while no service was there: one run for all of them, or none."""


class Seated(Value):
    """An agent that plays a role of the house outside any playbook, and what it is held to."""

    agent: Agent
    rules: tuple[Rule, ...] = ()
    budgets: tuple[Budget, ...] = ()


class Shelf:
    """Every document that was read, and the teams among them that can be walked."""

    def __init__(self, documents: Documents, settings: PlaybookSettings, unread: Iterable[str] = ()) -> None:
        self.documents = documents
        self.settings = settings
        self.teams: dict[Name, Checked] = {}
        self.wrong: tuple[str, ...] = tuple(unread)
        for name, team in documents.teams.items():
            made, wrong = check(team, documents, settings.tools, strict=settings.strict)
            self.wrong += wrong
            if made is not None:
                self.teams[name] = made
        self.wrong += tuple(_orphans(documents))

    @property
    def remarks(self) -> tuple[str, ...]:
        """What policy clamped, or would refuse."""
        return tuple(dict.fromkeys(said for one in self.teams.values() for said in one.remarks))

    def sound(self) -> "Shelf":
        """This shelf. Raises DataError with everything that is wrong with it."""
        if self.wrong:
            raise DataError("\n".join(self.wrong), "Correct the documents named; nothing was taken over.", code=CODE)
        return self

    def team(self, name: str, namespace: str = "") -> Checked:
        """A team by name. Raises NotFound."""
        found = [one for key, one in self.teams.items() if key.name == name and namespace in ("", key.namespace)]
        if not found:
            raise NotFound(f"there is no playbook {name[:80]!r}.", "List them with `tocsin playbook list`.")
        return found[-1]

    def seated(self, role: str, namespace: str = "default") -> "Seated | None":
        """The agent document of that name, which plays a role before there is a playbook; None where it may not be used."""
        agent = self.documents.agents.get(Name(namespace, role))
        if agent is None:
            return None
        rules = self.documents.rules_of(namespace)
        under = effective(
            agent.model_copy(update={"role": role}), rules, self.settings.tools, strict=self.settings.strict
        )
        if under.refused:
            return None
        clamped = under.agent.model_copy(update={"limits": under.limits})
        return Seated(agent=clamped, rules=rules, budgets=self.documents.budgets_of(namespace, ""))

    def choose(
        self,
        kind: IncidentType,
        severity: Severity,
        services: Iterable[str],
        labels: Mapping[str, str],
        *,
        shipped: bool = False,
    ) -> Checked:
        """The plan of the trigger that fits and asks for most; of equal weight a later document's. `shipped`: only ours.

        Raises NotFound when there is none, which no shelf with the shipped playbooks comes to.
        """
        fitting = [
            (_weight(one.match), at, self.teams[Name(key.namespace, one.team)])
            for at, (key, one) in enumerate(self.documents.triggers.items())
            if one.kind == "incident" and _fits(one.match, kind, severity, frozenset(services), labels)
        ]
        rows = [row for row in fitting if not shipped or row[2].plan.origin.startswith(SHIPPED)]
        if not rows:
            raise NotFound(f"no playbook is for a {severity} {kind} incident.", "Add a trigger without a match.")
        return max(rows, key=lambda row: row[:2])[2]

    def alone(self, request: RunRequest) -> Checked:
        """The plan of a run that names one agent only: a team of one step."""
        agent = self.documents.agents.get(Name(request.namespace, request.agent))
        if agent is None:
            raise NotFound(f"there is no agent {request.agent[:80]!r}.", "Apply its document first.")
        step = Step(
            name=request.agent,
            work=Work.AGENT,
            agent=request.agent,
            inputs={"prompt": "{{ .input.prompt }}"},
            origin=request.origin,
        )
        team = Team(
            name=f"agent:{request.agent}",
            namespace=request.namespace,
            inputs=("prompt",),
            refers={request.agent: request.agent},
            steps=(step,),
            origin=request.origin,
        )
        made, wrong = check(team, self.documents, self.settings.tools, strict=self.settings.strict)
        if made is None:
            raise DataError("\n".join(wrong), "Correct the documents named.", code=CODE)
        return made


class Playbooks:
    """The shelf of the files, and the same with the documents that people applied to the running service."""

    def __init__(self, settings: PlaybookSettings) -> None:
        self._settings = settings
        self._texts = [*shipped(), *(pair for folder in settings.folders for pair in texts_in(Path(folder)))]
        shelf = Shelf(read_documents(self._texts), settings)
        shelf.sound()
        self._known = {_digest(self._texts): shelf}
        self.missed = settings.missed
        """What becomes of missed ticks where a trigger does not say."""

    def of(self, applied: Iterable[tuple[str, str]] = ()) -> Shelf:
        """With these applied (file name, text) pairs, which were checked when they came. Read once for the same texts."""
        texts = [*self._texts, *applied]
        name = _digest(texts)
        if name not in self._known:
            unread: list[str] = []
            documents = read_documents(texts, unread)
            self._known = {name: Shelf(documents, self._settings, unread)}
        return self._known[name]


def _digest(texts: Iterable[tuple[str, str]]) -> str:
    return sha256("\x1f".join(part for pair in texts for part in pair).encode()).hexdigest()


def read_documents(texts: Iterable[tuple[str, str]], unread: list[str] | None = None) -> Documents:
    """Documents from (file name, text) pairs. What is wrong with one goes into `unread`; without it, DataError at the first."""
    documents = Documents()
    for file, text in texts:
        with _noted(unread):
            for node in read(text, file):
                with _noted(unread):
                    _add(node, documents)
    return documents


@contextmanager
def _noted(unread: list[str] | None) -> Iterator[None]:
    try:
        yield
    except DataError as failure:
        if unread is None:
            raise
        unread.append(f"{failure.what} {failure.do}")


def _add(node: Node, documents: Documents) -> None:
    match node.need("apiVersion").as_text():
        case ours.API:
            ours.add(node, documents)
        case kubeswarm.API:
            kubeswarm.add(node, documents)
        case version:
            known = f"Known are: {ours.API}, {kubeswarm.API}."
            node.need("apiVersion").wrong(f"{version[:60]!r} is not known.", known)


def shipped() -> list[tuple[str, str]]:
    """The files that come with tocsin."""
    folder = files("tocsin.playbooks") / "shipped"
    named = sorted((one for one in folder.iterdir() if one.name.endswith(SUFFIXES)), key=lambda one: one.name)
    return [(f"{SHIPPED}{one.name}", one.read_text(encoding="utf-8")) for one in named]


def texts_in(folder: Path) -> list[tuple[str, str]]:
    """The YAML files of a folder and below, or one file. Raises DataError when there is none."""
    if folder.is_file():
        return [(str(folder), folder.read_text(encoding="utf-8"))]
    found = sorted(one for one in folder.rglob("*") if one.suffix in SUFFIXES) if folder.is_dir() else []
    if not found:
        raise DataError(f"{folder} holds no playbooks.", "Name a YAML file, or a folder with some.", code=CODE)
    return [(str(one), one.read_text(encoding="utf-8")) for one in found]


def needs_of(checked: Checked, given: Mapping[str, str]) -> dict[str, str]:
    """The run's inputs: defaults, then what is given. Raises DataError for one that is missing or not declared."""
    missing = [one for one in checked.required if one not in given and one not in checked.defaults]
    if missing:
        raise DataError(f"the run needs {', '.join(missing)}.", "Give a value for each.", code=CODE)
    unknown = [one for one in given if checked.plan.inputs and one not in checked.plan.inputs]
    if unknown:
        raise DataError(
            f"the playbook takes no {', '.join(unknown)}.", f"It takes: {', '.join(checked.plan.inputs)}.", code=CODE
        )
    return {**checked.defaults, **given}


def _orphans(documents: Documents) -> Iterable[str]:
    for key, trigger in documents.triggers.items():
        if not trigger.team.startswith("agent:") and Name(key.namespace, trigger.team) not in documents.teams:
            yield f"{trigger.origin}: trigger {trigger.name} starts team {trigger.team!r}, which does not exist."


def _weight(match: Match) -> int:
    return sum(1 for one in (match.types, match.severities, match.services, match.labels) if one)


def _fits(
    match: Match, kind: IncidentType, severity: Severity, services: frozenset[str], labels: Mapping[str, str]
) -> bool:
    return (
        (not match.types or str(kind) in match.types)
        and (not match.severities or severity in match.severities)
        and (not match.services or not services.isdisjoint(match.services))
        and all(labels.get(name) == value for name, value in match.labels.items())
    )
