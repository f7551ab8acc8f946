"""Aggregates of instalments: delays, shortfalls and payments in parts."""

import math
from statistics import linear_regression

import pytest

from tests.scoring.features.history_rows import histories

LOAN = {"SK_ID_CURR": 1, "SK_ID_PREV": 10, "NUM_INSTALMENT_VERSION": 1.0}


def instalment(
    number: int, *, due: int, paid: int | None, owed: float = 100.0, amount: float | None = 100.0, **more
):
    return {
        **LOAN,
        "NUM_INSTALMENT_NUMBER": float(number),
        "DAYS_INSTALMENT": due,
        "DAYS_ENTRY_PAYMENT": paid,
        "AMT_INSTALMENT": owed,
        "AMT_PAYMENT": amount,
        **more,
    }


def history_of(*rows):
    return histories(installments_payments=rows)[1]


def test_early_payments_have_a_negative_delay():
    client = history_of(instalment(1, due=-100, paid=-108), instalment(2, due=-70, paid=-65))

    assert client["INST_DELAY_mean"] == pytest.approx((-8 + 5) / 2)
    assert client["INST_DELAY_max"] == 5
    assert client["INST_DELAY_min"] == -8
    assert client["INST_IS_LATE_share"] == 0.5
    assert client["INST_DAYS_LATE_mean"] == 2.5


def test_an_instalment_paid_in_parts_is_one_instalment_as_late_as_its_last_part():
    client = history_of(
        instalment(1, due=-100, paid=-103, amount=60.0),
        instalment(1, due=-100, paid=-90, amount=40.0),
        instalment(2, due=-70, paid=-70),
    )

    assert client["INST_INSTALMENTS_count"] == 2
    assert client["ROWS_installments_payments"] == 3
    assert client["INST_DELAY_max"] == 10
    assert client["INST_SHORTFALL_sum"] == 0
    assert client["INST_IN_PARTS_share"] == 0.5


def test_an_instalment_never_paid_has_no_delay_and_no_amount():
    client = history_of(instalment(1, due=-40, paid=None, amount=None))

    assert client["INST_INSTALMENTS_count"] == 1
    assert client["INST_DELAY_mean"] is None
    assert client["INST_AMT_PAYMENT_sum"] is None


def test_nothing_due_gives_no_paid_ratio():
    assert history_of(instalment(1, due=-40, paid=-40, owed=0.0))["INST_PAID_RATIO_mean"] is None


def test_a_window_holds_what_was_due_within_it():
    client = history_of(
        instalment(1, due=-366, paid=-300),
        instalment(2, due=-365, paid=-360),
        instalment(3, due=-90, paid=-91),
    )

    assert client["INST_365D_DELAY_mean"] == (5 - 1) / 2
    assert client["INST_90D_DELAY_mean"] == -1
    assert client["INST_30D_DELAY_max"] is None
    assert client["INST_90D_INSTALMENTS_count"] == 1
    assert client["INST_365D_DELAY_trend"] == pytest.approx(2 - (66 + 5 - 1) / 3)


def test_the_last_late_payment_is_dated_by_when_it_was_due():
    client = history_of(
        instalment(1, due=-200, paid=-190),
        instalment(2, due=-100, paid=-98),
        instalment(3, due=-50, paid=-50),
    )

    assert client["INST_LATE_DUE_max"] == -100
    assert client["INST_LATE_7_DUE_max"] == -200


def test_the_newest_loan_is_the_one_that_started_last():
    old = instalment(9, due=-20, paid=-20)
    new = {**instalment(1, due=-30, paid=-24), "SK_ID_PREV": 11}

    client = history_of(instalment(1, due=-300, paid=-300), old, new)

    assert client["INST_LAST_LOAN_DELAY_mean"] == 6


def test_the_trend_of_delays_is_the_slope_of_a_line_through_them():
    delays = {-150: 0, -120: 4, -90: 1, -60: 9, -30: 7}
    rows = (instalment(n, due=due, paid=due + late) for n, (due, late) in enumerate(delays.items(), 1))

    months = [due / (365.25 / 12) for due in delays]
    expected = linear_regression(months, list(delays.values())).slope

    client = history_of(*rows)
    assert client["INST_365D_DELAY_slope"] == pytest.approx(expected, rel=1e-5)
    assert client["INST_LAST12_DELAY_slope"] == client["INST_365D_DELAY_slope"]


def test_one_instalment_has_no_trend():
    assert history_of(instalment(1, due=-30, paid=-20))["INST_365D_DELAY_slope"] is None


def test_recent_delays_weigh_more_than_old_ones():
    client = history_of(instalment(1, due=-365, paid=-355), instalment(2, due=0, paid=0))

    assert client["INST_RECENT_LATENESS_sum"] == pytest.approx(10 / math.e, abs=1e-3)
    assert client["INST_RECENT_LATENESS_mean_decayed"] == pytest.approx(
        10 / math.e / (1 + 1 / math.e), abs=1e-3
    )


def test_a_delay_counts_by_the_share_that_was_paid():
    client = history_of(instalment(1, due=-100, paid=-90, owed=100.0, amount=50.0))

    assert client["INST_WEIGHTED_DELAY_max"] == 5
    assert client["INST_180D_WEIGHTED_DELAY_max"] == 5


def test_a_few_cents_late_do_not_make_an_instalment_late():
    cents, half = 4.0, 50.0
    client = history_of(
        *(
            instalment(n, due=-100, paid=paid, amount=amount)
            for n, late in ((1, cents), (2, half))
            for paid, amount in ((-100, 100.0 - late), (-95, late))
        )
    )

    assert client["INST_IS_LATE_share"] == 1
    assert client["INST_IS_MOSTLY_LATE_share"] == 0.5
    assert client["INST_LATE_PART_mean"] == pytest.approx(0.27)


def test_short_windows_are_compared_with_longer_ones():
    client = history_of(instalment(1, due=-20, paid=-10), instalment(2, due=-50, paid=-48))

    assert client["INST_30D_DAYS_LATE_mean_OVER_60D"] == pytest.approx(10 / 6)
    assert history_of(instalment(1, due=-20, paid=-21))["INST_30D_DAYS_LATE_mean_OVER_60D"] is None


def test_instalments_are_aggregated_by_the_contract_type_of_their_loan():
    loans = [
        {
            "SK_ID_CURR": 1,
            "SK_ID_PREV": number,
            "NAME_CONTRACT_TYPE": contract_type,
            "NAME_CONTRACT_STATUS": "Approved",
        }
        for number, contract_type in ((10, "Cash loans"), (11, "Consumer loans"))
    ]
    rows = [
        instalment(1, due=-60, paid=-50),
        {**instalment(1, due=-60, paid=-60), "SK_ID_PREV": 11},
        {**instalment(1, due=-60, paid=-59), "SK_ID_PREV": 12},
    ]

    client = histories(installments_payments=rows, previous_application=loans)[1]

    assert client["INST_CASH_DELAY_mean"] == 10
    assert client["INST_CONSUMER_DELAY_mean"] == 0
    assert client["INST_INSTALMENTS_count"] == 3
    assert history_of(*rows)["INST_CASH_DELAY_mean"] is None


def test_payments_of_a_month_are_added_up_over_all_loans():
    other_loan = {**instalment(1, due=-45, paid=-45, amount=40.0), "SK_ID_PREV": 11}

    client = history_of(instalment(1, due=-40, paid=-40), other_loan, instalment(2, due=-10, paid=-10))

    assert client["INST_MONTH_PAID_max"] == 140
    assert client["INST_INTERVAL_mean"] == 30
