"""E-mail as the Channel: SMTP with STARTTLS or TLS, plain text and HTML, one thread for each incident. Opened by `channels`.

The Message-ID is derived from the key: a message that is sent again after a crash has the same one, and most mailboxes show it
once. A mail cannot be edited. smtplib waits in a thread, within the time-out.
"""

import asyncio
import smtplib
import ssl
from collections.abc import Mapping
from email.message import EmailMessage
from typing import Literal

from pydantic import Field

from tocsin.config import Config, Secret
from tocsin.connectors.email_text import Letterhead, mail, to_stranger
from tocsin.errors import SourceError
from tocsin.model.ground import Value
from tocsin.model.update import Audience
from tocsin.ports import Mail, Message, Purpose, Receipt

Address = str
_MAILBOX = r"^[^@\s<>,;:\"\\]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9.-]{0,250}[A-Za-z0-9])?$"


class EmailConfig(Value):
    """Section `channels.email`. `to` names the addresses of each audience."""

    host: str
    port: int = Field(default=587, ge=1, le=65_535)
    security: Literal["starttls", "tls", "none"] = "starttls"
    """`starttls` never goes on without it; `none` only for a relay on this machine."""
    username: str = ""
    password: Secret | None = None
    sender: str = Field(pattern=_MAILBOX)
    sender_name: str = Field(default="tocsin", max_length=100)
    to: dict[Audience, tuple[Address, ...]] = Field(min_length=1)
    ca_file: str = ""
    """A certificate authority of your own."""
    timeout_seconds: float = Field(default=15, gt=0, le=25)

    @property
    def audiences(self) -> frozenset[Audience]:
        """Whom it reaches."""
        return frozenset(self.to)


class Email:
    """ports.Channel. One SMTP conversation for each message; of several addressees, one that is taken is enough."""

    name = "email"

    def __init__(self, settings: EmailConfig, password: str = "") -> None:
        self._settings, self._password = settings, password
        self._head = Letterhead(settings.sender, settings.sender_name)

    @classmethod
    def opened(cls, settings: EmailConfig, config: Config) -> "Email":
        """With its secret. Raises ConfigError."""
        secret = settings.password
        return cls(settings, config.secret(secret, "channels.email.password") if secret else "")

    async def send(self, message: Message) -> Receipt:
        """Sends it to everybody of the audience. It has no rooms, and its cards stay as they are."""
        if message.purpose in (Purpose.ROOM, Purpose.DECIDED):
            return Receipt()
        to = self._settings.to.get(Audience(message.readers), ())
        if not to:
            what = f"email has no addresses for {message.readers}."
            raise SourceError(what, "Name some under channels.email.to.", refused=True)
        letter = mail(message, self._head, to)
        refused = await asyncio.to_thread(self._converse, letter, to)
        return Receipt(ref=str(letter["Message-ID"]), missed=", ".join(sorted(refused)))

    async def mail(self, letter: Mail) -> None:
        """ports.Mailbox. One mail to one stranger."""
        await asyncio.to_thread(self._converse, to_stranger(letter, self._head), (letter.to,))

    def _converse(self, letter: EmailMessage, to: tuple[str, ...]) -> Mapping[str, object]:
        """Hands it over; answers with the addresses that were refused. Raises SourceError when none was taken."""
        try:
            with self._connected() as server:
                if self._settings.username:
                    server.login(self._settings.username, self._password)
                return server.send_message(letter, self._settings.sender, list(to))
        except smtplib.SMTPRecipientsRefused as refused:
            code, said = next(iter(refused.recipients.values()))
            raise self._failed(f"took none of the addresses ({code} {_words(said)})", code) from None
        except smtplib.SMTPAuthenticationError as denied:
            what = f"{self._where} refused our credentials ({denied.smtp_code})."
            raise SourceError(what, "Check channels.email.username and password.", code="TCS-SOURCE-DENIED") from None
        except smtplib.SMTPResponseException as said:
            told = f"answered {said.smtp_code} {_words(said.smtp_error)}"
            raise self._failed(told, said.smtp_code) from None
        except (smtplib.SMTPException, OSError) as failure:
            raise self._failed(f"cannot be reached: {type(failure).__name__}") from None

    def _connected(self) -> smtplib.SMTP:
        """Raises OSError and SMTPException; a server that offers no STARTTLS is one that cannot be used."""
        asked, within = self._settings, self._settings.timeout_seconds
        trusted = ssl.create_default_context(cafile=asked.ca_file or None)
        if asked.security == "tls":
            return smtplib.SMTP_SSL(asked.host, asked.port, timeout=within, context=trusted)
        server = smtplib.SMTP(asked.host, asked.port, timeout=within)
        try:
            if asked.security == "starttls":
                server.starttls(context=trusted)
        except BaseException:
            server.close()
            raise
        return server

    @property
    def _where(self) -> str:
        return f"email at {self._settings.host}:{self._settings.port}"

    def _failed(self, told: str, code: int = 0) -> SourceError:
        """5xx is the server's last word, except where it speaks of itself (503 and the like) or of our credentials."""
        text = told.replace(self._password, "[secret]") if self._password else told
        final = 550 <= code < 560
        return SourceError(f"{self._where} {text}.", "Look at its own log.", code="TCS-SOURCE-SMTP", refused=final)


def _words(said: bytes | str) -> str:
    text = said.decode("utf-8", "replace") if isinstance(said, bytes) else said
    return " ".join(text.split())[:200]
