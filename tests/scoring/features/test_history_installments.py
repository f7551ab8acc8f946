"""Instalments: what is late, by how much, and what the parts of one payment add up to."""

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


def test_an_early_payment_is_not_a_late_one():
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
