"""Datadog and CloudWatch: a wrong key is said, a hostile name enters no query, nor can a setting end an expression."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from pydantic import ValidationError
from tests.conformance.test_windows import cloudwatch_at, datadog_at
from tests.fake_clouds import cloudwatch, datadog

from tocsin.connectors.cloudwatch import CloudwatchConfig
from tocsin.errors import SourceError
from tocsin.ports import Ask

END = datetime(2026, 11, 28, 10, 0, tzinfo=UTC)
START = END - timedelta(minutes=15)
HELD = [("cart", END - timedelta(minutes=at), float(at)) for at in range(10)]
HOSTILE = ("cart)} by {host},avg:secret{*", "cart\"', 'Average', 60) + SEARCH('\"x", "${jndi:ldap://x}", "a b")


@pytest.mark.parametrize("name", HOSTILE)
def test_a_name_from_an_alert_that_is_no_plain_name_is_not_put_into_a_query(name: str) -> None:
    with datadog("depth", HELD) as dog, cloudwatch("depth", HELD) as watch:
        for source in (datadog_at(dog), cloudwatch_at(watch)):
            answer = asyncio.run(source.metrics(Ask(START, END, (name,))))
            assert answer.query.startswith("no series")
            assert answer.parse(answer.text) == ()


def test_a_wrong_key_is_refused_and_never_repeated() -> None:
    with datadog("depth", HELD) as dog, cloudwatch("depth", HELD) as watch:
        for source in (datadog_at(dog, api_key="wrong-key"), cloudwatch_at(watch, secret="wrong-secret")):
            with pytest.raises(SourceError, match="refused our credentials") as refused:
                asyncio.run(source.metrics(Ask(START, END, ("cart",))))
            assert "wrong-" not in str(refused.value)


def test_what_datadog_leaves_out_is_no_sample_and_its_unit_is_kept() -> None:
    with datadog("depth", HELD) as dog:
        answer = asyncio.run(datadog_at(dog).metrics(Ask(START, END, ("cart",))))
    (series,) = answer.parse(answer.text)
    assert (len(series.values), series.unit) == (10, "job")
    assert "exp_metric=depth" in answer.link


@pytest.mark.parametrize(
    "wrong", [{"services": {"a": "x\"') + ("}}, {"namespaces": ['A" OR "B']}, {"region": "eu/../x"}]
)
def test_settings_that_could_end_a_search_are_refused(wrong: dict[str, object]) -> None:
    given = {"region": "eu-west-1", "access_key_id": "A", "secret_access_key": {"env": "S"}, **wrong}
    with pytest.raises(ValidationError):
        CloudwatchConfig.model_validate(given)


def test_the_address_is_the_regions_own_where_none_is_given() -> None:
    given = {"region": "eu-west-1", "access_key_id": "A", "secret_access_key": {"env": "S"}}
    assert CloudwatchConfig.model_validate(given).url == "https://monitoring.eu-west-1.amazonaws.com"
