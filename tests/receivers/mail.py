"""A mail server (aiosmtpd) with STARTTLS or TLS and authentication, and a mailbox that shows a mail once for its Message-ID."""

import asyncio
import email
import email.policy
import ipaddress
import ssl
import threading
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser

from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.receivers.faulty import Fault

_TAGS = {"html", "body", "h1", "p", "b", "br", "div", "pre", "a"}


class MailServer:
    """`next` makes the next conversations go wrong. `refused` are addresses that it does not take."""

    def __init__(self, password="smtp-password"):
        self.password = password
        self.received = []
        self.refused = set()
        self.always = None
        self._next = []
        self._going_wrong = {}

    def next(self, fault, times=1):
        self._next += [fault] * times

    def _fault(self, session, *wanted):
        """What goes wrong with this conversation, decided when it begins."""
        if session.peer not in self._going_wrong:
            self._going_wrong[session.peer] = self._next.pop(0) if self._next else self.always
        fault = self._going_wrong[session.peer]
        return fault if fault in wanted else None

    def authenticate(self, server, session, envelope, mechanism, data):
        known = isinstance(data, LoginPassword) and data.password == self.password.encode()
        denied = self._fault(session, Fault.DENIED)
        return AuthResult(success=known and not denied, handled=False)

    async def handle_EHLO(self, server, session, envelope, hostname, responses):
        fault = self._fault(session, Fault.RESET, Fault.CLOSED, Fault.HANG, Fault.ERROR, Fault.BUSY)
        if fault in (Fault.RESET, Fault.CLOSED):
            server.transport.abort()
        if fault is Fault.HANG:
            await asyncio.sleep(30)
        if fault in (Fault.ERROR, Fault.BUSY):
            return ["421 4.3.2 we are busy"]
        session.host_name = hostname
        return responses

    async def handle_RCPT(self, server, session, envelope, address, options):
        if self._fault(session, Fault.WRONG) or address in self.refused:
            return f"550 5.1.1 no such mailbox {address}"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        self.received.append((email.message_from_bytes(envelope.content, policy=email.policy.default), envelope))
        if self._fault(session, Fault.TRUNCATED, Fault.ACK_LOST):
            server.transport.abort()
        return "250 2.0.0 taken"

    def mailbox(self):
        """Newest of each Message-ID."""
        return list({str(mail["Message-ID"]): mail for mail, _ in self.received}.values())

    def shown(self):
        return [f"{mail['Subject']}\n{mail.get_body(('plain',)).get_content()}" for mail in self.mailbox()]

    def effects(self):
        """HTML that is not ours, and headers that nobody should have been able to write."""
        found = []
        for mail in self.mailbox():
            reader = _Reader()
            reader.feed(mail.get_body(("html",)).get_content())
            found += reader.found
            found += [name for name in ("Bcc", "Reply-To", "X-Evil") if mail[name]]
        return found


class _Reader(HTMLParser):
    def __init__(self):
        super().__init__()
        self.found = []

    def handle_starttag(self, tag, attrs):
        if tag not in _TAGS:
            self.found.append(tag)
        self.found += [value for name, value in attrs if name == "href" and "tocsin.example" not in value]
        self.found += [name for name, _ in attrs if name.startswith("on")]


class _Listening:
    """aiosmtpd on an event loop in a thread of its own; it can go away and come back on the same port."""

    def __init__(self, server, trusted, security):
        self._options = {
            "authenticator": server.authenticate,
            "auth_require_tls": security == "starttls",
            "hostname": "mail.example",
        }
        if security == "starttls":
            self._options |= {"auth_required": True, "tls_context": trusted, "require_starttls": True}
        self._handler, self._tls = server, trusted if security == "tls" else None
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self.port = 0
        self.up()

    def up(self):
        self._server = self._here(self._listen())
        self.port = self._server.sockets[0].getsockname()[1]

    async def _listen(self):
        def talk():
            return SMTP(self._handler, loop=self._loop, **self._options)

        return await self._loop.create_server(talk, "127.0.0.1", self.port, ssl=self._tls)

    def down(self):
        self._here(self._close())

    async def _close(self):
        self._server.close()
        talking = [one for one in asyncio.all_tasks() if one is not asyncio.current_task()]
        for one in talking:
            one.cancel()
        await asyncio.gather(*talking, return_exceptions=True)

    def close(self):
        self.down()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def _here(self, work):
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(10)


@contextmanager
def mail_server(security="none", certificate=None, **options):
    """A running server; yields it with its `port`."""
    server, trusted = MailServer(**options), None
    if certificate:
        trusted = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        trusted.load_cert_chain(certificate)
    listening = _Listening(server, trusted, security)
    server.port, server.up, server.down = listening.port, listening.up, listening.down
    try:
        yield server
    finally:
        listening.close()


def self_signed(folder):
    """A certificate for 127.0.0.1 and its key, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    kept = folder / "mail.pem"
    plain = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    kept.write_bytes(made.public_bytes(serialization.Encoding.PEM) + key.private_bytes(*plain))
    return kept
