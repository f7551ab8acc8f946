"""Aggregates of loans at other lenders and of their monthly statuses."""

import math
from typing import Any

import pytest

from scoring.ml.features.catalogue import BY_NAME
from tests.scoring.features.history_rows import histories


def loan(number: int, opened: float, *, status: str = "Active", credit_type: str = "Consumer credit", **more):
    return {
        "SK_ID_CURR": 1,
        "SK_ID_BUREAU": number,
        "CREDIT_ACTIVE": status,
        "CREDIT_TYPE": credit_type,
        "DAYS_CREDIT": opened,
        **more,
    }


def history_of(*loans):
    return histories(bureau=loans)[1]


def test_debt_of_active_loans_leaves_closed_ones_out():
    client = history_of(
        loan(1, -900, status="Closed", AMT_CREDIT_SUM=1000.0, AMT_CREDIT_SUM_DEBT=999.0),
        loan(2, -300, AMT_CREDIT_SUM=2000.0, AMT_CREDIT_SUM_DEBT=500.0),
        loan(3, -100, AMT_CREDIT_SUM=4000.0, AMT_CREDIT_SUM_DEBT=4000.5),
    )

    assert client["BURO_ACTIVE_AMT_CREDIT_SUM_DEBT_sum"] == 4500.5
    assert client["BURO_ACTIVE_DEBT_RATIO_max"] == 1.000125
    assert client["BURO_ACTIVE_DEBT_TO_CREDIT"] == 4500.5 / 6000
    assert client["BURO_AMT_CREDIT_SUM_DEBT_mean"] == pytest.approx(5499.5 / 3)
    assert client["BURO_IS_ACTIVE_share"] == pytest.approx(2 / 3)


def test_a_loan_without_amount_has_no_debt_ratio():
    assert (
        history_of(loan(1, -10, AMT_CREDIT_SUM=0.0, AMT_CREDIT_SUM_DEBT=5.0))["BURO_DEBT_RATIO_max"] is None
    )


def test_unknown_debt_stays_unknown():
    assert history_of(loan(1, -10, AMT_CREDIT_SUM=10.0))["BURO_AMT_CREDIT_SUM_DEBT_sum"] is None


def test_a_date_a_century_away_is_read_as_missing():
    client = history_of(loan(1, -900, DAYS_CREDIT_ENDDATE=-41_000.0), loan(2, -800, DAYS_CREDIT_ENDDATE=30.0))

    assert client["BURO_DAYS_CREDIT_ENDDATE_mean"] == 30


def test_of_two_loans_of_the_same_day_the_larger_number_is_the_newest():
    client = history_of(loan(7, -50, AMT_CREDIT_SUM=70.0), loan(8, -50, AMT_CREDIT_SUM=80.0))

    assert client["BURO_LAST_AMT_CREDIT_SUM_value"] == 80
    assert client["BURO_GAP_mean"] == 0


def test_windows_count_loans_by_their_opening():
    client = history_of(loan(1, -365), loan(2, -366), loan(3, -30), loan(4, -800))

    assert client["BURO_12M_LOANS_count"] == 2
    assert client["BURO_24M_LOANS_count"] == 3
    assert client["BURO_DAYS_CREDIT_max"] == -30


def test_the_spread_of_equal_values_is_exactly_zero():
    ratio: dict[str, Any] = {"AMT_CREDIT_SUM": 3.0, "AMT_CREDIT_SUM_DEBT": 1.0}

    assert history_of(*(loan(number, -number, **ratio) for number in range(1, 8)))["BURO_DEBT_RATIO_std"] == 0


def test_monthly_status_counts_late_months_and_dates_the_last_one():
    months = [
        {"SK_ID_BUREAU": 1, "MONTHS_BALANCE": -ago, "STATUS": status} for ago, status in enumerate("0021XCC5")
    ]

    client = histories(bureau=[loan(1, -900)], bureau_balance=months)[1]

    assert client["BB_LATE_MONTHS_sum"] == 3
    assert client["BB_LATE_SHARE_mean"] == pytest.approx(3 / 7, abs=1e-6)
    assert client["BB_LAST_LATE_MONTH_max"] == -2
    assert client["BB_WORST_CLASS_max"] == 5
    assert client["BB_UNKNOWN_SHARE_mean"] == 0.125
    assert client["ROWS_bureau_balance"] == 8


def test_a_month_of_an_unknown_loan_is_left_out():
    stray = {"SK_ID_BUREAU": 99, "MONTHS_BALANCE": -1, "STATUS": "5"}

    client = histories(bureau=[loan(1, -900)], bureau_balance=[stray])[1]

    assert client["BB_WORST_CLASS_max"] is None
    assert client["ROWS_bureau_balance"] == 0


def test_types_of_credit_are_counted_once_each_and_that_of_the_newest_is_given():
    client = history_of(loan(1, -900), loan(2, -300), loan(3, -100, credit_type="Microloan"))

    assert client["BURO_CREDIT_TYPE_distinct"] == 2
    assert client["BURO_LOANS_PER_TYPE"] == 1.5
    types = list(BY_NAME["BURO_LAST_CREDIT_TYPE_value"].categories)
    assert types[int(client["BURO_LAST_CREDIT_TYPE_value"])] == "Microloan"


def test_each_type_of_credit_has_its_own_aggregates():
    client = history_of(
        loan(1, -900, credit_type="Mortgage", AMT_CREDIT_SUM=9000.0, AMT_CREDIT_SUM_DEBT=4500.0),
        loan(2, -300, credit_type="Credit card", AMT_CREDIT_SUM=100.0, AMT_CREDIT_SUM_DEBT=90.0),
        loan(3, -200, credit_type="Credit card", AMT_CREDIT_SUM=100.0, AMT_CREDIT_SUM_DEBT=0.0),
    )

    assert client["BURO_MORTGAGE_DEBT_RATIO_mean"] == 0.5
    assert client["BURO_CARD_DEBT_TO_CREDIT"] == 0.45
    assert client["BURO_CARD_DEBT_RATIO_max"] == 0.9
    assert client["BURO_CAR_LOANS_count"] == 0
    assert client["BURO_CAR_DEBT_RATIO_mean"] is None


def test_loans_closed_before_and_after_their_planned_end():
    client = history_of(
        loan(1, -900, status="Closed", DAYS_CREDIT_ENDDATE=-100.0, DAYS_ENDDATE_FACT=-200.0),
        loan(2, -900, status="Closed", DAYS_CREDIT_ENDDATE=-100.0, DAYS_ENDDATE_FACT=-70.0),
        loan(3, -900, status="Closed", DAYS_CREDIT_ENDDATE=-100.0),
    )

    assert client["BURO_CLOSED_ENDED_EARLY_share"] == 0.5
    assert client["BURO_CLOSED_EARLY_END_max"] == 100
    assert client["BURO_CLOSED_EARLY_END_min"] == -30


def test_growing_loans_have_a_rising_slope():
    months = (-30, -20, -10)
    client = history_of(
        *(
            loan(n, round(month * 365.25 / 12, 3), AMT_CREDIT_SUM=1000.0 + 50 * month)
            for n, month in enumerate(months, 1)
        )
    )

    assert client["BURO_AMT_CREDIT_SUM_slope"] == pytest.approx(50, rel=1e-3)


def test_old_debt_weighs_less_than_new_debt():
    client = history_of(loan(1, -365, AMT_CREDIT_SUM_DEBT=100.0), loan(2, 0, AMT_CREDIT_SUM_DEBT=10.0))

    assert client["BURO_RECENT_DEBT_sum"] == pytest.approx(100 / math.e + 10, abs=1e-3)


def test_months_are_aggregated_over_all_loans():
    months = [
        {"SK_ID_BUREAU": number, "MONTHS_BALANCE": -month, "STATUS": status}
        for number, statuses in ((1, "0120"), (2, "2C"))
        for month, status in enumerate(statuses, 1)
    ]

    client = histories(bureau=[loan(1, -900), loan(2, -100)], bureau_balance=months)[1]

    assert client["BB_6M_CLASSES_max"] == 2
    assert client["BB_6M_CLASSES_mean"] == pytest.approx((2 + 1 + 2 + 0) / 4)
    assert client["BB_6M_IS_LATE_share"] == 0.75
    assert client["BB_6M_FOLLOWED_mean"] == pytest.approx((2 + 1 + 1 + 1) / 4)
    assert client["BB_6M_LATE_SHARE_mean"] == 0.5
    assert client["ROWS_bureau_balance"] == 6


def test_delays_of_long_ago_weigh_little():
    months = [{"SK_ID_BUREAU": 1, "MONTHS_BALANCE": -m, "STATUS": "3"} for m in (0, 12)]

    client = histories(bureau=[loan(1, -900)], bureau_balance=months)[1]

    assert client["BB_CLASS_DECAYED_sum"] == pytest.approx(3 + 3 / math.e, abs=2e-3)
    assert client["BB_CLASS_MEAN_mean"] == 3
