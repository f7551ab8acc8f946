"""Aggregates of every recipe on real clients, recomputed with pandas from the files alone."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from scoring.ml.features.catalogue import BY_NAME
from tests.scoring.features.history_rows import Histories

pytestmark = pytest.mark.real_data

CLIENT, LOAN = "SK_ID_CURR", "SK_ID_PREV"
MONTH = 365.25 / 12


def table(folder: Path, stem: str) -> pd.DataFrame:
    return pd.read_parquet(folder / f"{stem}.parquet")


def slope(rows: pd.DataFrame, when: str, what: str) -> float:
    present = rows[[when, what]].dropna()
    if present[when].nunique() < 2:
        return float("nan")
    return float(np.polyfit(present[when], present[what], 1)[0])


def share_owed_on_recent_loans(folder: Path) -> pd.Series:
    loans = table(folder, "bureau").query("DAYS_CREDIT >= -730")
    owed = loans.AMT_CREDIT_SUM_DEBT / loans.AMT_CREDIT_SUM.replace(0, np.nan)
    return owed.clip(-100, 100).groupby(loans[CLIENT]).mean()


def card_debt_over_card_credit(folder: Path) -> pd.Series:
    cards = table(folder, "bureau").query("CREDIT_TYPE == 'Credit card'").groupby(CLIENT)
    credit = cards.AMT_CREDIT_SUM.sum(min_count=1).replace(0, np.nan)
    return cards.AMT_CREDIT_SUM_DEBT.sum(min_count=1) / credit


def decayed_debt(folder: Path) -> pd.Series:
    loans = table(folder, "bureau")
    return (
        (loans.AMT_CREDIT_SUM_DEBT * np.exp(loans.DAYS_CREDIT / 365)).groupby(loans[CLIENT]).sum(min_count=1)
    )


def delay_classes_of_a_year(folder: Path) -> pd.Series:
    owners = table(folder, "bureau")[[CLIENT, "SK_ID_BUREAU"]]
    months = table(folder, "bureau_balance").query("MONTHS_BALANCE >= -12").merge(owners, on="SK_ID_BUREAU")
    months["CLASS"] = pd.to_numeric(months.STATUS.replace("C", "0"), errors="coerce")
    monthly = months.groupby([CLIENT, "MONTHS_BALANCE"]).CLASS.sum(min_count=1)
    return monthly.groupby(CLIENT).mean()


def instalment_requested_in_a_year(folder: Path) -> pd.Series:
    recent = table(folder, "previous_application").query("DAYS_DECISION >= -365")
    return recent.AMT_ANNUITY.replace(0, np.nan).groupby(recent[CLIENT]).mean()


def latest_product(folder: Path) -> pd.Series:
    latest = (
        table(folder, "previous_application").sort_values(["DAYS_DECISION", LOAN]).groupby(CLIENT).tail(1)
    )
    codes = {
        product: code
        for code, product in enumerate(BY_NAME["PREV_LAST_PRODUCT_COMBINATION_value"].categories)
    }
    return latest.set_index(CLIENT).PRODUCT_COMBINATION.map(codes)


def first_two_amounts(folder: Path) -> pd.Series:
    first = table(folder, "previous_application").sort_values(["DAYS_DECISION", LOAN]).groupby(CLIENT).head(2)
    return first.AMT_CREDIT.replace(0, np.nan).groupby(first[CLIENT]).mean()


def paid_on_running_loans(folder: Path) -> pd.Series:
    loans = table(folder, "previous_application")
    ends = loans.DAYS_LAST_DUE.fillna(365_243)
    running = loans[(loans.NAME_CONTRACT_STATUS == "Approved") & (ends > 0)][[CLIENT, LOAN]]
    paid = table(folder, "installments_payments").merge(running, on=[CLIENT, LOAN])
    return paid.groupby(CLIENT).AMT_PAYMENT.sum(min_count=1)


def loans_ever_paid_late(folder: Path) -> pd.Series:
    payments = table(folder, "installments_payments")
    late = payments.DAYS_ENTRY_PAYMENT > payments.DAYS_INSTALMENT
    applications = table(folder, "previous_application")[[CLIENT, LOAN]]
    loans = late.groupby([payments[CLIENT], payments[LOAN]]).any().rename("LATE").reset_index()
    return loans.merge(applications, on=[CLIENT, LOAN]).groupby(CLIENT).LATE.sum()


def instalments(folder: Path) -> pd.DataFrame:
    key = [CLIENT, LOAN, "NUM_INSTALMENT_NUMBER", "NUM_INSTALMENT_VERSION"]
    groups = table(folder, "installments_payments").groupby(key, as_index=False)
    rows = groups.agg(
        DUE=("DAYS_INSTALMENT", "min"),
        PAID=("DAYS_ENTRY_PAYMENT", "max"),
        OWED=("AMT_INSTALMENT", "max"),
        AMOUNT=("AMT_PAYMENT", lambda parts: parts.sum(min_count=1)),
    )
    rows["DELAY"] = rows.PAID - rows.DUE
    rows["LATE"] = rows.DELAY.clip(lower=0)
    rows["WEIGHTED"] = (rows.AMOUNT / rows.OWED.replace(0, np.nan)).clip(-100, 100) * rows.DELAY
    rows["MONTH"] = rows.DUE / MONTH
    return rows


def trend_of_delays(folder: Path) -> pd.Series:
    recent = instalments(folder).query("DUE >= -365")
    return pd.Series({client: slope(rows, "MONTH", "DELAY") for client, rows in recent.groupby(CLIENT)})


def recent_over_yearly_delay(folder: Path) -> pd.Series:
    rows = instalments(folder)
    short, long = (rows[-days <= rows.DUE].groupby(CLIENT).LATE.mean() for days in (60, 365))
    return short / long.replace(0, np.nan)


def heaviest_delay(folder: Path) -> pd.Series:
    return instalments(folder).query("DUE >= -180").groupby(CLIENT).WEIGHTED.max()


def decayed_delay(folder: Path) -> pd.Series:
    rows = instalments(folder)
    return (rows.LATE * np.exp(rows.DUE / 365)).groupby(rows[CLIENT]).sum(min_count=1)


def delay_on_cash_loans(folder: Path) -> pd.Series:
    cash = table(folder, "previous_application").query("NAME_CONTRACT_TYPE == 'Cash loans'")[[CLIENT, LOAN]]
    return instalments(folder).merge(cash, on=[CLIENT, LOAN]).groupby(CLIENT).DELAY.mean()


def delay_of_the_last_five(folder: Path) -> pd.Series:
    order = ["DUE", LOAN, "NUM_INSTALMENT_NUMBER", "NUM_INSTALMENT_VERSION"]
    return instalments(folder).sort_values(order).groupby(CLIENT).tail(5).groupby(CLIENT).DELAY.mean()


def most_paid_in_a_month(folder: Path) -> pd.Series:
    rows = instalments(folder).dropna(subset="PAID")
    monthly = rows.groupby([CLIENT, np.floor(rows.PAID / MONTH)]).AMOUNT.sum()
    return monthly.groupby(CLIENT).max()


def statements(folder: Path) -> pd.DataFrame:
    return table(folder, "POS_CASH_balance").query("NAME_CONTRACT_STATUS != 'Signed'")


def late_statements_of_late(folder: Path) -> pd.Series:
    rows = statements(folder)
    short, long = (
        (recent.SK_DPD > 0).groupby(recent[CLIENT]).mean()
        for recent in (rows[-months <= rows.MONTHS_BALANCE] for months in (6, 24))
    )
    return short / long.replace(0, np.nan)


def trend_of_instalments_left(folder: Path) -> pd.Series:
    recent = statements(folder).query("MONTHS_BALANCE >= -12")
    groups = recent.groupby(CLIENT)
    return pd.Series(
        {client: slope(rows, "MONTHS_BALANCE", "CNT_INSTALMENT_FUTURE") for client, rows in groups}
    )


def card_months(folder: Path) -> pd.DataFrame:
    cards = table(folder, "credit_card_balance").groupby([CLIENT, "MONTHS_BALANCE"], as_index=False)
    return cards[["AMT_BALANCE", "AMT_CREDIT_LIMIT_ACTUAL"]].sum()


def trend_of_the_balance(folder: Path) -> pd.Series:
    recent = card_months(folder).query("MONTHS_BALANCE >= -12")
    groups = recent.groupby(CLIENT)
    return pd.Series({client: slope(rows, "MONTHS_BALANCE", "AMT_BALANCE") for client, rows in groups})


def decayed_balance(folder: Path) -> pd.Series:
    rows = card_months(folder)
    weight = np.exp(rows.MONTHS_BALANCE / 12)
    return (rows.AMT_BALANCE * weight).groupby(rows[CLIENT]).sum() / weight.groupby(rows[CLIENT]).sum()


@pytest.mark.parametrize(
    ("name", "recompute"),
    [
        ("BURO_24M_DEBT_RATIO_mean", share_owed_on_recent_loans),
        ("BURO_CARD_DEBT_TO_CREDIT", card_debt_over_card_credit),
        ("BURO_RECENT_DEBT_sum", decayed_debt),
        ("BB_12M_CLASSES_mean", delay_classes_of_a_year),
        ("PREV_12M_AMT_ANNUITY_mean", instalment_requested_in_a_year),
        ("PREV_LAST_PRODUCT_COMBINATION_value", latest_product),
        ("PREV_FIRST2_AMT_CREDIT_mean", first_two_amounts),
        ("PREV_RUNNING_PAID_SO_FAR_sum", paid_on_running_loans),
        ("PREV_WAS_LATE_sum", loans_ever_paid_late),
        ("INST_365D_DELAY_slope", trend_of_delays),
        ("INST_60D_DAYS_LATE_mean_OVER_365D", recent_over_yearly_delay),
        ("INST_180D_WEIGHTED_DELAY_max", heaviest_delay),
        ("INST_RECENT_LATENESS_sum", decayed_delay),
        ("INST_CASH_DELAY_mean", delay_on_cash_loans),
        ("INST_LAST5_DELAY_mean", delay_of_the_last_five),
        ("INST_MONTH_PAID_max", most_paid_in_a_month),
        ("POS_6M_IS_LATE_share_OVER_24M", late_statements_of_late),
        ("POS_12M_CNT_INSTALMENT_FUTURE_slope", trend_of_instalments_left),
        ("CARD_12M_AMT_BALANCE_slope", trend_of_the_balance),
        ("CARD_RECENT_BALANCE_mean_decayed", decayed_balance),
    ],
)
def test_an_aggregate_of_real_clients_equals_its_pandas_version(
    name: str, recompute: Callable[[Path], pd.Series], seven_tables: Path, computed: Histories
):
    expected = recompute(seven_tables).dropna()
    ours = pd.Series({client: values[name] for client, values in computed.items()}, dtype="float64").dropna()

    assert len(expected) >= 3
    assert sorted(ours.index) == sorted(expected.index)
    np.testing.assert_allclose(ours[expected.index], expected, rtol=2e-3, atol=2e-3)
