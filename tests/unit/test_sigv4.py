"""Requests to AWS are signed as AWS's own published examples are."""

from datetime import UTC, datetime

import pytest

from tocsin.connectors.sigv4 import Credentials, Scope, signed

WHO = Credentials("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY")
SCOPE = Scope("us-east-1", "service", datetime(2015, 8, 30, 12, 36, tzinfo=UTC))
AT = "https://example.amazonaws.com/"
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
IAM = "https://iam.amazonaws.com/?Action=ListUsers&Version=2010-05-08"


@pytest.mark.parametrize(
    ("vector", "method", "url", "headers", "body", "signature"),
    [
        ("get-vanilla", "GET", AT, {}, b"", "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"),
        ("post-vanilla", "POST", AT, {}, b"", "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b"),
        (
            "get-vanilla-query-order-key-case",
            "GET",
            f"{AT}?Param2=value2&Param1=value1",
            {},
            b"",
            "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500",
        ),
        (
            "post-x-www-form-urlencoded",
            "POST",
            AT,
            FORM,
            b"Param1=value1",
            "ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a",
        ),
    ],
)
def test_the_signature_is_the_one_that_aws_publishes(vector, method, url, headers, body, signature) -> None:
    sent = signed(method, url, headers, body, WHO, SCOPE)
    assert sent["authorization"].endswith(f"Signature={signature}"), vector


def test_the_example_of_the_manual_is_signed_word_for_word() -> None:
    headers = {"Content-Type": "application/x-www-form-urlencoded; charset=utf-8"}
    sent = signed("GET", IAM, headers, b"", WHO, SCOPE._replace(service="iam"))
    assert sent["authorization"] == (
        "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/iam/aws4_request, "
        "SignedHeaders=content-type;host;x-amz-date, "
        "Signature=5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7"
    )


def test_a_session_token_is_sent_and_signed() -> None:
    sent = signed("GET", AT, {}, b"", WHO._replace(session="of-the-hour"), SCOPE)
    assert sent["x-amz-security-token"] == "of-the-hour"
    assert "SignedHeaders=host;x-amz-date;x-amz-security-token" in sent["authorization"]
