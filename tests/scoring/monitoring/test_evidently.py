import pytest

from scoring.ml.monitoring import evidently_report
from tests.drift_reports import sample

NAMES = ["AMT_INCOME_TOTAL", "NAME_CONTRACT_TYPE"]


@pytest.fixture(scope="module")
def report():
    """Lower incomes, otherwise the same population."""
    return evidently_report.evaluate(sample(clients=1_500), sample(clients=1_500, seed=2, income=0.7), NAMES)


def test_the_column_that_moved_is_drift_and_the_other_is_not(report):
    columns = report.numbers["columns"]
    assert columns["AMT_INCOME_TOTAL"]["drifted"]
    assert not columns["NAME_CONTRACT_TYPE"]["drifted"]
    assert report.numbers["share"] == 0.5


def test_the_score_is_evaluated_too_but_is_no_column(report):
    assert list(report.numbers["others"]) == [evidently_report.SCORE]
    assert not report.numbers["others"][evidently_report.SCORE]["drifted"]


def test_missing_values_are_counted(report):
    assert report.numbers["missing"]["count"] == 0


def test_the_page_loads_nothing_from_anywhere(report):
    assert "<html" in report.page
    assert 'src="http' not in report.page


def test_small_samples_may_differ_by_more():
    assert evidently_report.threshold(5_000, 5_000) == 0.1
    assert evidently_report.threshold(5_000, 150) > 0.16
