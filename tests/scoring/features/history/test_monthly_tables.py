"""Aggregates of the monthly tables: past consumer and cash loans, and our credit card."""

import math

import pytest

from tests.scoring.features.history_rows import histories


def statement(
    month: int, *, loan: int = 10, term: float = 6, left: float = 3, status: str = "Active", **more
):
    return {
        "SK_ID_CURR": 1,
        "SK_ID_PREV": loan,
        "MONTHS_BALANCE": month,
        "CNT_INSTALMENT": term,
        "CNT_INSTALMENT_FUTURE": left,
        "NAME_CONTRACT_STATUS": status,
        "SK_DPD": 0.0,
        "SK_DPD_DEF": 0.0,
        **more,
    }


def card_month(month: int, *, card: int = 20, **more):
    return {"SK_ID_CURR": 1, "SK_ID_PREV": card, "MONTHS_BALANCE": month, **more}


def pos(*rows):
    return histories(pos_cash_balance=rows)[1]


def card(*rows):
    return histories(credit_card_balance=rows)[1]


def test_a_signed_contract_has_not_started():
    client = pos(statement(-3, status="Signed", left=99), statement(-2, left=5), statement(-1, left=4))

    assert client["POS_STATEMENTS_count"] == 2
    assert client["POS_RUNNING_CNT_INSTALMENT_FUTURE_sum"] == 4


def test_a_loan_with_nothing_left_is_completed_whatever_its_status_says():
    client = pos(statement(-1, left=0), statement(-1, loan=11, left=2, status="Completed"))

    assert client["POS_LATEST_IS_COMPLETED_share"] == 0.5
    assert client["POS_RUNNING_CNT_INSTALMENT_FUTURE_sum"] == 2


def test_lateness_is_measured_with_and_without_tolerance_and_by_window():
    client = pos(
        statement(-30, SK_DPD=40.0, SK_DPD_DEF=40.0), statement(-2, SK_DPD=3.0), statement(-1), statement(-13)
    )

    assert client["POS_SK_DPD_max"] == 40
    assert client["POS_IS_LATE_share"] == 0.5
    assert client["POS_IS_REALLY_LATE_share"] == 0.25
    assert client["POS_12M_IS_LATE_share"] == 0.5
    assert client["POS_6M_SK_DPD_max"] == 3
    assert client["POS_LATE_MONTH_max"] == -30


def test_instalments_saved_by_early_repayment():
    assert (
        pos(statement(-9, term=24, left=20), statement(-1, term=10, left=0))["POS_LATEST_SHORTENED_max"] == 14
    )


def test_two_cards_of_a_month_count_as_one_limit_and_one_balance():
    client = card(
        card_month(-1, AMT_BALANCE=300.0, AMT_CREDIT_LIMIT_ACTUAL=1000.0),
        card_month(-1, card=21, AMT_BALANCE=500.0, AMT_CREDIT_LIMIT_ACTUAL=1000.0),
    )

    assert client["CARD_UTILISATION_max"] == 0.4
    assert client["CARD_MONTHS_count"] == 1
    assert client["ROWS_credit_card_balance"] == 2


def test_use_of_the_limit_by_window():
    used = {-1: 10.0, -2: 60.0, -5: 90.0, -20: 0.0}
    client = card(
        *(card_month(month, AMT_BALANCE=to, AMT_CREDIT_LIMIT_ACTUAL=100.0) for month, to in used.items())
    )

    assert client["CARD_2M_UTILISATION_max"] == 0.6
    assert client["CARD_6M_UTILISATION_mean"] == pytest.approx(0.533333, abs=1e-6)
    assert client["CARD_6M_UTILISATION_trend"] == pytest.approx(0.533333 - 0.4, abs=1e-6)
    assert client["CARD_LAST_UTILISATION_value"] == 0.1


def test_a_card_without_limit_has_no_use_of_it():
    assert card(card_month(-1, AMT_BALANCE=5.0, AMT_CREDIT_LIMIT_ACTUAL=0.0))["CARD_UTILISATION_max"] is None


def test_paying_nothing_of_the_minimum_is_a_ratio_of_zero():
    client = card(card_month(-1, AMT_PAYMENT_TOTAL_CURRENT=0.0, AMT_INST_MIN_REGULARITY=50.0))

    assert client["CARD_PAID_TO_MINIMUM_min"] == 0


def test_a_balance_that_grows_every_month_has_a_rising_slope_and_a_monthly_rise():
    balances = {-4: 100.0, -3: 150.0, -2: 200.0, -1: 250.0}
    client = card(*(card_month(month, AMT_BALANCE=balance) for month, balance in balances.items()))

    assert client["CARD_6M_AMT_BALANCE_slope"] == 50
    assert client["CARD_CHANGE_mean"] == 50
    assert client["CARD_CHANGE_RATIO_max"] == 0.5


def test_recent_months_weigh_more_in_a_decayed_mean():
    client = card(card_month(-12, AMT_BALANCE=1000.0), card_month(-1, AMT_BALANCE=100.0))

    old, new = math.exp(-1), math.exp(-1 / 12)
    assert client["CARD_RECENT_BALANCE_mean_decayed"] == pytest.approx(
        (1000 * old + 100 * new) / (old + new), rel=1e-3
    )


def test_the_last_month_gives_the_limit_and_whether_a_card_is_open():
    client = card(
        card_month(-9, AMT_CREDIT_LIMIT_ACTUAL=250.0, NAME_CONTRACT_STATUS="Active"),
        card_month(-2, AMT_CREDIT_LIMIT_ACTUAL=500.0, NAME_CONTRACT_STATUS="Completed"),
    )

    assert client["CARD_LAST_AMT_CREDIT_LIMIT_ACTUAL_value"] == 500
    assert client["CARD_LAST_LIMIT_TO_LOWEST"] == 2
    assert client["CARD_LAST_IS_OPEN_value"] == 0
    assert client["CARD_IS_OPEN_share"] == 0.5


def test_six_months_of_statements_are_compared_with_two_years():
    client = pos(statement(-2, SK_DPD=6.0), statement(-10, SK_DPD=2.0), statement(-20))

    assert client["POS_6M_SK_DPD_mean_OVER_24M"] == pytest.approx(6 / (8 / 3))
    assert client["POS_6M_IS_LATE_share_OVER_24M"] == pytest.approx(1.5)
    assert pos(statement(-2), statement(-10))["POS_6M_SK_DPD_mean_OVER_24M"] is None


def test_instalments_left_fall_by_one_a_month():
    client = pos(*(statement(-month, left=float(month + 3)) for month in range(1, 6)))

    assert client["POS_6M_CNT_INSTALMENT_FUTURE_slope"] == -1
    assert client["POS_6M_SK_DPD_slope"] == 0


def test_the_three_newest_loans_leave_older_ones_out():
    client = pos(*(statement(-10 * n, loan=n, SK_DPD=float(n > 3)) for n in range(1, 6)))

    assert client["POS_LAST3_LOANS_IS_LATE_share"] == 0
    assert client["POS_IS_LATE_sum"] == 2
