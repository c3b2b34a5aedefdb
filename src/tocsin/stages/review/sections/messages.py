"""The messages that went out, with their times."""

from collections.abc import Iterator

from tocsin.model.communication import UpdateDrafted, UpdateMissed, UpdatePublished, UpdateRetracted
from tocsin.model.event import Event
from tocsin.model.plain import minute, one_line, spell
from tocsin.model.update import Audience
from tocsin.stages.review.document import Sentence
from tocsin.stages.review.story import Story, cited, counted

READERS = {
    Audience.CHANNEL: "the incident's channel",
    Audience.INTERNAL: "the organisation",
    Audience.EXTERNAL: "customers",
    Audience.EXECUTIVE: "leadership",
    Audience.SUPPORT: "support",
    Audience.SECURITY: "the security team",
}
SHOWN = 200


def communications(story: Story) -> list[Sentence]:
    """Each message in order, then what was missed or taken back; none is said, too."""
    sent = [_sent(story, event, body) for event, body in story.all(UpdatePublished)]
    return [*(sent or _none(story)), *_missed(story), *_taken_back(story)]


def _sent(story: Story, event: Event, body: UpdatePublished) -> Sentence:
    verb = "would have been told (mode observe)" if body.observed else "told"
    kind = ", a correction" if body.corrects else ", nothing had changed" if body.no_change else ""
    words = one_line(story.naming.clean(body.text), SHOWN)
    text = f"{minute(event.at)}: {READERS[body.audience]} {verb} [{body.status}]{kind}{_late(event, body)}: “{words}”"
    return cited(text, event)


def _late(event: Event, body: UpdatePublished) -> str:
    if body.due_at is None:
        return ""
    return f", {spell(event.at - body.due_at)} late" if event.at > body.due_at else ", on time"


def _none(story: Story) -> list[Sentence]:
    drafted = [event for event, _ in story.all(UpdateDrafted)]
    if drafted:
        return [cited(f"No message was published; {counted(len(drafted), 'draft')} lay ready.", drafted[0], story.end)]
    return [cited("No message was drafted or published.", story.end)]


def _missed(story: Story) -> Iterator[Sentence]:
    for event, body in story.all(UpdateMissed):
        yield cited(
            f"{minute(event.at)}: missed, the update to {READERS[body.audience]} due {minute(body.due_at)}.", event
        )


def _taken_back(story: Story) -> Iterator[Sentence]:
    for event, body in story.all(UpdateRetracted):
        yield cited(f"{minute(event.at)}: a message was taken back: {story.said(body.reason).rstrip('.')}.", event)
