"""Mail to subscribers over a true mail server: one click ends it (RFC 8058), one thread for an incident, nothing forged into it."""

import asyncio
import re

import pytest
from tests.receivers.mail import MailServer, mail_server

from tocsin.connectors.email_channel import Email, EmailConfig
from tocsin.errors import SourceError
from tocsin.model.update import Audience
from tocsin.ports import Mail

LEAVE = "https://status.example.com/status/unsubscribe?token=abc"


def sent(server: MailServer, **told: str) -> None:
    settings = EmailConfig(
        host="127.0.0.1",
        port=server.port,
        security="none",
        sender="status@northwind.example",
        sender_name="Northwind",
        to={Audience.EXTERNAL: ("all@northwind.example",)},
    )
    letter = {"key": "k1", "to": "ada@example.com", "subject": "[Northwind] Payments: Identified", "text": "Words.\n"}
    asyncio.run(Email(settings).mail(Mail(**{**letter, **told})))


def test_a_mail_to_a_subscriber_can_be_ended_with_one_click_and_hangs_together() -> None:
    with mail_server() as server:
        sent(server, unsubscribe=LEAVE, thread="abc")
        sent(server, unsubscribe=LEAVE, thread="abc", key="k2")
        sent(server, key="k2", thread="abc")  # sent again after a crash
        (first, _), (second, envelope), (again, _) = server.received
    assert envelope.rcpt_tos == ["ada@example.com"]
    assert (first["To"], first["From"]) == ("ada@example.com", "Northwind <status@northwind.example>")
    assert first["List-Unsubscribe"] == f"<{LEAVE}>"
    assert first["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert first["References"] == second["References"]
    assert first["Message-ID"] != second["Message-ID"] == again["Message-ID"]
    assert first["Auto-Submitted"] == "auto-generated"
    assert first.get_content().splitlines() == ["Words."]


def test_the_question_whether_an_address_wants_this_needs_no_unsubscribing() -> None:
    with mail_server() as server:
        sent(server)
        ((mail, _),) = server.received
    assert mail["List-Unsubscribe"] is None


@pytest.mark.parametrize("subject", ["Hi\nBcc: eve@example.com", "Hi\r\n\r\n<script>", "\u202eevil"])
def test_a_subject_stays_one_line(subject: str) -> None:
    with mail_server() as server:
        sent(server, subject=subject)
        ((mail, envelope),) = server.received
    assert (mail["Bcc"], envelope.rcpt_tos) == (None, ["ada@example.com"])
    assert not re.search(r"[\n\r\u202e]", str(mail["Subject"]))


def test_a_mailbox_that_is_refused_says_so_for_good() -> None:
    with mail_server() as server:
        server.refused.add("ada@example.com")
        with pytest.raises(SourceError) as failure:
            sent(server)
    assert failure.value.refused
