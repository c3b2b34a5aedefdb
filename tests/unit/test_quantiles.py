"""Quantiles that are cheap to take are the ones that numpy takes, to the last bit."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from tocsin.analysis.quantiles import median, quantile

numbers = st.lists(st.floats(-1e150, 1e150, allow_nan=False), min_size=1, max_size=60)


@given(numbers, st.sampled_from([0.0, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 1.0]))
def test_a_quantile_is_the_one_that_numpy_takes(values, share):
    assert quantile(values, share) == float(np.quantile(values, share))


@given(numbers)
def test_a_median_is_the_one_that_numpy_takes(values):
    assert median(values) == float(np.median(values))
