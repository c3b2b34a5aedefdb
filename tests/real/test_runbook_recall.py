"""The search on real alerts and real runbooks of products it was not written for."""

import pytest
from benchmarks.runbooks import DATA, measure


@pytest.mark.skipif(not DATA.exists(), reason="the corpus of runbooks is not beside this checkout")
def test_the_right_runbook_is_found_by_text_alone_often_enough_to_be_worth_showing() -> None:
    figures, _ = measure(DATA)
    assert float(str(figures["recall_at_1"])) >= 0.68
    assert float(str(figures["recall_at_3"])) >= 0.85
