"""What metric names and log words mean: which signal, which resource, which direction hurts, how to say a number.

Called by the analysts. Knows only the field's general words, never a product's or a service's own names.
"""

import re
from dataclasses import dataclass
from typing import Literal

Signal = Literal[
    "errors", "latency", "saturation", "backlog", "restarts", "availability", "success", "traffic", ""
]  # the golden signals, with the ones that fall kept apart from the ones that rise

_WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|\d+xx|\d+")

_SIGNAL_WORDS: dict[Signal, str] = {  # in order: the first row that knows a word of the name decides
    "errors": "error errors err errs fail fails failed failing failure failures fault faults exception exceptions 4xx 5xx 500 502 "
    "503 504 reject rejects rejected rejections drop drops dropped discarded timeout timeouts panic panics fatal abort aborted "
    "aborts deadlock deadlocks denied unauthorized unauthorised retransmit retransmits retransmissions retries retry oom ooms "
    "oomkills violation violations corrupt conflicts miss misses unavailable unhealthy unready not down lost stale expired",
    "restarts": "restart restarts restarted crash crashes crashloop evicted evictions kills",
    "availability": "availability available uptime up healthy ready reachable alive free left remaining headroom budget",
    "success": "success successes successful hit ok 2xx apdex completed",
    "backlog": "lag backlog queue queued queues pending waiting waiters behind depth delay unacked unprocessed inflight",
    "latency": "latency lat duration durations elapsed rtt response p50 p90 p95 p99 quantile time slow iowait await pause",
    "saturation": "utilization utilisation usage used use util saturation percent pct cpu memory mem rss heap disk filesystem "
    "load connections connection conns conn sessions threads goroutines fds pool inodes throttled throttling pressure active "
    "swap locks blocked",
    "traffic": "requests request req reqs rps qps tps throughput traffic rate calls invocations messages records orders logins "
    "transactions ops iops packets hits bytes received sent processed consumed published workload count",
}
_SIGNALS = tuple((signal, frozenset(text.split())) for signal, text in _SIGNAL_WORDS.items())

_RESOURCES: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (name, re.compile(pattern, re.IGNORECASE))
    for name, pattern in (
        ("certificate", r"\b(?:certificates?|cert|certs|x509|tls|ssl)\b"),
        ("dns", r"\b(?:dns|nxdomain|servfail|resolver|resolve|lookup|enotfound|eai again)\b"),
        ("replication", r"\b(?:replication|replica|replicas|standby|wal|binlog|replay)\b"),
        ("connections", r"\b(?:connections?|conns?|pool|pgbouncer|too many clients|backends|sessions)\b"),
        ("locks", r"\b(?:deadlocks?|locks?|lock wait)\b"),
        ("gc", r"\b(?:gc|garbage)\b"),
        ("memory", r"\b(?:memory|mem|rss|heap|oom\w*|swap|outofmemory\w*|enomem|working set)\b"),
        ("cpu", r"\b(?:cpu|cores?|throttl\w+|load1|load5|load15|loadavg)\b"),
        ("disk", r"\b(?:disk|filesystem|inodes?|volume|iops|iowait|enospc|no space|storage|pvc)\b"),
        ("files", r"\b(?:fds?|file descriptors?|open files|emfile|enfile)\b"),
        ("threads", r"\b(?:threads?|goroutines?|workers?)\b"),
        ("queue", r"\b(?:queues?|queued|consumer|consumers|lag|backlog|kafka|partition|offset|unacked)\b"),
        ("cache", r"\b(?:cache|caches|evict\w*|hit ratio)\b"),
        (
            "network",
            r"\b(?:network|net|packets?|rtt|tcp|retransmi\w+|bandwidth|latency|econn\w+|etimedout|unreachable)\b",
        ),
    )
)

_RISE_HURTS: dict[Signal, bool | None] = {
    "errors": True,
    "latency": True,
    "saturation": True,
    "backlog": True,
    "restarts": True,
    "availability": False,
    "success": False,
    "traffic": False,
    "": None,
}


def words(name: str) -> list[str]:
    """The words of an identifier in lower case: snake, kebab, dotted and camel case alike."""
    return [word.lower() for word in _WORD.findall(name)]


def spoken(name: str) -> str:
    """An identifier as a phrase a person reads aloud: `pg_activeConnections` is `pg active connections`."""
    return " ".join(re.sub(r"(?<=[a-z])(?=[A-Z])", " ", re.sub(r"[_\-.:/\s]+", " ", name)).split()) or name


def signal_of(metric: str) -> Signal:
    """Which kind of signal a metric is, from its words; the earlier row of the table wins; "" when no word is known."""
    found = set(words(metric))
    for signal, known in _SIGNALS:
        if found & known:
            return signal
    return ""


def signals_in(text: str) -> frozenset[Signal]:
    """Every signal that a text speaks of, as an alert's title may speak of several."""
    found = set(words(text))
    return frozenset(signal for signal, known in _SIGNALS if found & known)


def resource_of(text: str) -> str:
    """Which resource a metric name or a log line speaks of, or ""."""
    said = " ".join(words(text)) if " " not in text else text.replace("_", " ")
    return next((name for name, pattern in _RESOURCES if pattern.search(said)), "")


def hurts(signal: Signal, rising: bool) -> bool | None:
    """True when this direction is the harmful one, None when the signal is not known."""
    rise = _RISE_HURTS[signal]
    return None if rise is None else rise is rising


@dataclass(frozen=True, slots=True)
class Unit:
    """How to say a number: its factor and the suffix a person expects."""

    factor: float = 1.0
    suffix: str = ""


_UNITS = {
    "%": Unit(1.0, "%"),
    "s": Unit(1.0, " s"),
    "ms": Unit(1.0, " ms"),
    "B": Unit(1.0, " B"),
    "ratio": Unit(100.0, "%"),
}
_UNIT_WORDS = {
    "percent": "%",
    "pct": "%",
    "sec": "s",
    "second": "s",
    "seconds": "s",
    "milliseconds": "ms",
    "byte": "B",
    "bytes": "B",
    "b": "B",
} | {name: name for name in ("%", "s", "ms", "ratio")}


def unit_of(metric: str, unit: str = "") -> Unit:
    """The unit given by the source, or the one a metric's name ends with by convention."""
    stated = unit.strip()
    if stated and stated != "1":
        known = _UNIT_WORDS.get(stated.lower(), "")
        return _UNITS[known] if known else Unit(1.0, f" {stated}")
    return _UNITS.get(_UNIT_WORDS.get(_last_word(metric), ""), Unit())


def _last_word(metric: str) -> str:
    """The word a unit stands in by convention; `per_second` is a rate and no duration."""
    said = spoken(metric).lower().split()
    return said[-1] if len(said) > 1 and said[-2] != "per" else ""


def spoken_metric(metric: str) -> str:
    """A metric's name as a phrase, without the unit it ends with: the number says the unit."""
    phrase = spoken(metric)
    head, _, last = phrase.rpartition(" ")
    return head if _last_word(metric) in _UNIT_WORDS and last.lower() != "ratio" else phrase


def said(value: float, unit: Unit = Unit()) -> str:
    """A number as a person says it: three figures, bytes in their largest unit, no false precision."""
    if unit.suffix == " B":
        return _bytes(value)
    value *= unit.factor
    if value == int(value) and abs(value) < 1e6:
        return f"{int(value)}{unit.suffix}"
    return f"{value:.4g}%" if unit.suffix == "%" and 90 < value < 100 else f"{_figures(value)}{unit.suffix}"


def _figures(value: float) -> str:
    for limit, letter in ((1e9, "G"), (1e6, "M"), (1e4, "k")):
        if abs(value) >= limit:
            return f"{value / limit * (10 if letter == 'k' else 1):.3g}{letter}"
    return f"{value:.0f}" if abs(value) >= 1000 else f"{value:.3g}"


def _bytes(value: float) -> str:
    for power, letter in ((4, "TB"), (3, "GB"), (2, "MB"), (1, "kB")):
        if abs(value) >= 1000**power:
            return f"{value / 1000**power:.3g} {letter}"
    return f"{value:.3g} B"
