import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring.ml.features.catalogue import CRITICAL
from scoring.ml.model.verdict import Thresholds, Verdict, missing_inputs, verdict_for, verdicts

probabilities = st.floats(0, 1)


@given(probabilities, probabilities)
def test_refuse_from_the_threshold_on(probability: float, threshold: float) -> None:
    expected = Verdict.REFUSE if probability >= threshold else Verdict.ACCEPT
    assert verdict_for(probability, Thresholds.single(threshold)) is expected


def test_exactly_at_the_threshold_is_refused() -> None:
    assert verdict_for(0.1, Thresholds.single(0.1)) is Verdict.REFUSE


@given(probabilities, probabilities, probabilities)
def test_a_band_refers_from_its_first_threshold_up_to_its_second(
    probability: float, first: float, second: float
) -> None:
    thresholds = Thresholds(*sorted((first, second)))
    verdict = verdict_for(probability, thresholds)
    assert (verdict is Verdict.ACCEPT) == (probability < thresholds.accept_below)
    assert (verdict is Verdict.REFUSE) == (probability >= thresholds.refuse_from)


def test_each_row_names_its_missing_critical_inputs() -> None:
    columns = {name: np.array([1.0, 1.0]) for name in CRITICAL[1:]}
    columns[CRITICAL[1]] = np.array([1.0, np.nan])
    assert missing_inputs(columns) == [(CRITICAL[0],), CRITICAL[:2]]


def test_a_critical_input_that_is_missing_refers_whatever_the_probability() -> None:
    missing = [("AMT_CREDIT",), ("AMT_CREDIT",), ()]
    recommended = verdicts(np.array([0.01, 0.99, 0.99]), Thresholds.single(0.1), missing)
    assert recommended == [Verdict.REFER, Verdict.REFER, Verdict.REFUSE]


def test_without_rows_no_input_is_missing() -> None:
    assert missing_inputs({}) == []


def test_probabilities_and_missing_inputs_belong_together_row_by_row() -> None:
    with pytest.raises(ValueError, match="zip"):
        verdicts(np.array([0.01, 0.99]), Thresholds.single(0.1), [()])
