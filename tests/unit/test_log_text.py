"""Log entries as windows read them: in which trace and span one says it was written."""

import pytest

from tocsin.connectors.log_text import read_entry, visit_of

TRACE, SPAN = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"


@pytest.mark.parametrize(
    "text",
    [
        f"INFO Pay#10 TraceID: {TRACE} SpanID: {SPAN} paid",
        f'level=info trace_id={TRACE} span_id="{SPAN}" msg=paid',
        f'{{"msg": "paid", "traceId": "{TRACE}", "spanId": "{SPAN}"}}',
        f'{{"message": "paid", "trace.id": "{TRACE}", "span.id": "{SPAN}"}}',
        f"paid traceparent=00-{TRACE}-{SPAN}-01",
        f"INFO [shop,{TRACE},{SPAN}] paid",
    ],
)
def test_a_log_line_is_known_by_the_trace_and_span_it_names_however_it_writes_them(text: str):
    one = read_entry(text, "pay", 2026)
    assert (one.trace, one.span) == (TRACE, SPAN)


@pytest.mark.parametrize(
    "text", ["stack trace: identity lost", "trace id missing", "trace_id= span_id=-", "GET /a,b,c"]
)
def test_words_about_traces_are_no_identity(text: str):
    assert visit_of(text) == ("", "")
