"""Error codes: the numbers and names systems agree on, found in log lines and alert texts, with what they mean.

Called by `templates` (places of codes, cached per line shape), `logs` and the alert reader. Knows published code lists only:
HTTP, SQLSTATE, Oracle, MySQL, errno, gRPC, exit codes, DNS, TLS, Kubernetes reasons, AWS and Windows error codes.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from http import HTTPStatus

Span = tuple[str, int, int]
"""Scheme, start and end of one code in a line."""

_PATTERNS = {
    "sqlstate": r"\bSQL ?STATE[\[(: =]{1,3}(?P<sqlstate1>(?=[A-Z]{0,4}\d)[0-9A-Z]{5})\b"
    r"|\b(?:ERROR|FATAL|PANIC): {1,2}(?P<sqlstate2>(?=[A-Z]{0,4}\d)[0-9A-Z]{5}):",
    "oracle": r"\b(?P<oracle1>(?:ORA|TNS|PLS)-\d{4,5})\b",
    "mysql": r"\bERROR (?P<mysql1>\d{4}) \(",
    "errno": r"\b(?P<errno1>(?-i:E(?:CONNREFUSED|CONNRESET|CONNABORTED|TIMEDOUT|HOSTUNREACH"
    r"|NETUNREACH|NOSPC|NOMEM|MFILE|NFILE|ACCES|PERM|NOENT|IO"
    r"|PIPE|ADDRINUSE|AGAIN|ROFS|DQUOT|BUSY|EXIST|NOTFOUND)))\b"
    r"|(?P<errno2>connection refused|connection reset by peer|connection timed out"
    r"|no route to host|network is unreachable"
    r"|no space left on device|cannot allocate memory|too many open files"
    r"|permission denied|broken pipe|address already in use"
    r"|read-only file system|disk quota exceeded|input/output error)",
    "grpc": r"\b(?P<grpc1>(?-i:DEADLINE_EXCEEDED|RESOURCE_EXHAUSTED|UNAVAILABLE|UNAUTHENTICATED"
    r"|PERMISSION_DENIED|FAILED_PRECONDITION|DATA_LOSS))\b"
    r"|code = (?P<grpc2>DeadlineExceeded|ResourceExhausted|Unavailable|Unauthenticated"
    r"|PermissionDenied|Internal|Unknown|DataLoss)\b",
    "exit": r"\bexit(?:ed)?(?: with)?(?: (?:code|status))?[ =:]{1,2}(?P<exit1>\d{1,3})\b",
    "dns": r"\b(?P<dns1>NXDOMAIN|SERVFAIL|EAI_AGAIN|ENOTFOUND|EAI_NONAME)\b"
    r"|(?P<dns2>temporary failure in name resolution|no such host)",
    "tls": r"\b(?P<tls1>CERTIFICATE_VERIFY_FAILED|CERT_HAS_EXPIRED|SSLHandshakeException|CERT_NOT_YET_VALID)\b"
    r"|(?P<tls2>certificate has expired|x509: certificate|handshake failure|certificate verify failed)",
    "kubernetes": r"\b(?P<kubernetes1>(?-i:OOMKilled|OOMKilling|CrashLoopBackOff|ImagePullBackOff"
    r"|ErrImagePull|CreateContainerConfigError|CreateContainerError"
    r"|RunContainerError|FailedScheduling|FailedMount|FailedAttachVolume|NodeNotReady"
    r"|DeadlineExceeded|Evicted|Unhealthy|BackOff))\b",
    "aws": r"\b(?P<aws1>(?-i:ThrottlingException|ProvisionedThroughputExceededException"
    r"|AccessDenied(?:Exception)?|ExpiredToken(?:Exception)?"
    r"|RequestLimitExceeded|SlowDown|InsufficientInstanceCapacity|ServiceUnavailableException))\b",
    "windows": r"\b(?P<windows1>0x[08][0-9A-F]{7})\b",
}
_STATUS = re.compile(r"(?<![\w./-])(?:[1-5]\d\d|000)(?!\w|[.:/-]\w)")
_STATUS_BEFORE = re.compile(
    r"(?:HTTP/\d(?:\.\d)?\"?[ ,]{1,2}|\"[ ]"
    r"|\b(?:status|status_code|statuscode|status code|response code|http_status|http|returning|returned|responded with|responded)"
    r"[\"']?[ =:]{1,3}[\"']?)$",
    re.IGNORECASE,
)
_STATUS_AFTER = re.compile(
    r" (?:Internal Server Error|Bad Gateway|Service Unavailable|Gateway Time-?out|Too Many Requests|Not Found|Forbidden"
    r"|Unauthorized|Bad Request)",
    re.IGNORECASE,
)
_LONGEST_LABEL = 24
_TRIGGERS = {  # a line without any of these words needs no closer look: that is what makes reading fast
    "sqlstate": "state error: fatal: panic:",
    "oracle": "ora- tns- pls-",
    "mysql": "error+",
    "errno": "econn etimed ehost enet enospc enomem emfile enfile eacces eperm enoent eio epipe eaddr eagain erofs "
    "edquot ebusy eexist enotfound refused reset timed+out route+to unreachable no+space cannot+alloc open+files "
    "denied broken+pipe in+use read-only quota output+error",
    "grpc": "deadline resource_ unavailable unauthenticated permission_ failed_pre data_loss code+=",
    "exit": "exit",
    "dns": "nxdomain servfail eai_ enotfound name+resolution no+such+host",
    "tls": "certificate cert_ handshake",
    "kubernetes": "oomkill backoff imagepull containe failedsched failedmount failedattach notready deadline evicted unhealthy",
    "aws": "exception accessdenied expiredtoken requestlimit slowdown insufficient",
    "windows": "0x0 0x8",
}
_SEARCHES = tuple(
    (tuple(word.replace("+", " ") for word in _TRIGGERS[scheme].split()), re.compile(pattern, re.IGNORECASE))
    for scheme, pattern in _PATTERNS.items()
)
_PHRASES = {  # the words libc prints, and their names
    "connection refused": "ECONNREFUSED",
    "connection reset by peer": "ECONNRESET",
    "connection timed out": "ETIMEDOUT",
    "no route to host": "EHOSTUNREACH",
    "network is unreachable": "ENETUNREACH",
    "no space left on device": "ENOSPC",
    "cannot allocate memory": "ENOMEM",
    "too many open files": "EMFILE",
    "permission denied": "EACCES",
    "broken pipe": "EPIPE",
    "address already in use": "EADDRINUSE",
    "read-only file system": "EROFS",
    "disk quota exceeded": "EDQUOT",
    "input/output error": "EIO",
    "temporary failure in name resolution": "EAI_AGAIN",
    "no such host": "NXDOMAIN",
    "certificate has expired": "CERT_HAS_EXPIRED",
    "x509: certificate": "CERTIFICATE_VERIFY_FAILED",
    "certificate verify failed": "CERTIFICATE_VERIFY_FAILED",
    "handshake failure": "HANDSHAKE_FAILURE",
}
_MEANINGS = {
    "errno ECONNREFUSED": "nobody listens at the other end",
    "errno ECONNRESET": "the other end cut the connection",
    "errno ETIMEDOUT": "the other end did not answer in time",
    "errno EHOSTUNREACH": "no route to the host",
    "errno ENETUNREACH": "no route to the network",
    "errno ENOSPC": "the disk is full",
    "errno ENOMEM": "out of memory",
    "errno EMFILE": "too many open files",
    "errno ENFILE": "too many open files on the host",
    "errno EACCES": "access denied",
    "errno EPERM": "operation not permitted",
    "errno EPIPE": "the other end has gone",
    "errno EADDRINUSE": "the port is taken",
    "errno EROFS": "the file system is read-only",
    "errno EDQUOT": "the disk quota is used up",
    "errno EIO": "the device cannot be read or written",
    "sqlstate 53300": "too many database connections",
    "sqlstate 53200": "the database is out of memory",
    "sqlstate 53100": "the database disk is full",
    "sqlstate 40P01": "deadlock",
    "sqlstate 40001": "serialization failure or deadlock",
    "sqlstate 57014": "query cancelled or timed out",
    "sqlstate 57P01": "the database was shut down by an administrator",
    "sqlstate 57P03": "the database cannot take connections now",
    "sqlstate 08006": "database connection lost",
    "sqlstate 08001": "database connection could not be made",
    "sqlstate 08004": "the database refused the connection",
    "sqlstate 28P01": "wrong database password",
    "sqlstate 28000": "the database refused the login",
    "sqlstate 23505": "a unique value exists already",
    "sqlstate 42P01": "a table does not exist",
    "sqlstate 42703": "a column does not exist",
    "sqlstate 55P03": "a lock was not available",
    "sqlstate 25006": "write on a read-only database",
    "sqlstate 58030": "the database met an input/output error",
    "mysql 1040": "too many database connections",
    "mysql 1045": "the database refused the login",
    "mysql 1205": "waited too long for a lock",
    "mysql 1213": "deadlock",
    "mysql 2006": "the database server has gone away",
    "mysql 2013": "database connection lost",
    "oracle ORA-00018": "too many database sessions",
    "oracle ORA-00020": "too many database processes",
    "oracle ORA-00060": "deadlock",
    "oracle ORA-01017": "wrong database user or password",
    "oracle ORA-01555": "snapshot too old",
    "oracle ORA-01653": "a tablespace is full",
    "oracle ORA-04031": "the database is out of shared memory",
    "oracle ORA-12514": "the listener does not know the service",
    "oracle ORA-12541": "no database listener",
    "exit 137": "killed, most often for using too much memory",
    "exit 139": "segmentation fault",
    "exit 143": "asked to stop",
    "exit 134": "aborted",
    "exit 127": "command not found",
    "exit 126": "command cannot be run",
    "dns NXDOMAIN": "the name does not exist",
    "dns SERVFAIL": "the name server failed",
    "dns EAI_AGAIN": "the name could not be resolved for now",
    "dns ENOTFOUND": "the name does not exist",
    "tls CERT_HAS_EXPIRED": "the certificate has expired",
    "tls CERTIFICATE_VERIFY_FAILED": "the certificate cannot be trusted",
    "tls HANDSHAKE_FAILURE": "no secure connection could be agreed on",
    "kubernetes OOMKilled": "killed for using too much memory",
    "kubernetes OOMKilling": "killed for using too much memory",
    "kubernetes CrashLoopBackOff": "it keeps crashing after every start",
    "kubernetes ImagePullBackOff": "the image cannot be fetched",
    "kubernetes ErrImagePull": "the image cannot be fetched",
    "kubernetes FailedScheduling": "no node can take the pod",
    "kubernetes FailedMount": "a volume cannot be mounted",
    "kubernetes NodeNotReady": "a node is down",
    "kubernetes Evicted": "pushed off its node",
    "kubernetes Unhealthy": "a health probe fails",
    "kubernetes CreateContainerConfigError": "its configuration or a secret is missing",
}


@dataclass(frozen=True, slots=True)
class Code:
    """One error code: its scheme, the code in its published spelling, and what it means ("" when we do not know)."""

    scheme: str
    code: str

    @property
    def meaning(self) -> str:
        """In plain words."""
        if self.scheme == "http" and self.code in _HTTP:
            return _HTTP[self.code]
        return _MEANINGS.get(f"{self.scheme} {self.code}", "")

    @property
    def label(self) -> str:
        """As people write it: `HTTP 503`, `SQLSTATE 53300`, `ECONNREFUSED`."""
        return _PREFIXES.get(self.scheme, "") + self.code


_PREFIXES = {"http": "HTTP ", "sqlstate": "SQLSTATE ", "mysql": "MySQL error ", "exit": "exit code ", "grpc": "gRPC "}
_HTTP = {str(status.value): status.phrase.lower() for status in HTTPStatus}


def spans(line: str) -> tuple[Span, ...]:
    """Where codes stand in a line, in order. Digits as 0 give the same places, so one search serves all lines of a shape."""
    low = line.lower()
    found: list[Span] = list(_statuses(line))
    for triggers, pattern in _SEARCHES:
        for trigger in triggers:  # a plain loop: any() with a generator takes twice the time, and this is the hot path
            if trigger in low:
                found.extend(_named(pattern, line))
                break
    return tuple(_apart(sorted(found, key=lambda span: span[1:])))


def _named(pattern: re.Pattern[str], line: str) -> Iterator[Span]:
    for match in pattern.finditer(line):
        name = match.lastgroup or ""
        yield (name.rstrip("0123456789"), *match.span(name))


def _statuses(line: str) -> Iterator[Span]:
    """HTTP statuses: three digits that the words right before or after them call a status."""
    for found in _STATUS.finditer(line):
        start, end = found.span()
        if _STATUS_BEFORE.search(line[max(0, start - _LONGEST_LABEL) : start]) or _STATUS_AFTER.match(line, end):
            yield "http", start, end


def _apart(ordered: list[Span]) -> Iterator[Span]:
    """Without the spans that lie on another: two lists may claim one word."""
    end = 0
    for span in ordered:
        if span[1] >= end:
            yield span
            end = span[2]


def at(line: str, span: Span) -> Code | None:
    """The code at that place, or None when its value means no error (HTTP 200, exit 0)."""
    scheme, start, end = span
    written = line[start:end]
    if scheme == "http" and not written.startswith(("4", "5")):
        return None
    if scheme == "windows" and not written.lower().startswith("0x8"):
        return None
    if scheme == "exit" and not written.strip("0"):
        return None
    named = _PHRASES.get(written.lower(), written)
    if named in {"ENOTFOUND", "EAI_AGAIN", "NXDOMAIN"}:
        scheme = "dns"
    return Code(scheme, named.upper() if scheme in {"errno", "sqlstate", "oracle"} else named)


def find(text: str) -> list[tuple[Code, int, int]]:
    """Every error code in a text, with its place."""
    found = ((at(text, span), span[1], span[2]) for span in spans(text))
    return [(code, start, end) for code, start, end in found if code]
