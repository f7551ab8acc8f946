from hypothesis import given
from hypothesis import strategies as st

from scoring.ml.features.catalogue import CRITICAL
from scoring.ml.model.verdict import Verdict, missing_of, verdict_for

probabilities = st.floats(0, 1)


@given(probabilities, probabilities)
def test_refuse_from_the_threshold_on(probability: float, threshold: float) -> None:
    expected = Verdict.REFUSE if probability >= threshold else Verdict.ACCEPT
    assert verdict_for(probability, threshold) is expected


def test_exactly_at_the_threshold_is_refused() -> None:
    assert verdict_for(0.1, 0.1) is Verdict.REFUSE


def test_absent_none_and_nan_are_missing_critical_inputs() -> None:
    record = {**dict.fromkeys(CRITICAL, 1.0), CRITICAL[1]: float("nan"), CRITICAL[2]: None}
    assert missing_of(record) == CRITICAL[1:3]
    assert missing_of({}) == CRITICAL
