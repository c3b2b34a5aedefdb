"""What a mail looks like: headers that hold together as one thread, plain text, and the same words as HTML. Pure."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime
from hashlib import sha256
from html import escape

from tocsin.connectors.plain_text import heading, readable, to_the_letter, web_link
from tocsin.model.plain import one_line
from tocsin.model.update import Audience
from tocsin.ports import Mail, Message

_SUBJECT, _TEXT = 150, 50_000
_PAGE = (
    '<!doctype html><html><body style="font:15px/1.5 sans-serif;color:#1a1a1a;max-width:42em">'
    '<h1 style="font-size:1.2em">{title}</h1>{rows}<div>{text}</div>{exact}{link}'
    '<p style="color:#666;font-size:.85em">{foot}</p></body></html>'
)


_METHOD = re.compile(r"^METHOD:([A-Z]+)\r?$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Letterhead:
    """Who writes."""

    sender: str
    name: str = "tocsin"

    def id_of(self, *what: str) -> str:
        """A Message-ID: the same for the same thing, and unlike any other."""
        return f"<{sha256(chr(31).join(what).encode()).hexdigest()[:40]}@{self.sender.rpartition('@')[2]}>"


def mail(message: Message, head: Letterhead, to: Sequence[str]) -> EmailMessage:
    """The mail. Customers do not see each other's addresses."""
    letter = EmailMessage()
    sender = Address(one_line(head.name, 100), addr_spec=head.sender)
    letter["From"] = sender
    letter["To"] = sender if message.readers == Audience.EXTERNAL else ", ".join(to)
    letter["Subject"] = f"[{message.incident_id}] {heading(message.title, _SUBJECT)}"
    if message.at:
        letter["Date"] = format_datetime(message.at)
    letter["Message-ID"] = head.id_of(message.key, message.readers)
    root = head.id_of(message.incident_id, message.readers)
    answered = next((one for one in (message.corrects, message.thread) if one.startswith("<")), root)
    letter["In-Reply-To"] = answered
    letter["References"] = root if answered == root else f"{root} {answered}"
    letter["Auto-Submitted"] = "auto-generated"
    letter.set_content(_plain(message))
    letter.add_alternative(_html(message), subtype="html")
    if message.calendar:
        method = _METHOD.search(message.calendar)
        asked = {"method": method.group(1)} if method else {}
        letter.add_attachment(message.calendar, subtype="calendar", filename="invite.ics", params=asked)
    return letter


def to_stranger(told: Mail, head: Letterhead) -> EmailMessage:
    """A mail to somebody outside, in plain text, which one click can stop (RFC 8058)."""
    letter = EmailMessage()
    letter["From"] = Address(one_line(head.name, 100), addr_spec=head.sender)
    letter["To"] = Address(addr_spec=told.to)
    letter["Subject"] = one_line(told.subject, _SUBJECT)
    letter["Message-ID"] = head.id_of(told.key, told.to)
    if told.thread:
        letter["References"] = letter["In-Reply-To"] = head.id_of(told.thread, told.to)
    if told.unsubscribe:
        letter["List-Unsubscribe"] = f"<{told.unsubscribe}>"
        letter["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    letter["Auto-Submitted"] = "auto-generated"
    letter.set_content(told.text)
    return letter


def _facts(message: Message) -> list[tuple[str, str]]:
    found = [("Severity", message.severity), ("Status", message.status), *message.components.items()]
    return [(one_line(name, 100), one_line(told, 100)) for name, told in found if told]


def _plain(message: Message) -> str:
    parts = [
        readable(message.title, 500),
        "\n".join(f"{name}: {told}" for name, told in _facts(message)),
        readable(message.text, _TEXT),
        to_the_letter(message.exact, _TEXT),
        web_link(message.link),
        f"-- \n{_foot(message)}",
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _html(message: Message) -> str:
    link, exact = escape(web_link(message.link)), escape(to_the_letter(message.exact, _TEXT))
    return _PAGE.format(
        title=escape(readable(message.title, 500)),
        rows="".join(
            f'<p style="margin:0"><b>{escape(name)}:</b> {escape(told)}</p>' for name, told in _facts(message)
        ),
        text="".join(
            f"<p>{escape(part)}</p>".replace("\n", "<br>") for part in readable(message.text, _TEXT).split("\n\n")
        ),
        exact=f"<pre>{exact}</pre>" if exact else "",
        link=f'<p><a href="{link}">{"Decide in tocsin" if message.buttons else "Open in tocsin"}</a></p>'
        if link
        else "",
        foot=escape(_foot(message)),
    )


def _foot(message: Message) -> str:
    return f"{message.incident_id}, sent by tocsin for the audience {message.readers}."
