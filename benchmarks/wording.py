"""Whether the wording rules find what is wrong with a message, and nothing else: `python -m benchmarks.wording [DATA] [--json]`.

DATA is JSON lines `{id, audience, status, text, context, violations}`; a line without `violations` is only predicted. Without DATA
the cases are our own (benchmarks/data/wording.jsonl, written in rounds: each was scored once before anybody looked at its errors)
and those of the shared corpus beside the checkout. Precision and recall are over codes, one hit for each code of a case. Messages
as companies really published them are measured for claims they do not make; what they leave out is no error here.
"""

import argparse
import json
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tocsin.guard.wording import Situation, check
from tocsin.model.update import Audience, WordingCode

OWN = Path(__file__).resolve().parent / "data" / "wording.jsonl"
CORPORA = Path(__file__).resolve().parents[1].parent / "shared" / "corpora"
SHARED = CORPORA / "wording" / "cases.jsonl"
PUBLISHED = CORPORA / "statuspage" / "incidents.json"
CODES = tuple(code for code in WordingCode if code not in (WordingCode.TONE, WordingCode.CONTRADICTION))
"""The eleven; a constraint that people set on one incident is not among them."""
OMISSIONS = {WordingCode.NEXT_UPDATE, WordingCode.TIMESTAMP, WordingCode.NO_IMPACT}
"""Codes for what a message lacks; all others are for what it says."""
ALIASES = {"cause_confirmed": "root_cause_confirmed", "eta_confirmed": "eta_approved", "eta_owner": "eta_approved"}
HOSTILE = ("we ", "next update by ", "will be fixed in the ", "the cause of ", "db-", "a", "1.", "our team ")


@dataclass(frozen=True, slots=True)
class Case:
    """One message in its situation; `wanted` is None where the key is withheld."""

    id: str
    text: str
    situation: Situation
    wanted: frozenset[str] | None
    near: tuple[str, ...] = ()
    round: int = 0

    def found(self) -> dict[str, str]:
        """The codes the rules give, with the words that broke each."""
        return {violation.code.value: violation.span for violation in check(self.text, self.situation)}


@dataclass
class Tally:
    """Hits, false alarms and misses of each code, and how many cases got exactly their codes."""

    hits: Counter[str] = field(default_factory=Counter)
    alarms: Counter[str] = field(default_factory=Counter)
    misses: Counter[str] = field(default_factory=Counter)
    cases: int = 0
    exact: int = 0

    def add(self, found: frozenset[str], wanted: frozenset[str]) -> None:
        """One more case."""
        self.hits.update(found & wanted)
        self.alarms.update(found - wanted)
        self.misses.update(wanted - found)
        self.cases += 1
        self.exact += found == wanted

    def figures(self) -> dict[str, float]:
        """Micro and macro precision and recall, and the share of cases that are exactly right."""
        each = [self.of(code) for code in CODES if self.hits[code] + self.misses[code] + self.alarms[code]]
        return {
            "cases": self.cases,
            **_rates(sum(self.hits.values()), sum(self.alarms.values()), sum(self.misses.values())),
            "macro_precision": _mean([one["precision"] for one in each]),
            "macro_recall": _mean([one["recall"] for one in each]),
            "exact": _share(self.exact, self.cases),
        }

    def of(self, code: WordingCode) -> dict[str, float]:
        """The figures of one code."""
        return {
            **_rates(self.hits[code], self.alarms[code], self.misses[code]),
            "wanted": self.hits[code] + self.misses[code],
        }


def _rates(hits: int, alarms: int, misses: int) -> dict[str, float]:
    return {"precision": _share(hits, hits + alarms), "recall": _share(hits, hits + misses)}


def _share(part: int, whole: int) -> float:
    return round(part / whole, 4) if whole else 1.0


def _mean(values: Sequence[float]) -> float:
    return round(sum(values) / len(values), 4) if values else 1.0


def read(path: Path) -> list[Case]:
    """The cases of a file, whether their keys are there or not."""
    return [_case(json.loads(line)) for line in path.read_text().splitlines() if line.strip()]


def _case(row: dict[str, Any]) -> Case:
    wanted = row.get("violations")
    return Case(
        id=str(row["id"]),
        text=row["text"],
        situation=_situation(row),
        wanted=None if wanted is None else frozenset(wanted),
        near=tuple(row.get("near", ())),
        round=row.get("round", 0),
    )


def _situation(row: dict[str, Any]) -> Situation:
    """What the context says of the incident; a key that is no matter of wording is left out."""
    known = {ALIASES.get(name, name): value for name, value in (row.get("context") or {}).items()}
    said = {
        name: bool(value) if name == "eta_approved" else value
        for name, value in known.items()
        if name in Situation.model_fields
    }
    return Situation.model_validate(
        {"audience": row.get("audience", Audience.EXTERNAL), "status": row.get("status", "investigating"), **said}
    )


def score(cases: Iterable[Case]) -> Tally:
    """Every case with a key, judged."""
    tally = Tally()
    for case in cases:
        if case.wanted is not None:
            tally.add(frozenset(case.found()), case.wanted)
    return tally


def published(path: Path) -> dict[str, object]:
    """What the rules say of messages that were really published, of what they claim; the state is the page's own status field."""
    alarms: Counter[str] = Counter()
    messages = list(_messages(path))
    for text, status in messages:
        situation = Situation(status=status, recovery_confirmed=status in ("resolved", "postmortem"))
        alarms.update(str(one.code) for one in check(text, situation) if one.code not in OMISSIONS)
    return {"messages": len(messages), "claims_marked": dict(sorted(alarms.items()))}


def _messages(path: Path) -> Iterator[tuple[str, str]]:
    for incident in json.loads(path.read_text())["incidents"]:
        for update in incident["incident_updates"]:
            yield update["body"], update["status"]


def speed(cases: Sequence[Case]) -> dict[str, float]:
    """Milliseconds a message, and how much longer twice as long a hostile text takes (2: time is linear)."""
    began = time.perf_counter()
    for case in cases:
        case.found()
    spent = (time.perf_counter() - began) * 1000 / max(1, len(cases))
    ratios = [_hostile(piece, 8000) / _hostile(piece, 4000) for piece in HOSTILE]
    return {"ms_per_message": round(spent, 2), "hostile_doubling_worst": round(max(ratios), 2)}


def _hostile(piece: str, length: int) -> float:
    text = piece * (length // len(piece))
    began = time.perf_counter()
    check(text, Situation())
    return time.perf_counter() - began


def measure(sets: dict[str, list[Case]]) -> dict[str, object]:
    """All figures: the headline over every case, each set by itself, each round of ours, each code."""
    everything = [case for cases in sets.values() for case in cases]
    tally = score(everything)
    rounds = sorted({case.round for case in everything if case.round})
    return {
        "benchmark": "wording",
        **tally.figures(),
        "by_code": {str(code): tally.of(code) for code in CODES},
        "by_set": {name: score(cases).figures() for name, cases in sets.items()},
        "by_round": {str(one): score(case for case in everything if case.round == one).figures() for one in rounds},
        **speed(everything),
        "targets": {"precision": 0.95, "recall": 0.95},
    }


def main() -> None:
    """Prints one JSON object; with --predictions writes one line for each case."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("data", nargs="*", type=Path, help="JSON lines; our own and the shared cases by default")
    options.add_argument("--json", action="store_true", help="one line instead of an indented object")
    options.add_argument("--predictions", type=Path, help="write one JSON line for each case: id, violations, spans")
    chosen = options.parse_args()
    paths = chosen.data or [OWN, *([SHARED] if SHARED.is_file() else [])]
    sets = {path.stem if path != OWN else "own": read(path) for path in paths}
    figures = measure(sets)
    if not chosen.data and PUBLISHED.is_file():
        figures["published"] = published(PUBLISHED)
    if chosen.predictions:
        _write(chosen.predictions, [case for cases in sets.values() for case in cases])
    print(json.dumps(figures, indent=None if chosen.json else 2))


def _write(path: Path, cases: Iterable[Case]) -> None:
    found = [(case.id, case.found()) for case in cases]
    lines = [
        json.dumps({"id": name, "violations": list(codes), "spans": codes}, ensure_ascii=False) for name, codes in found
    ]
    path.write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
