"""Does a post-mortem hold together, and is it blameless: `python -m benchmarks.postmortem [--documents N] [--json]`.

`sections`, `cited` and the like are of documents generated from drawn timelines (`benchmarks.timelines`) by the service's own
hand, and read again from their Markdown by a reader of their own: every section is there, every sentence cites an event of its
timeline, every quoted span and every time stands in an event that is cited, nobody is named or blamed. `memory_*`: of families
among real post-mortems (the same failure met again), how often the memory finds a sibling from the summary alone. `blame_*`: of
sentences that blame, planted into real post-mortems, how many are found, and how many of the original ones are taken for blame.
"""

import argparse
import asyncio
import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from benchmarks.blame import measure
from benchmarks.timelines import Told, timeline
from tocsin.connectors.system import PretendClock
from tocsin.guard.wording import blame_in
from tocsin.library.memory import Memory
from tocsin.model.catalogue import Catalogue
from tocsin.model.event import Event
from tocsin.model.ground import Value
from tocsin.model.incident import Incident
from tocsin.model.move import Happening, WritePostMortem
from tocsin.model.review import Lesson, Review
from tocsin.model.state import State
from tocsin.stages import review
from tocsin.stages.review.document import Part
from tocsin.store.memory import MemoryStore

REAL = Path(__file__).resolve().parents[2] / "shared" / "corpora" / "postmortems"
FAMILIES = (
    ("PM2020-002", "PM2020-009"),  # KIAM
    ("PM2020-003", "PM2020-006"),  # ADSync
    ("PM2021-001", "PM2022-002", "PM2023-002"),  # logs not shipped
    ("PM2021-002", "PM2021-003"),  # Flux version bump
    ("PM2021-005", "PM2021-006", "PM2021-007"),  # all services return 503
    ("PM2022-003", "PM2024-001"),  # two nodes down
    ("PM2022-004", "PM2022-007"),  # Kafka metrics missing
)
"""By their titles: the same failure, met again."""
_CITE = re.compile(r"\[#(\d+)\]")
_QUOTE = re.compile(r"“([^”]+)”")
_TIME = re.compile(r"\b(\d{4}-\d{2}-\d{2} )?(\d{2}:\d{2}) UTC\b")
_ROLE = re.compile(
    r"somebody|the (?:(?:first|second|third|fourth|fifth|sixth) )?(?:commander|technical lead|communications lead|scribe)"
    r"|a responder|responder [A-Z]|…"
)
_OWNED = re.compile(r"\([^()\n]+, by \d{4}-\d{2}-\d{2}\)")
"""Who owns an action item is named on purpose."""
_UNESCAPE = re.compile(r"\\([\\`*{}\[\]<>|~&_:@.])")
_SENTENCE = re.compile(r"(.+?)((?:\s*\[#\d+\])+)(?:\s|$)")


@dataclass
class Count:
    """What was seen in all documents."""

    documents: int = 0
    whole: int = 0
    sentences: int = 0
    cited: int = 0
    quotes: int = 0
    quotes_found: int = 0
    times: int = 0
    times_found: int = 0
    named: int = 0
    blamed: int = 0
    items: int = 0
    items_whole: int = 0
    faults: list[str] = field(default_factory=list)

    def fault(self, told: Told, what: str) -> None:
        """Remembers a few."""
        if len(self.faults) < 5:
            self.faults.append(f"{told.incident.id}: {what}")


async def written(told: Told) -> tuple[str, list[Event]]:
    """The document as the loop's own hand writes it, and the timeline as it then stands."""
    store, now = MemoryStore(), told.events[-1].at

    async def record(_key: str, *happened: Happening, letters: Iterable[object] = ()) -> Incident:  # noqa: ARG001
        def put(ledger: Any) -> Incident:  # noqa: ANN401
            for one in happened:
                ledger.timeline.append(told.incident.id, one.body, actor=one.actor, at=now)
            found: Incident = ledger.incidents.get(told.incident.id)
            return found

        return await store.write(put)

    def fill(ledger: Any) -> None:  # noqa: ANN401
        for event in told.events:
            ledger.timeline.append(event.incident_id, event.body, actor=event.actor, at=event.at)

    await store.write(fill)
    rules = review.Rules(review.ReviewSettings(), Catalogue())
    hand = review.hands(review.Means(store, PretendClock(now), rules))["write_post_mortem"]
    await hand(WritePostMortem(key="draft"), told.incident, record)
    incident, events = await store.read(
        lambda ledger: (ledger.incidents.get(told.incident.id), ledger.timeline.events(told.incident.id))
    )
    return incident.review.text if incident else "", events


def judge(told: Told, text: str, events: Sequence[Event], count: Count) -> None:
    """Reads the Markdown again, as somebody who trusts nothing."""
    count.documents += 1
    parts = dict(re.findall(r"^## (.+?)\n(.*?)(?=^## |\Z)", text, re.MULTILINE | re.DOTALL))
    filled = [part for part in Part if parts.get(str(part), "").strip()]
    count.whole += filled == list(Part)
    if filled != list(Part):
        count.fault(told, f"sections missing: {set(Part) - set(filled)}")
    by_seq = {event.seq: event for event in events}
    for part in filled:
        for line in parts[str(part)].strip().splitlines():
            if line.strip():
                _line(told, line.removeprefix("- "), by_seq, count)
    body = _OWNED.sub("", _plain(text.split("\n## Sources")[0]))
    hit = [name for name in told.people if re.search(rf"(?<![\w.]){re.escape(name)}(?![\w@])", body)]
    count.named += bool(hit)
    blame = blame_in(text)
    count.blamed += bool(blame)
    if hit or blame:
        count.fault(told, f"names {hit}, blames {[one.span for one in blame][:2]}")
    items = [line for line in parts.get(str(Part.ACTION_ITEMS), "").splitlines() if re.match(r"- AI\d+:", line)]
    count.items += len(items)
    count.items_whole += sum(1 for one in items if _OWNED.search(one))


def _line(told: Told, line: str, by_seq: dict[int, Event], count: Count) -> None:
    """Every sentence of one line; a rest without a citation is one more sentence, uncited."""
    end = 0
    for found in _SENTENCE.finditer(line):
        end = found.end()
        cites = [int(one) for one in _CITE.findall(found.group(2))]
        count.sentences += 1
        known = [by_seq[seq] for seq in cites if seq in by_seq]
        count.cited += bool(cites) and len(known) == len(cites)
        _grounds(told, _plain(found.group(1)), known, count)
    if line[end:].strip():
        count.sentences += 1
        count.fault(told, f"uncited: {line[end:][:120]}")


def _grounds(told: Told, sentence: str, cited: Sequence[Event], count: Count) -> None:
    """Quoted spans and times must stand in what is cited. A quotation with a role in it stands there with a name."""
    texts = " ".join(_flat(_texts(event)) for event in cited) + _flat(told.incident.title)
    for quote in _QUOTE.findall(sentence):
        pieces = [piece for piece in _ROLE.split(quote) if len(piece) > 3]
        count.quotes += 1
        if all(_flat(piece) in texts for piece in pieces):
            count.quotes_found += 1
        else:
            count.fault(told, f"quote not in what is cited: {quote[:100]}")
    clocks = {f"{moment:%H:%M}" for event in cited for moment in _moments(event)}
    said = _QUOTE.sub("", sentence)
    for _, clock in _TIME.findall(said):
        count.times += 1
        if clock in clocks or _flat(clock) in texts:
            count.times_found += 1
        else:
            count.fault(told, f"{clock} is no time of what is cited: {sentence[:120]}")


def _texts(event: Event) -> str:
    return json.dumps(event.body.model_dump(mode="json"), ensure_ascii=False) if event.body else ""


def _flat(text: str) -> str:
    """Letters and digits only: what is compared is what was said, not how a line was broken."""
    return re.sub(r"[\W_]+", "", text.replace("\\n", "").replace('\\"', ""))


def _moments(event: Event) -> Iterable[datetime]:
    yield event.at
    if event.body is not None:
        yield from _inside(event.body)


def _inside(value: object) -> Iterable[datetime]:
    if isinstance(value, datetime):
        yield value
    elif isinstance(value, Value):
        for name in type(value).model_fields:
            yield from _inside(getattr(value, name))
    elif isinstance(value, tuple | list):
        for one in value:
            yield from _inside(one)


def _plain(text: str) -> str:
    return _UNESCAPE.sub(r"\1", text)


def generated(documents: int) -> dict[str, Any]:
    """The figures of so many generated documents."""
    count = Count()
    for seed in range(documents):
        told = timeline(seed)
        text, events = asyncio.run(written(told))
        judge(told, text, events, count)
    return {
        "documents": count.documents,
        "sections": _share(count.whole, count.documents),
        "sentences": count.sentences,
        "cited": _share(count.cited, count.sentences),
        "quotes": count.quotes,
        "quotes_in_what_is_cited": _share(count.quotes_found, count.quotes),
        "times": count.times,
        "times_in_what_is_cited": _share(count.times_found, count.times),
        "documents_that_name_somebody": count.named,
        "documents_that_blame": count.blamed,
        "action_items": count.items,
        "action_items_owned_and_dated": _share(count.items_whole, count.items),
        "faults": count.faults,
    }


def remembered(folder: Path) -> dict[str, Any]:
    """How often a sibling comes first, asked with the title and the summary of the other."""
    texts = {path.name.split("_")[0]: path.read_text() for path in sorted(folder.glob("PM2*.md"))}
    past = {name: _reviewed(name, text) for name, text in texts.items()}
    first = among = asked = 0
    for family in FAMILIES:
        for name in (one for one in family if one in past):
            lesson = past[name].review.lesson
            question = f"{lesson.title}\n{lesson.summary}" if lesson else ""
            found = Memory(past.values()).like(question, type=None, service="", but=name)
            ids = [one.incident_id for one in found]
            asked += 1
            first += bool(ids) and ids[0] in family
            among += bool(set(ids) & set(family))
    return {"memory_asked": asked, "memory_first": _share(first, asked), "memory_among_three": _share(among, asked)}


def _reviewed(name: str, text: str) -> Incident:
    parts = dict(re.findall(r"^## (.+?)\s*\n(.*?)(?=^## |\Z)", text, re.MULTILINE | re.DOTALL))
    title = re.search(r"^# (.+)$", text, re.MULTILINE)
    lesson = Lesson(
        title=title.group(1) if title else name,
        summary=parts.get("Summary", "").strip()[:1000],
        contributing=parts.get("Contributing Factors", "").strip()[:1000],
    )
    return Incident(id=name, state=State.REVIEWED, review=Review(lesson=lesson))


def _share(part: int, whole: int) -> float | None:
    return round(part / whole, 4) if whole else None


def main() -> None:
    """Prints the figures."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--documents", type=int, default=300)
    options.add_argument("--json", action="store_true")
    chosen = options.parse_args()
    result: dict[str, Any] = {"benchmark": "postmortem", **generated(chosen.documents)}
    if REAL.is_dir():
        result |= {name: value for name, value in measure(REAL).items() if name.startswith("blame_")}
    result |= remembered(REAL) if REAL.is_dir() else {"memory": f"skipped: {REAL.name} is not beside the checkout"}
    print(json.dumps(result) if chosen.json else json.dumps(result, indent=2, ensure_ascii=False))


if __name__ == "__main__":
    main()
