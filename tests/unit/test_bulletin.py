"""What customers were told: corrections take the place of what they correct, what was taken back is gone, nothing else shows."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from tocsin.model.bulletin import Bulletin, Stage, bulletin
from tocsin.model.component import ComponentStatus, Impact
from tocsin.model.narrative import Published
from tocsin.model.update import Audience

NOW = datetime(2026, 11, 21, 3, 0, tzinfo=UTC)
AUDIENCES = st.sampled_from(Audience)


def said(
    number: int, status: str = "Investigating", text: str = "We are looking into it.", **fields: object
) -> Published:
    made = {
        "update_id": f"U{number}",
        "audience": Audience.EXTERNAL,
        "template": "external",
        "status": status,
        "text": text,
        "at": NOW + timedelta(minutes=number),
        "by": "person:ada",
        "components": {"Payments": "partial_outage"},
        "impact": "major",
    }
    return Published.model_validate({**made, **fields})


def told(*published: Published) -> Bulletin:
    made = bulletin("INC-1", published, lambda inner: f"p:{inner}")
    assert made is not None
    return made


def test_an_incident_of_which_customers_heard_nothing_has_no_bulletin() -> None:
    kept = (said(1, audience=Audience.INTERNAL), said(2, observed=True), said(3, retracted="sent by mistake"))
    assert bulletin("INC-1", (), str) is None
    assert bulletin("INC-1", kept, str) is None


def test_the_last_message_says_how_it_stands_and_a_component_is_whole_again_once_it_is_resolved() -> None:
    going = told(said(1), said(2, "Monitoring", components={"Payments": "degraded_performance"}))
    assert (going.last.stage, going.is_over, going.impact) == (Stage.MONITORING, False, Impact.MAJOR)
    assert going.status_of("Payments") is ComponentStatus.DEGRADED
    assert going.status_of("Search") is ComponentStatus.OPERATIONAL
    over = told(said(1), said(2, "Monitoring"), said(3, "Resolved"))  # whatever that one says of components
    assert over.is_over
    assert over.status_of("Payments") is ComponentStatus.OPERATIONAL
    assert over.reached(Stage.RESOLVED) == NOW + timedelta(minutes=3)
    assert over.reached(Stage.MONITORING) == NOW + timedelta(minutes=2)


def test_a_resolution_that_is_taken_back_leaves_the_incident_as_it_was() -> None:
    again = told(said(1), said(2, "Resolved", retracted="it came back"))
    assert (again.is_over, again.reached(Stage.RESOLVED)) == (False, None)
    assert again.status_of("Payments") is ComponentStatus.PARTIAL


def test_a_correction_stands_where_the_corrected_words_stood_and_those_are_kept_beside_it() -> None:
    made = told(
        said(1, text="45% of payments fail."),
        said(2, "Identified", text="We know more."),
        said(3, text="4.5% of payments fail.", corrects="U1"),
        said(4, text="5% of payments fail.", corrects="U3"),
    )
    first, last = made.notices
    assert (first.text, first.earlier) == ("5% of payments fail.", ("45% of payments fail.", "4.5% of payments fail."))
    assert (first.at, first.updated_at) == (NOW + timedelta(minutes=1), NOW + timedelta(minutes=4))
    assert (last.stage, made.last.text) == (Stage.IDENTIFIED, "We know more.")
    assert made.updated_at == NOW + timedelta(minutes=4)


def test_a_correction_that_is_taken_back_leaves_the_words_it_corrected() -> None:
    made = told(said(1, text="right"), said(2, text="wrong", corrects="U1", retracted="it was right before"))
    assert [(one.text, one.earlier) for one in made.notices] == [("right", ())]


def test_the_first_line_is_the_title_unless_it_only_names_a_component() -> None:
    assert told(said(1, text="[Investigating] Slow card payments\nWe look.")).title == "Slow card payments"
    assert told(said(1, text="[Investigating] Payments\nWe look.")).title == "Issue with Payments"
    assert told(said(1, text="We look.", components={})).title == "Service issue"
    assert told(said(1, title="Card payments fail", text="[Investigating] x\ny")).title == "Card payments fail"
    three = dict.fromkeys(("Payments", "Checkout", "Search"), "partial_outage")
    made = told(said(1, text="[Investigating] Payments\nWe look.", components=three))
    assert (made.title, made.notices[0].text) == ("Issue with Payments, Checkout and Search", "We look.")


def test_names_that_are_no_components_are_not_spoken_of() -> None:
    made = told(said(1, text="We look.", components={"Payments": "major_outage", "pay-gw-03": "major_outage"}))
    kept = made.only(["Payments"])
    assert (kept.components, kept.title) == (("Payments",), "Issue with Payments")


def test_characters_that_turn_or_hide_text_are_gone() -> None:
    made = told(said(1, text="[Investigating] P\n\u202epaid\u2066 \x00twice\x1b[31m \ufffe\ud800ok"))
    assert made.notices[0].text == "paid twice[31m ok"


@given(
    st.lists(
        st.tuples(
            AUDIENCES, st.booleans(), st.booleans(), st.sampled_from(["Investigating", "Resolved", "odd"]), st.text()
        ),
        max_size=8,
    )
)
def test_only_what_stands_and_was_said_to_customers_is_ever_told(
    rows: list[tuple[Audience, bool, bool, str, str]],
) -> None:
    published = [
        said(number, status, text, audience=audience, observed=observed, retracted="why" if taken_back else "")
        for number, (audience, observed, taken_back, status, text) in enumerate(rows)
    ]
    standing = [one for one in published if one.audience is Audience.EXTERNAL and not (one.observed or one.retracted)]
    made = bulletin("INC-1", published, lambda inner: f"p:{inner}")
    assert [one.at for one in made.notices] == [one.at for one in standing] if made else not standing
