"""The report form: customers say what does not work, it lands where the hook's reports land, and nothing of it is shown."""

import asyncio
import re
from typing import Any

import httpx
import pytest
from tests.status_house import NOW, StatusHouse

from tocsin.model.incident import Incident


class Form(StatusHouse):
    def sends(self, **fields: Any) -> httpx.Response:
        async def say(client: httpx.AsyncClient) -> httpx.Response:
            token = re.search(r'name="token" value="([^"]+)"', (await client.get("/status/report")).text)
            assert token
            return await client.post("/status/report", data={"token": token[1], **fields})

        answer = self.talk(say)
        assert isinstance(answer, httpx.Response)
        return answer

    def incident(self) -> Incident:
        found = asyncio.run(self.store.read(lambda ledger: ledger.incidents.get("INC-1")))
        assert found is not None
        return found


@pytest.fixture
def form() -> Form:
    made = Form()
    made.declared("INC-1", NOW)
    return made


def test_a_report_stands_on_the_open_incident_of_the_component_it_is_about(form: Form) -> None:
    answer = form.sends(text="I cannot pay  by card", component="Payments")
    assert (answer.status_code, "Thank you" in answer.text) == (200, True)
    (report,) = form.incident().reports
    assert (report.text, report.origin) == ("I cannot pay by card", "status page")


def test_it_thanks_alike_whether_there_is_an_incident_or_not(form: Form) -> None:
    about = [form.sends(text="it is slow", component=name) for name in ("Payments", "Search", "", "payments-internal")]
    assert len({(one.status_code, one.text) for one in about}) == 1
    assert len(form.incident().reports) == 1
    assert "it is slow" not in form.get("/status").text


def test_secrets_are_taken_out_and_the_words_are_bounded(form: Form) -> None:
    form.sends(text="my password=hunter2hunter2 does not work " + "x" * 5000, component="Payments")
    (report,) = form.incident().reports
    assert "hunter2" not in report.text
    assert len(report.text) < 1100
    form.later(minutes=1)
    kept = asyncio.run(form.store.read(lambda ledger: ledger.deliveries.get("DLV-0001")))
    assert kept is not None
    assert b"hunter2" not in kept.delivery.body


def test_programs_empty_forms_and_shouting_leave_nothing(form: Form) -> None:
    assert form.sends(text="buy this", component="Payments", website="https://spam.example").status_code == 200
    assert form.sends(text="  \u200b ", component="Payments").status_code == 422
    assert form.talk(lambda client: client.post("/status/report", data={"text": "x"})).status_code == 422
    statuses = [form.sends(text=f"report {number}", component="Payments").status_code for number in range(8)]
    assert 429 in statuses
    assert len(form.incident().reports) == statuses.count(200)


def test_each_sender_has_a_measure_of_their_own_also_behind_a_proxy() -> None:
    made = Form(proxies=["127.0.0.0/8"])

    def send(number: int, chain: str) -> int:
        async def say(client: httpx.AsyncClient) -> httpx.Response:
            return await client.post("/status/report", data={"text": "x"}, headers={"x-forwarded-for": chain})

        return int(made.talk(say).status_code)

    loud = [
        send(number, f"198.51.100.{number}, 203.0.113.7") for number in range(9)
    ]  # what the client itself says counts for nothing
    assert loud.count(429) == 3
    assert send(0, "203.0.113.8") == 422


def test_where_no_form_is_wanted_there_is_none() -> None:
    made = Form(reports=False)
    made.counter.reports = False
    assert made.get("/status/report").status_code == 404
    assert "/status/report" not in made.get("/status").text
