"""The books: every question to a model on the timeline of its incident at once, whole on the evidence shelf. Called by `plays`.

What is written here is what budgets are read off and what a replay answers from. A budget that is crossed is said, once.
"""

import json
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from tocsin.desk import Desk
from tocsin.errors import StoreError
from tocsin.guard.budget import standing
from tocsin.guard.quarantine import defused
from tocsin.model.evidence import Evidence, EvidenceKind, digest
from tocsin.model.move import Happening
from tocsin.model.plain import one_line
from tocsin.model.run import BudgetCrossed, ModelAnswered
from tocsin.model.working import LAST_WORDS, STALE, Working
from tocsin.ports import KeptDocument, Ledger, MindAnswer, Question
from tocsin.roles.contract import Account, Spend

NOBODY = "role:coordinator"
MANY = 10_000
WORKING = "working"
"""Kind of the notes that show a model at work."""


@dataclass(frozen=True, slots=True)
class DeskBooks:
    """contract.Books of the house."""

    desk: Desk

    async def answered(self, account: Account, question: Question) -> MindAnswer | None:
        """The answer on the shelf; a question that failed may be asked again."""
        name = _evidence_id(account, question.sha256, failed=False)
        seen = await self.desk.store.read(lambda ledger: ledger.evidence.get(name))
        return None if seen is None else recorded(seen)[1]

    async def charge(self, account: Account, spend: Spend) -> None:
        """Once for each question that was answered, once for each that failed."""
        seen = self._evidence(account, spend)
        body = ModelAnswered(
            run_id=account.run_id,
            step=account.step.partition(":")[0],
            role=account.role,
            model=spend.model,
            question_sha256=spend.question_sha256,
            evidence_id=seen.id,
            tokens_in=spend.tokens_in,
            tokens_out=spend.tokens_out,
            cost=spend.cost,
            seconds=spend.seconds,
            failure=spend.failure,
        )
        record = self.desk.recorder(account.incident_id)
        await record(f"spent:{seen.id}", Happening(actor=f"role:{account.role}", body=body), evidence=(seen,))
        if spend.cost and account.budgets:
            await self._crossed(account)

    async def works(self, account: Account, now: Working) -> None:
        """A note beside the timeline, without secrets and in one line. That it cannot be kept stops nobody."""
        clean = now.model_copy(update={"text": one_line(defused(now.text, self.desk.redact), LAST_WORDS)})
        kept = KeptDocument(
            kind=WORKING, name=_note(account), text=clean.model_dump_json(), by=f"role:{account.role}", at=now.at
        )
        with suppress(StoreError):
            await self.desk.store.write(lambda ledger: ledger.documents.put(kept))

    async def rests(self, account: Account) -> None:
        """The note is taken away; one that stays behind is stale after half a minute."""
        with suppress(StoreError):
            await self.desk.store.write(lambda ledger: ledger.documents.remove(WORKING, _note(account)))

    async def _crossed(self, account: Account) -> None:
        """Says of each budget that it warns, or is used up; once on an incident."""
        now = self.desk.clock.now()
        incidents = await self.desk.store.read(lambda ledger: ledger.incidents.recent(limit=MANY))
        for one in account.budgets:
            stands = standing(one, incidents, now)
            if stands.phase == "OK":
                continue
            body = BudgetCrossed(
                run_id=account.run_id,
                step=account.step.partition(":")[0],
                budget=one.name,
                phase="Exceeded" if stands.phase == "Exceeded" else "Warning",
                spent=stands.spent,
                limit=one.limit,
                hard_stop=one.hard_stop,
            )
            key = f"budget:{one.namespace}:{one.name}:{stands.phase}"
            await self.desk.recorder(account.incident_id)(key, Happening(actor=NOBODY, body=body))

    def _evidence(self, account: Account, spend: Spend) -> Evidence:
        text = self.desk.redact(json.dumps({"question": spend.question, "answer": spend.answer})).text
        now = self.desk.clock.now()
        again = now.isoformat() if spend.failure else ""
        return Evidence(
            id=_evidence_id(account, spend.question_sha256, failed=bool(spend.failure), again=again),
            kind=EvidenceKind.MODEL,
            source=spend.model,
            query=spend.question_sha256,
            content=text,
            sha256=digest(text),
            collected_at=now,
        )


def working_in(ledger: Ledger, now: datetime, incident_id: str = "") -> list[Working]:
    """The models at work on an incident, or on any."""
    notes = (Working.model_validate_json(one.text) for one in ledger.documents.all(WORKING))
    return [one for one in notes if incident_id in ("", one.incident) and now - one.at < STALE]


def _note(account: Account) -> str:
    return f"{account.incident_id}:{account.run_id}:{account.step}:{account.role}"


def recorded(seen: Evidence) -> tuple[Question, MindAnswer]:
    """A question and its answer as they were kept. Raises ValueError for evidence of another kind."""
    kept = json.loads(seen.content)
    return Question.model_validate_json(kept["question"]), MindAnswer.model_validate_json(kept["answer"])


def _evidence_id(account: Account, question_sha256: str, *, failed: bool, again: str = "") -> str:
    where = f"{account.incident_id}:{account.run_id}:{account.step}:{question_sha256}:{failed}:{again}"
    return f"EV-{sha256(f'{where}:model'.encode()).hexdigest()[:16]}"
