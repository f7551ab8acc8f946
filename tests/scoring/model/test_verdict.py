import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from scoring.ml.features.catalogue import CRITICAL
from scoring.ml.model.verdict import Thresholds, Verdict, missing_of, verdict_for, verdicts_for

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


def test_absent_none_and_nan_are_missing_critical_inputs() -> None:
    record = {**dict.fromkeys(CRITICAL, 1.0), CRITICAL[1]: float("nan"), CRITICAL[2]: None}
    assert missing_of(record) == CRITICAL[1:3]
    assert missing_of({}) == CRITICAL


@given(st.lists(probabilities), probabilities, probabilities)
def test_many_probabilities_get_the_verdicts_that_each_gets_alone(
    chances: list[float], first: float, second: float
) -> None:
    thresholds = Thresholds(*sorted((first, second)))
    chances += thresholds
    assert verdicts_for(np.array(chances), thresholds) == [verdict_for(p, thresholds) for p in chances]
