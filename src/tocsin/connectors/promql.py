"""Which expressions to ask Prometheus for, and its own text form for the answers. Pure; used by `prometheus`.

Counters are asked as rates, histograms as their 99th percentile, everything else as it is, summed over instances and pods.
Answers are written as Prometheus writes samples, `name{labels} value timestamp`, so a quoted line stands for itself.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from typing_extensions import TypedDict

from tocsin.connectors.selectors import one_of, quoted
from tocsin.model.signals import Series

REPLICA_LABELS = ("instance", "pod", "pod_name", "node", "endpoint", "uid", "replica")
_LINE = re.compile(r"([a-zA-Z_:][a-zA-Z0-9_:]*)\{(.*)\} (\S+) (\d+(?:\.\d+)?)$")
_PAIR = re.compile(r'([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\]|\\.)*)"')
_NUMBER = re.compile(r"\s*[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?(?:\s*[*/]\s*\d+(?:\.\d+)?)*\s*$")
_SET_OPERATOR = re.compile(r"\b(?:and|or|unless|bool|on|ignoring)\b")


class RangeSeries(TypedDict):
    """One series of a range answer, as Prometheus sends it: labels, and samples as [epoch seconds, "value"]."""

    metric: dict[str, str]
    values: list[tuple[float, str]]


class Query(NamedTuple):
    """An expression, and the metric's name under which its answer is written."""

    name: str
    expression: str


def plan(
    found: Iterable[Mapping[str, str]], services: Sequence[str], labels: Sequence[str], window: int
) -> list[Query]:
    """One query per metric that the services expose. `found` are label sets, `labels` where a service's name may stand,
    `window` the seconds over which a rate is taken."""
    places: dict[str, set[str]] = defaultdict(set)
    wanted = {name.lower() for name in services}
    for one in found:
        places[one.get("__name__", "")].update(label for label in labels if _names(one.get(label, ""), wanted))
    queries = []
    for metric, where in sorted(places.items()):
        label = next((label for label in labels if label in where), None)
        if metric and label and not metric.endswith(("_created", "_info")):
            queries += _query(metric, label, one_of(label, services), window, set(places))
    return queries


def _names(value: str, wanted: set[str]) -> bool:
    return bool(value) and (not wanted or value.lower() in wanted or value.lower().rpartition(":")[0] in wanted)


def _query(metric: str, label: str, matcher: str, window: int, metrics: set[str]) -> list[Query]:
    without = ", ".join(one for one in REPLICA_LABELS if one != label)
    rate = f"rate({metric}{{{matcher}}}[{window}s])"
    if metric.endswith("_bucket"):
        return [
            Query(f"{metric.removesuffix('_bucket')}:p99", f"histogram_quantile(0.99, sum by (le, {label}) ({rate}))")
        ]
    if metric.endswith("_sum"):
        count = f"{metric.removesuffix('_sum')}_count"
        over = f"rate({count}{{{matcher}}}[{window}s])"
        mean = f"sum by ({label}) ({rate}) / sum by ({label}) ({over})"
        return [Query(f"{metric.removesuffix('_sum')}:mean", mean)] if count in metrics else []
    if metric.endswith(("_total", "_count")):
        return [Query(f"{metric}:rate", f"sum without ({without}) ({rate})")]
    return [Query(metric, f"{metric}{{{matcher}}}")]


def measured(expression: str) -> str:
    """What an alerting rule measures: its expression without the comparison with a number at the end, if it is that simple."""
    depth, quote, cut = 0, "", -1
    for at, char in enumerate(expression):
        if quote:
            quote = "" if char == quote and expression[at - 1] != "\\" else quote
        elif char in "\"'`":
            quote = char
        else:
            depth += (char in "([{") - (char in ")]}")
            if depth == 0 and char in "<>=!" and (at == 0 or expression[at - 1] not in "<>=!"):
                cut = at
    left, right = expression[:cut].strip(), expression[cut:].lstrip("<>=!")
    simple = cut > 0 and _NUMBER.match(right) and not _SET_OPERATOR.search(re.sub(r"\([^()]*\)|\"[^\"]*\"", "", left))
    return left if simple else expression


def written(query: Query, matrix: Iterable[RangeSeries], room: int) -> list[str]:
    """At most `room` series of one answer, a comment with the expression first."""
    lines = [f"# {' '.join(query.expression.split())}"]
    for series in list(matrix)[:room]:
        labels = ",".join(f"{k}={quoted(v)}" for k, v in sorted(series["metric"].items()) if k != "__name__")
        lines += [f"{query.name}{{{labels}}} {value} {time:.15g}" for time, value in series["values"]]
    return lines


def read(
    text: str, services: Sequence[str], labels: Sequence[str], link: Callable[[str], str] = lambda _: ""
) -> tuple[Series, ...]:
    """The series of an answer made by `written`; NaN and infinite samples are left out. `link` draws an expression."""
    groups: dict[tuple[str, str], list[tuple[float, float, str]]] = defaultdict(list)
    asked: dict[tuple[str, str], str] = {}
    expression = ""
    for line in text.split("\n"):
        if line.startswith("# "):
            expression = line[2:]
        elif (found := _LINE.match(line)) and found[3].lstrip("+-").lower() not in ("nan", "inf"):
            groups[found[1], found[2]].append((float(found[4]), float(found[3]), line))
            asked.setdefault((found[1], found[2]), expression)
    return tuple(
        replace(_series(name, written, sorted(points), services, labels), link=link(asked[name, written]))
        for (name, written), points in groups.items()
    )


def _series(
    name: str, written: str, points: list[tuple[float, float, str]], services: Sequence[str], labels: Sequence[str]
) -> Series:
    pairs = {key: _plain(value) for key, value in _PAIR.findall(written)}
    times, values, cites = zip(*points, strict=True)
    return Series(_service(pairs, services, labels), name, times, values, cites, labels=pairs)


def _plain(value: str) -> str:
    return re.sub(r"\\(.)", lambda found: "\n" if found[1] == "n" else found[1], value)


def _service(pairs: Mapping[str, str], services: Sequence[str], labels: Sequence[str]) -> str:
    """The asked service that the labels name; else whatever they name; else the only one asked for."""
    held = [pairs[label] for label in labels if pairs.get(label)]
    asked = {name.lower(): name for name in services}
    for value in held:
        if known := asked.get(value.lower()) or asked.get(value.lower().rpartition(":")[0]):
            return known
    return held[0] if held else (services[0] if len(services) == 1 else "")
