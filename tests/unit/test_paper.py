"""The post-mortem leaves the house as a calendar entry and as PDF; each is read back by somebody else's program."""

import io
from dataclasses import replace
from datetime import timedelta

from icalendar import Calendar
from pypdf import PdfReader
from tests.unit.cases import START
from tests.unit.timelines import ADA, BOB, RULES, minutes, outage, told

from tocsin.model.acts import Reopened, Seat, SeatTaken
from tocsin.model.communication import RestrictionSet
from tocsin.model.event import Noted
from tocsin.model.review import PostMortemScheduled
from tocsin.stages import review
from tocsin.stages.review.calendar import calendar
from tocsin.stages.review.document import Part
from tocsin.stages.review.markdown import as_markdown
from tocsin.web.paper import as_pdf
from tocsin.web.paper.blocks import Kind, Style, blocks

LINKED = replace(RULES, link=lambda name: f"https://tocsin.example.com/incidents/{name}")


def scheduled(*more, owner=ADA, at=48):
    date = (41, "role:scribe", PostMortemScheduled(at=START + timedelta(hours=at), owner=owner))
    return told([*outage(), date, *more])[0]


def entry(incident):
    whole = Calendar.from_ical(calendar(incident, LINKED))
    return whole, whole.walk("VEVENT")[0]


def test_the_date_is_a_calendar_entry_that_asks_those_who_responded():
    bob = (39, f"person:{ADA}", SeatTaken(seat=Seat.TECHNICAL_LEAD, person=BOB))
    date = PostMortemScheduled(at=START + timedelta(hours=48), owner=ADA)
    incident = told([*outage()[:-1], bob, outage()[-1], (41, "role:scribe", date)])[0]
    whole, event = entry(incident)
    assert whole["METHOD"] == "REQUEST"
    assert event["UID"] == "post-mortem-INC-1@tocsin"
    assert event.start == START + timedelta(hours=48)
    assert event.end - event.start == timedelta(hours=1)
    assert str(event["ORGANIZER"]) == f"MAILTO:{ADA}"
    assert [str(one) for one in event["ATTENDEE"]] == [f"MAILTO:{ADA}", f"MAILTO:{BOB}"]
    assert "ledger-api error rate is high" in event["SUMMARY"]
    assert event["URL"] == "https://tocsin.example.com/incidents/INC-1"


def test_where_nobody_has_an_address_it_is_published_for_whoever_wants_it():
    assert entry(scheduled(owner="payments-team"))[0]["METHOD"] == "PUBLISH"


def test_a_new_date_moves_the_same_entry():
    first = entry(scheduled())[1]
    moved = entry(scheduled((50, f"person:{ADA}", PostMortemScheduled(at=START + timedelta(hours=60), owner=ADA))))[1]
    assert (moved["UID"], int(moved["SEQUENCE"])) == (first["UID"], 1)
    assert moved.start - first.start == timedelta(hours=12)
    assert moved["DTSTAMP"].dt == START + minutes(50)


def test_a_reopened_incident_takes_its_meeting_back():
    whole, event = entry(scheduled((50, f"person:{ADA}", Reopened(reason="it is back"))))
    assert (whole["METHOD"], event["STATUS"]) == ("CANCEL", "CANCELLED")


def test_the_calendar_entry_of_a_restricted_incident_says_nothing_about_it():
    raw = calendar(scheduled((42, f"person:{ADA}", RestrictionSet(restricted=True, reason="legal"))), RULES)
    assert b"ledger" not in raw
    assert b"CLASS:CONFIDENTIAL" in raw


# Paper ---------------------------------------------------------------------------------------------------------------


def pages(text, **changes):
    told_at = {"name": "INC-1", "mark": "version 1, a draft", "at": START}
    return PdfReader(io.BytesIO(as_pdf(text, **{**told_at, **changes})))


def words(reader):
    return " ".join(" ".join(page.extract_text() for page in reader.pages).split())


def test_the_pdf_holds_every_section_and_reads_back_with_its_citations():
    text = as_markdown(review.write(*told(outage()), RULES))
    reader = pages(text)
    said = words(reader)
    for part in Part:
        assert str(part) in said
    assert "Connection pool of ledger-db is exhausted" in said
    assert "[#15]" in said
    assert "INC-1: version 1, a draft" in said
    assert reader.metadata.title == "Post-mortem of INC-1"
    links = [note.get_object() for page in reader.pages for note in page.get("/Annots", ())]
    assert links
    assert all("/URI" not in (one.get("/A") or {}) for one in links)


def test_letters_of_many_languages_survive_and_what_the_font_lacks_is_shown_as_missing():
    said = words(pages("# Ωμέγα\n\nZażółć gęślą jaźń, Ελληνικά, Русский, naïve café — “quoted” → 99 % ≥ 5 ✓ 漢\n"))
    for one in ("Ωμέγα", "Zażółć gęślą jaźń", "Ελληνικά", "Русский", "naïve café — “quoted” → 99 % ≥ 5 ✓ \ufffd"):
        assert one in said


def test_the_same_words_give_the_same_bytes():
    text = as_markdown(review.write(*told(outage()), RULES))
    once, twice = (as_pdf(text, name="INC-1", mark="x", at=START) for _ in range(2))
    assert once == twice


def test_a_long_document_goes_over_many_pages_and_counts_them():
    bodies = [(4 + n / 100, f"person:{BOB}", Noted(text=f"note {n}, " + "some words " * 20)) for n in range(150)]
    reader = pages(as_markdown(review.write(*told([*outage()[:5], *bodies, *outage()[-2:]]), RULES)))
    assert len(reader.pages) > 8
    assert f"1 / {len(reader.pages)}" in reader.pages[0].extract_text()


def test_an_edited_document_may_use_the_markdown_that_people_know():
    intro = "# T\n\nIntro **bold** and `code`\nsame paragraph\n\n1. one\n- two\n  - deep\n\n"
    text = intro + "```\nraw [#1] **x**\n```\n| a | b |\n| - | - |\n"
    found = list(blocks(text))
    assert [one.kind for one in found] == [
        Kind.TITLE,
        Kind.PARAGRAPH,
        Kind.ITEM,
        Kind.ITEM,
        Kind.ITEM,
        Kind.CODE,
        Kind.ITEM,
    ]
    assert [span.style for span in found[1].spans if span.style is not Style.PLAIN] == [Style.BOLD, Style.CODE]
    assert found[4].level == 1
    assert found[5].spans[0].text == "raw [#1] **x**"


def test_a_link_in_an_edit_is_shown_and_not_clickable():
    reader = pages("# T\n\n[click me](https://evil.example.com/x) and [#7]\n")
    assert "click me (https://evil.example.com/x)" in words(reader)
    assert not [note for page in reader.pages for note in page.get("/Annots", ())]
