"""Root cause data as published, read into what `rootcause` takes. Called by `rca`; answers are optional, as in a blind run.

Three layouts are known by what lies in a folder, never by its name: two tables of metrics that follow each other
(`normal`, `anomalous`); components with a call graph (`graph`); pods with metrics, logs and traces by the minute.
"""

import csv
import gzip
import json
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tocsin.analysis import meaning
from tocsin.analysis.rootcause.observed import Line, Observed, Stretch
from tocsin.analysis.rootcause.ranking import called
from tocsin.model.signals import Series, Span

_POD = re.compile(r"-[0-9a-f]{6,10}-[0-9a-z]{5}$")
Times = dict[tuple[str, str], list[tuple[float, float]]]


@dataclass(frozen=True, slots=True)
class Case:
    """One case; `answer` is "" in a blind run. `exact_onset` says that the onset is a sample of the series."""

    name: str
    observed: Observed
    answer: str
    exact_onset: bool = False


def read_cases(folder: Path) -> Iterator[Case]:
    """The cases of one data set's folder, in order of their names."""
    if any(folder.rglob("anomalous.csv*")):
        yield from _two_tables(folder)
    elif any(folder.rglob("noissue_metrics.csv*")):
        yield from _components(folder)
    else:
        yield from _pods(folder)


def _rows(path: Path) -> list[list[str]]:
    with gzip.open(path, "rt", newline="") if path.suffix == ".gz" else path.open(newline="") as stream:
        return list(csv.reader(stream))


def _find(folder: Path, name: str) -> Path | None:
    return next(iter(sorted(folder.glob(f"{name}*"))), None)


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return float("nan")


def _answer(folder: Path) -> str:
    found = folder / "answer.json"
    return str(json.loads(found.read_text()).get("root_cause_service", "")) if found.exists() else ""


def _about(folder: Path) -> Mapping[str, object]:
    found = folder / "case.json"
    return dict(json.loads(found.read_text())) if found.exists() else {}


def _epoch(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) else None


def _two_tables(folder: Path) -> Iterator[Case]:
    """Metrics named `service_metric`; rows of the two tables come from different hours, so samples are numbered, not timed."""
    for path in sorted(folder.rglob("anomalous.csv*")):
        normal = _find(path.parent, "normal.csv")
        if normal is None:
            continue
        before, after = _rows(normal), _rows(path)
        onset = len(before) - 1
        series = tuple(_joined(name, before, after) for name in before[0] if name != "time" and name in after[0])
        yield Case(path.parent.name, Observed(Stretch(series), onset=onset), _answer(path.parent), exact_onset=True)


def _joined(name: str, before: list[list[str]], after: list[list[str]]) -> Series:
    values = [_number(row[table[0].index(name)]) for table in (before, after) for row in table[1:]]
    service, _, metric = name.partition("_")
    return Series(service, metric, tuple(map(float, range(len(values)))), tuple(values), ())


def _components(folder: Path) -> Iterator[Case]:
    """Three header rows (component, metric, statistic), a matrix of calls, and a recording without faults."""
    for graph in sorted(folder.rglob("graph.csv*")):
        home = graph.parent
        edges, healthy = tuple(_ones(_rows(graph))), _find(home, "noissue_metrics.csv")
        reference = Stretch(_statistics(healthy)) if healthy else Stretch()
        for path in sorted(home.glob("*/metrics.csv*")):
            about = _about(path.parent)
            recent = Stretch(_statistics(path))
            observed = Observed(recent, reference, edges, _epoch(about.get("onset_epoch")), _alarm(about.get("target")))
            yield Case(f"{home.name}/{path.parent.name}", observed, _answer(path.parent))


def _statistics(path: Path) -> tuple[Series, ...]:
    components, metrics, statistics, _, *rows = _rows(path)
    times = tuple(float(row[0]) for row in rows)
    return tuple(
        Series(components[at], f"{metrics[at]} {statistics[at]}", times, tuple(_number(row[at]) for row in rows), ())
        for at in range(1, len(components))
    )


def _alarm(target: object) -> tuple[str, meaning.Signal] | None:
    if not isinstance(target, dict):
        return None
    return str(target.get("node", "")), meaning.signal_of(str(target.get("metric", "")))


def _pods(folder: Path) -> Iterator[Case]:
    """Metrics, logs and traces of pods; folders named `baseline...` hold healthy minutes, and a pod is compared with itself."""
    healthy = [path for path in sorted(folder.iterdir()) if path.is_dir() and path.name.startswith("baseline")]
    usual = {key: one for path in healthy for key, one in _as_series(_pod_metrics(path)).items()}
    spans = tuple(span for path in healthy for span in _spans(path))
    lines = tuple(line for path in healthy for line in _lines(path))
    known = [_calls(path) for path in (folder, *healthy)]
    calls = tuple(edge for found in known for edge in found)
    for path in sorted(folder.iterdir()):
        if path in healthy or not path.is_dir() or not any(path.glob("*.csv*")):
            continue
        metrics = _pod_metrics(path)
        pods = {pod for pod, _ in metrics}
        reference = Stretch(tuple(one for (pod, _), one in usual.items() if pod in pods), spans, lines)
        recent = Stretch(tuple(_as_series(metrics).values()), tuple(_spans(path)), tuple(_lines(path)))
        edges = (*calls, *_calls(path)) or tuple(called(Observed(recent, reference)))
        onset = _epoch(_about(path).get("onset_epoch"))
        yield Case(path.name, Observed(recent, reference, edges, onset), _answer(path))


def service_of(pod: str) -> str:
    """The service a pod belongs to: its name without the hashes that Kubernetes puts behind it."""
    return _POD.sub("", pod)


def _named(path: Path) -> Iterator[dict[str, str]]:
    head, *rows = _rows(path) or [[]]
    for row in rows:
        yield dict(zip(head, row, strict=False))


def _pod_metrics(folder: Path) -> Times:
    """Samples by pod and metric; columns of the node a pod runs on are not the pod's."""
    found: Times = defaultdict(list)
    for path in sorted(folder.glob("metric*.csv*")):
        for row in _named(path):
            at, pod = _number(row.pop("TimeStamp", "")), row.pop("PodName", "")
            for name, value in row.items():
                if not name.startswith("Node") and name != "Time":
                    found[pod, name].append((at, _number(value)))
    return found


def _as_series(found: Times) -> dict[tuple[str, str], Series]:
    series = {}
    for (pod, name), samples in found.items():
        times, values = zip(*sorted(samples), strict=True)
        series[pod, name] = Series(service_of(pod), name, times, values, ())
    return series


def _spans(folder: Path) -> Iterator[Span]:
    for path in sorted(folder.glob("trace*.csv*")):
        for row in _named(path):
            begun, ended = (_number(row.get(name, "")) / 1e9 for name in ("StartTimeUnixNano", "EndTimeUnixNano"))
            lasted = _number(row["Duration"]) / 1e6 if row.get("Duration") else ended - begun
            service = service_of(row["PodName"])
            yield Span(row["TraceID"], row["SpanID"], row["ParentID"], service, row["OperationName"], begun, lasted)


def _lines(folder: Path) -> Iterator[Line]:
    for path in sorted(folder.glob("log*.csv*")):
        for row in _named(path):
            at, text = _number(row["TimeUnixNano"]) / 1e9, _unwrapped(row["Log"])
            yield Line(service_of(row["PodName"]), at, text, row.get("TraceID", ""), row.get("SpanID", ""))


def _unwrapped(text: str) -> str:
    """The line inside the JSON that a container runtime wraps around it."""
    try:
        return str(json.loads(text)["log"]).rstrip()
    except (ValueError, KeyError, TypeError):
        return text


_CALLER, _CALLEE = (
    {"source", "caller", "from", "parent", "upstream"},
    {"destination", "target", "callee", "to", "child", "downstream"},
)


def _calls(folder: Path) -> tuple[tuple[str, str], ...]:
    """Call edges from any small table whose columns say caller and callee, or from a matrix of ones."""
    found: dict[tuple[str, str], None] = {}
    for path in sorted(folder.glob("*.csv*")):
        if re.match(r"(?:metric|log|trace|front)", path.name):
            continue
        table = _rows(path) or [[]]
        found.update(dict.fromkeys(_listed(table) or _ones(table)))
    return tuple((service_of(caller), service_of(callee)) for caller, callee in found if caller and callee)


def _listed(table: list[list[str]]) -> list[tuple[str, str]]:
    columns = [set(meaning.words(name)) for name in table[0]]
    caller = next((at for at, words in enumerate(columns) if words & _CALLER), None)
    callee = next((at for at, words in enumerate(columns) if words & _CALLEE), None)
    return [] if caller is None or callee is None else [(row[caller], row[callee]) for row in table[1:]]


def _ones(table: list[list[str]]) -> list[tuple[str, str]]:
    return [(row[0], table[0][at]) for row in table[1:] for at in range(1, len(row)) if _number(row[at]) > 0]


def renamed(observed: Observed, names: Mapping[str, str]) -> Observed:
    """The same with every service called otherwise."""

    def stretch(one: Stretch) -> Stretch:
        return Stretch(
            tuple(
                Series(names[each.service], each.metric, each.times, each.values, each.cites, each.unit)
                for each in one.series
            ),
            tuple(
                Span(each.trace, each.id, each.parent, names[each.service], each.operation, each.start, each.seconds)
                for each in one.spans
            ),
            tuple(Line(names[each.service], each.at, each.text, each.trace, each.span) for each in one.lines),
        )

    return Observed(
        stretch(observed.recent),
        stretch(observed.reference),
        tuple((names[caller], names[callee]) for caller, callee in observed.edges),
        observed.onset,
        (names[observed.alarm[0]], observed.alarm[1]) if observed.alarm else None,
        {names[service]: at for service, at in observed.changes.items()},
    )


def shuffled(services: Sequence[str]) -> dict[str, str]:
    """New names that sort otherwise and say nothing: the order of names is turned round."""
    return {service: f"s{len(services) - at:04d}" for at, service in enumerate(sorted(services))}
