"""Aggregates of previous applications: decisions, prices and what is left to pay."""

from typing import Any

import pytest

from scoring.ml.features.catalogue import BY_NAME
from tests.scoring.features.history_rows import histories


def application(number: int, decided: float, *, status: str = "Approved", **more):
    return {
        "SK_ID_CURR": 1,
        "SK_ID_PREV": number,
        "NAME_CONTRACT_STATUS": status,
        "NAME_CONTRACT_TYPE": "Cash loans",
        "DAYS_DECISION": decided,
        **more,
    }


def history_of(*applications):
    return histories(previous_application=applications)[1]


def test_refusals_are_a_share_of_the_applications_of_their_window():
    client = history_of(
        application(1, -1000, status="Refused", CODE_REJECT_REASON="LIMIT"),
        application(2, -300, CODE_REJECT_REASON="XAP"),
        application(3, -200, status="Refused", CODE_REJECT_REASON="SCO"),
        application(4, -100, CODE_REJECT_REASON="XAP"),
    )

    assert client["PREV_IS_REFUSED_share"] == 0.5
    assert client["PREV_12M_IS_REFUSED_share"] == pytest.approx(1 / 3)
    assert client["PREV_REFUSED_DAYS_DECISION_max"] == -200
    assert client["PREV_FOR_SCORE_share"] == 0.25


def test_365243_days_is_no_date():
    client = history_of(application(1, -500, DAYS_LAST_DUE=365_243.0, DAYS_LAST_DUE_1ST_VERSION=-470.0))

    assert client["PREV_APPROVED_DAYS_LAST_DUE_max"] is None
    assert client["PREV_APPROVED_DAYS_LAST_DUE_1ST_VERSION_max"] == -470


@pytest.mark.parametrize(("rate", "term"), [(0.01, 12), (0.03, 24), (0.05, 6), (0.02, 60)])
def test_the_implied_rate_is_the_one_that_prices_the_annuity(rate: float, term: int):
    annuity = 10_000 * rate / (1 - (1 + rate) ** -term)

    client = history_of(
        application(1, -500, AMT_CREDIT=10_000.0, AMT_ANNUITY=annuity, CNT_PAYMENT=float(term))
    )

    assert client["PREV_MONTHLY_RATE_max"] == pytest.approx(rate, abs=2e-5)


def test_nothing_granted_gives_no_rate_and_no_ratio():
    client = history_of(
        application(1, -5, AMT_APPLICATION=0.0, AMT_CREDIT=0.0, AMT_ANNUITY=0.0, CNT_PAYMENT=0.0)
    )

    assert client["PREV_MONTHLY_RATE_max"] is None
    assert client["PREV_ASKED_TO_GRANTED_mean"] is None
    assert client["PREV_AMT_CREDIT_max"] is None


def test_what_is_left_to_pay_counts_only_loans_still_running():
    running: dict[str, Any] = {
        "AMT_ANNUITY": 100.0,
        "CNT_PAYMENT": 12.0,
        "AMT_CREDIT": 1000.0,
        "DAYS_FIRST_DUE": -75.0,
    }

    client = history_of(
        application(1, -100, **running, DAYS_LAST_DUE=365_243.0),
        application(2, -900, **running, DAYS_LAST_DUE=-400.0),
    )

    assert client["PREV_RUNNING_REMAINING_DEBT_sum"] == 900
    assert client["PREV_RUNNING_AMT_ANNUITY_sum"] == 100
    assert client["PREV_RUNNING_REMAINING_TO_CREDIT"] == 0.9


def test_the_latest_application_gives_its_own_values():
    client = history_of(
        application(1, -50, AMT_CREDIT=10.0), application(2, -40, AMT_CREDIT=20.0, status="Refused")
    )

    assert client["PREV_LAST_AMT_CREDIT_value"] == 20
    assert client["PREV_LAST_IS_REFUSED_value"] == 1
    assert client["PREV_LAST_GAP_value"] == 10


def test_the_product_of_the_latest_application_is_its_position_in_the_vocabulary():
    client = history_of(
        application(1, -50, PRODUCT_COMBINATION="Cash"),
        application(2, -40, PRODUCT_COMBINATION="Card Street", CHANNEL_TYPE="never heard of"),
    )

    products = list(BY_NAME["PREV_LAST_PRODUCT_COMBINATION_value"].categories)
    assert products[int(client["PREV_LAST_PRODUCT_COMBINATION_value"])] == "Card Street"
    assert client["PREV_LAST_CHANNEL_TYPE_value"] is None


def test_the_first_applications_are_counted_from_the_oldest():
    client = history_of(*(application(n, -100 * n, AMT_CREDIT=float(n)) for n in range(1, 6)))

    assert client["PREV_FIRST2_AMT_CREDIT_mean"] == 4.5
    assert client["PREV_SECOND_AMT_CREDIT_value"] == 2


def test_what_falls_due_later_counts_the_loans_that_still_run_then():
    def running(number: int, term: int, annuity: float):
        """Six instalments of it have fallen due."""
        return application(
            number,
            -200,
            CNT_PAYMENT=float(term),
            AMT_ANNUITY=annuity,
            AMT_CREDIT=1000.0,
            DAYS_FIRST_DUE=-180.0,
            DAYS_LAST_DUE=365_243.0,
        )

    client = history_of(running(1, 10, 100.0), running(2, 30, 7.0), running(3, 6, 5000.0))

    assert client["PREV_RUNNING_UNPAID_sum"] == 4 + 24
    assert client["PREV_DUE_IN_3M_AMT_ANNUITY_sum"] == 107
    assert client["PREV_DUE_IN_6M_AMT_ANNUITY_sum"] == 7
    assert client["PREV_DUE_IN_24M_AMT_ANNUITY_sum"] == 7
    assert client["PREV_RUNNING_DUE_WITHIN_12M_sum"] == 400 + 84


def test_payments_give_which_loans_were_paid_late_and_what_is_left_of_the_credit():
    loan: dict[str, Any] = {
        "AMT_CREDIT": 1000.0,
        "AMT_ANNUITY": 100.0,
        "CNT_PAYMENT": 12.0,
        "DAYS_FIRST_DUE": -55.0,
        "DAYS_LAST_DUE": 365_243.0,
    }
    payment = {"SK_ID_CURR": 1, "NUM_INSTALMENT_NUMBER": 1.0, "NUM_INSTALMENT_VERSION": 1.0}
    payments = [
        {**payment, "SK_ID_PREV": 1, "DAYS_INSTALMENT": -55, "DAYS_ENTRY_PAYMENT": -50, "AMT_PAYMENT": 60.0},
        {**payment, "SK_ID_PREV": 2, "DAYS_INSTALMENT": -55, "DAYS_ENTRY_PAYMENT": -55, "AMT_PAYMENT": 200.0},
    ]

    applications = [application(1, -90, **loan), application(2, -80, **loan)]
    client = histories(previous_application=applications, installments_payments=payments)[1]

    assert client["PREV_WAS_LATE_share"] == 0.5
    assert client["PREV_LATE_DAYS_DECISION_max"] == -90
    assert client["PREV_RUNNING_CREDIT_LESS_PAID_sum"] == 940 + 800
    assert client["PREV_RUNNING_BEHIND_sum"] == 140 + 0
    assert history_of(*applications)["PREV_WAS_LATE_share"] is None
