"""How often the right runbook is found from an alert's text alone: `python -m benchmarks.runbooks [DATA] [--json]`.

DATA is a folder with `md/*.md` and `pairs.jsonl` (`{id, alert, summary, description, relevant, query_kind, split}`).
The reading is the strict one. The question is summary and description, without the alert's name. Every document loses its
own name (its file's) and the names of the alerts it answers, wherever they stand. Where a question was taken from a section
of the document itself, that section is held out of the documents that answer it, while all others keep theirs. The pool is
always the whole folder, type and service are not given. The scorer learns nothing from the pairs; its three weights were
chosen on the `dev` pairs, so a figure on other products is the one to believe.
"""

import argparse
import json
import re
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from tocsin.library.markdown import parse
from tocsin.library.runbooks import page_of, parse_runbook
from tocsin.library.search import Hit, Index

DATA = Path(__file__).resolve().parents[1].parent / "shared" / "corpora" / "runbooks"
HELD_OUT = "meaning_section_held_out"
KEPT = 10


@dataclass(frozen=True, slots=True)
class Pair:
    """One alert and the documents that answer it."""

    id: str
    alert: str
    text: str
    relevant: frozenset[str]
    kind: str
    split: str


@dataclass(frozen=True, slots=True)
class Pool:
    """The whole folder, searched; and once more without the sections that questions were taken from."""

    whole: Index
    held_out: Index

    def ranked(self, pair: Pair, question: str) -> list[str]:
        """Document ids, best first."""
        hits = self.whole.search(question, limit=sys.maxsize)
        if pair.kind == HELD_OUT:
            without = self.held_out.search(question, limit=sys.maxsize)
            hits = tuple(_spliced(hits, without, pair.relevant))
        return [hit.id for hit in hits]


def measure(data: Path, split: str = "") -> tuple[dict[str, object], list[dict[str, object]]]:
    """The figures, and the ranked documents of every pair (names stripped)."""
    texts = _documents(data)
    pairs = [pair for pair in _pairs(data) if not split or pair.split == split]
    began = time.perf_counter()
    stripped = _pool(_without_names(texts, pairs))
    built = time.perf_counter() - began
    began = time.perf_counter()
    ranked = {pair.id: stripped.ranked(pair, without(pair.text, [pair.alert])) for pair in pairs}
    seconds = (time.perf_counter() - began) / max(1, len(pairs))
    named = _pool(texts)
    with_names = {pair.id: named.ranked(pair, f"{pair.alert}\n{pair.text}") for pair in pairs}
    figures = {
        "pairs": len(pairs),
        "documents": len(texts),
        **_recall(pairs, ranked),
        "with_names": _recall(pairs, with_names),
        "by_kind": _grouped(pairs, ranked, lambda pair: pair.kind),
        "by_product": _grouped(pairs, ranked, lambda pair: min(pair.relevant).split("/")[0]),
        "seconds_to_index": round(built / 2, 4),
        "seconds_per_query": round(seconds, 5),
    }
    return figures, [{"id": pair.id, "ranked": ranked[pair.id][:KEPT]} for pair in pairs]


def without(text: str, names: Iterable[str]) -> str:
    """The text with every occurrence of these names taken out, whatever the case."""
    for name in sorted(names, key=len, reverse=True):
        text = re.sub(re.escape(name), " ", text, flags=re.IGNORECASE)
    return text


def _spliced(hits: Sequence[Hit], without: Sequence[Hit], relevant: frozenset[str]) -> list[Hit]:
    """The relevant documents scored without the held-out section, all others as they are."""
    mixed = [hit for hit in hits if hit.id not in relevant] + [hit for hit in without if hit.id in relevant]
    return sorted(mixed, key=lambda hit: (-hit.score, hit.id))


def _documents(data: Path) -> dict[str, str]:
    """Texts by document id; the file `product__name.md` has the id `product/name`."""
    return {path.stem.replace("__", "/", 1): path.read_text() for path in sorted((data / "md").glob("*.md"))}


def _pairs(data: Path) -> list[Pair]:
    rows = [json.loads(line) for line in (data / "pairs.jsonl").read_text().splitlines() if line.strip()]
    return [
        Pair(
            id=row["id"],
            alert=row["alert"],
            text=f"{row['summary'] or ''}\n{row['description'] or ''}",
            relevant=frozenset(row["relevant"]),
            kind=row.get("query_kind") or "",
            split=row.get("split") or "",
        )
        for row in rows
    ]


def _without_names(texts: Mapping[str, str], pairs: Sequence[Pair]) -> dict[str, str]:
    names = {one: {one.split("/", 1)[-1]} for one in texts}
    for pair in pairs:
        for one in pair.relevant & names.keys():
            names[one].add(pair.alert)
    return {one: without(text, names[one]) for one, text in texts.items()}


def _pool(texts: Mapping[str, str]) -> Pool:
    return Pool(_index(texts), _index({one: _without_meaning(text) for one, text in texts.items()}))


def _index(texts: Mapping[str, str]) -> Index:
    """The pages as the shelf would read them from a folder, under their ids of the corpus."""
    pages = (page_of(parse_runbook(text, one, "page")) for one, text in texts.items())
    return Index([replace(page, id=one) for page, one in zip(pages, texts, strict=True)])


def _without_meaning(text: str) -> str:
    """The text without the section that says what the alert means."""
    document = parse(text)
    kept = [part for part in document.sections if part.title.lower() != "meaning"]
    return "\n".join(f"{'#' * part.level} {part.title}\n{part.text}" if part.level else part.text for part in kept)


def _recall(pairs: Sequence[Pair], ranked: Mapping[str, Sequence[str]]) -> dict[str, float]:
    def share(depth: int) -> float:
        found = sum(bool(pair.relevant & set(ranked[pair.id][:depth])) for pair in pairs)
        return round(found / max(1, len(pairs)), 4)

    return {"recall_at_1": share(1), "recall_at_3": share(3)}


def _grouped(
    pairs: Sequence[Pair], ranked: Mapping[str, Sequence[str]], key: Callable[[Pair], str]
) -> dict[str, dict[str, float]]:
    groups: dict[str, list[Pair]] = defaultdict(list)
    for pair in pairs:
        groups[key(pair)].append(pair)
    return {name: {"pairs": len(group), **_recall(group, ranked)} for name, group in sorted(groups.items())}


def main() -> None:
    """Prints the figures; with `--json` as one JSON object."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("data", nargs="?", type=Path, default=DATA)
    parser.add_argument("--split", default="", help="only pairs of this split, such as dev")
    parser.add_argument("--json", action="store_true")
    parser.add_argument(
        "--predictions", type=Path, help="write the ten best documents of every pair here, one JSON a line"
    )
    asked = parser.parse_args()
    figures, predictions = measure(asked.data, asked.split)
    if asked.predictions:
        asked.predictions.write_text("".join(json.dumps(row) + "\n" for row in predictions))
    if asked.json:
        print(json.dumps(figures))
        return
    for name, value in figures.items():
        print(f"{name:18} {value}")


if __name__ == "__main__":
    main()
