"""The tree of errors. Every error says what happened, what to do, and a stable code; the same three on every wire.

TocsinError
├── ConfigError         TCS-CONFIG-*    the configuration file; carries the YAML path
├── IntakeError         TCS-INTAKE-*    a webhook body or its sender; the body is kept as a dead letter
│   ├── Unauthentic     TCS-INTAKE-401  signature or secret missing or wrong
│   ├── TooLarge        TCS-INTAKE-413  over the size limit
│   └── Unreadable      TCS-INTAKE-422  malformed, hostile, or of no known source
├── NotFound            TCS-NOTFOUND    no such incident, alert, delivery, runbook
├── Denied              TCS-DENIED      not allowed to ask for that
├── NotNow              TCS-ACT-*       the incident is not in a state for what a person asks
│                       TCS-MSG-*       a message is not in a state to be approved or to go out
├── StoreError          TCS-STORE-*     the timeline could not be read or written
│   ├── ChainBroken     TCS-STORE-CHAIN an event does not fit its chain; names the event
│   └── TakenOver       TCS-WORKER-TAKENOVER another worker walks the incidents of this one now
├── SourceError         TCS-SOURCE-*    a connector could not answer; the response goes on without it
├── PlayerFailed        TCS-PLAYER-*    a model or remote agent answered late, wrongly, or over budget; the built-in analyst answers
├── OutcomeUnknown      TCS-ACTION-UNKNOWN  an action may or may not have happened; a person must look
├── WaitsForPerson      TCS-ACTION-PERSON   a manual step: a person does it and says what came of it
└── DataError           TCS-DATA-*      a file given by the user (snapshot, suite, runbook) is not as it should be
"""


class TocsinError(Exception):
    """Base of all: `what` happened, what to `do`, and the stable `code`. `status` is the HTTP answer it becomes."""

    code = "TCS-ERROR"
    status = 500

    def __init__(self, what: str, do: str = "", *, code: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.do = do
        self.code = code or type(self).code

    def as_dict(self) -> dict[str, str]:
        """The one error shape of every wire."""
        return {"code": self.code, "what": self.what, "do": self.do}

    def __str__(self) -> str:
        return f"{self.what} {self.do} [{self.code}]" if self.do else f"{self.what} [{self.code}]"


class ConfigError(TocsinError):
    """The configuration is wrong at `path`, such as `catalogue.services[2].tier`."""

    code = "TCS-CONFIG-INVALID"
    status = 400

    def __init__(self, path: str, what: str, do: str = "", *, code: str = "") -> None:
        super().__init__(f"{path}: {what}" if path else what, do, code=code)
        self.path = path


class IntakeError(TocsinError):
    """A delivery was refused; it is kept as a dead letter and can be replayed."""

    code = "TCS-INTAKE"
    status = 400


class Unauthentic(IntakeError):
    """The sender did not prove who it is."""

    code = "TCS-INTAKE-401"
    status = 401


class TooLarge(IntakeError):
    """The body is over the limit."""

    code = "TCS-INTAKE-413"
    status = 413


class Unreadable(IntakeError):
    """No source can make sense of the body."""

    code = "TCS-INTAKE-422"
    status = 422


class NotFound(TocsinError):
    """There is no such thing."""

    code = "TCS-NOTFOUND"
    status = 404


class Denied(TocsinError):
    """The caller may not do that."""

    code = "TCS-DENIED"
    status = 403


class NotNow(TocsinError):
    """What a person asks for does not fit where the incident stands."""

    code = "TCS-ACT-NOTNOW"
    status = 409


class StoreError(TocsinError):
    """The store could not do what it must."""

    code = "TCS-STORE"


class ChainBroken(StoreError):
    """An event does not fit its chain."""

    code = "TCS-STORE-CHAIN"


class TakenOver(StoreError):
    """This worker was away too long: another one walks its incidents, and nothing more of it is written."""

    code = "TCS-WORKER-TAKENOVER"


class SourceError(TocsinError):
    """A connector did not answer usefully.

    `refused`: the far end understood and said no, so the same again would fail the same way. `wait_seconds`: how long it
    asked to be left alone, 0 when it did not.
    """

    code = "TCS-SOURCE"
    status = 502

    def __init__(
        self, what: str, do: str = "", *, code: str = "", refused: bool = False, wait_seconds: float = 0
    ) -> None:
        super().__init__(what, do, code=code)
        self.refused = refused
        self.wait_seconds = wait_seconds


class PlayerFailed(TocsinError):
    """A model or a remote agent did not give a usable answer; the built-in analyst of the role answers instead."""

    code = "TCS-PLAYER-FAILED"
    status = 502


class OutcomeUnknown(TocsinError):
    """An action was begun and nobody can say whether it happened."""

    code = "TCS-ACTION-UNKNOWN"
    status = 502


class WaitsForPerson(TocsinError):
    """A manual step was begun: `what` is the text for the person, whose word becomes its outcome. Nothing ran, nothing failed."""

    code = "TCS-ACTION-PERSON"
    status = 409


class DataError(TocsinError):
    """A file the user gave is not as it should be."""

    code = "TCS-DATA"
    status = 422
