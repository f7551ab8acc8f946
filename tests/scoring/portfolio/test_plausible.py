import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

NO_DATE = 365243
seeds = given(seed=st.integers(0, 10_000))
few = settings(max_examples=8, deadline=None)


def applications(block):
    train, test = block["application_train"], block["application_test"]
    return {name: np.concatenate([train[name], test[name]]) for name in train}


@pytest.fixture(scope="module")
def draw(portfolio):
    return lambda seed, clients=300: next(portfolio.blocks(clients, seed))


@few
@seeds
def test_people_are_adults_and_were_hired_as_such(draw, seed):
    people = applications(draw(seed))
    assert people["DAYS_BIRTH"].max() <= -20 * 365
    assert people["DAYS_BIRTH"].min() >= -70 * 365.25
    has_job = people["DAYS_EMPLOYED"] != NO_DATE
    assert (people["DAYS_EMPLOYED"][has_job] - people["DAYS_BIRTH"][has_job]).min() > 17 * 365
    assert (people["DAYS_REGISTRATION"] >= people["DAYS_BIRTH"]).all()


@few
@seeds
def test_pensioners_have_no_employer_and_no_work_phone_of_one(draw, seed):
    people = applications(draw(seed))
    no_job = people["DAYS_EMPLOYED"] == NO_DATE
    assert ((people["ORGANIZATION_TYPE"] == "XNA") == no_job).all()
    assert ((people["NAME_INCOME_TYPE"] == "Pensioner") == no_job).all()
    assert ((people["FLAG_EMP_PHONE"] == 0) == no_job).all()
    assert all(occupation is None for occupation in people["OCCUPATION_TYPE"][no_job])


@few
@seeds
def test_family_members_car_and_building_figures_hang_together(draw, seed):
    people = applications(draw(seed))
    partner = np.isin(people["NAME_FAMILY_STATUS"].astype(str), ("Married", "Civil marriage"))
    assert (people["CNT_FAM_MEMBERS"] == people["CNT_CHILDREN"] + 1 + partner).all()
    assert ((people["FLAG_OWN_CAR"] == "Y") == ~np.isnan(people["OWN_CAR_AGE"])).all()
    for form in ("MODE", "MEDI"):
        assert (np.isnan(people[f"APARTMENTS_{form}"]) >= np.isnan(people["APARTMENTS_AVG"])).all()
    assert (people["DEF_30_CNT_SOCIAL_CIRCLE"] <= people["OBS_30_CNT_SOCIAL_CIRCLE"])[
        ~np.isnan(people["OBS_30_CNT_SOCIAL_CIRCLE"])
    ].all()


@few
@seeds
def test_amounts_follow_the_banks_terms(draw, seed):
    people = applications(draw(seed))
    credit, annuity, goods = (people[f"AMT_{name}"] for name in ("CREDIT", "ANNUITY", "GOODS_PRICE"))
    revolving = people["NAME_CONTRACT_TYPE"] == "Revolving loans"
    assert np.abs(annuity - credit * 0.05)[revolving].max(initial=0) <= 4.5
    assert (credit / annuity)[~revolving].min() > 7
    assert (credit / annuity)[~revolving].max() < 46
    assert np.nanmean(goods <= credit) > 0.95
    assert (people["AMT_INCOME_TOTAL"] >= 20_000).all()


@few
@seeds
def test_dates_of_other_lenders_are_in_order(draw, seed):
    block = draw(seed)
    credits, months = block["bureau"], block["bureau_balance"]
    closed = credits["CREDIT_ACTIVE"] == "Closed"
    assert (~np.isnan(credits["DAYS_ENDDATE_FACT"]) == closed).all()
    assert (credits["DAYS_CREDIT"] < 0).all()
    assert (credits["DAYS_ENDDATE_FACT"] >= credits["DAYS_CREDIT"])[closed].all()
    assert (credits["DAYS_CREDIT_UPDATE"] >= credits["DAYS_CREDIT"]).all()
    oldest = dict(zip(credits["SK_ID_BUREAU"], credits["DAYS_CREDIT"], strict=True))
    opened = np.array([oldest[credit] for credit in months["SK_ID_BUREAU"]])
    assert (months["MONTHS_BALANCE"] * 30.44 >= opened - 31).all()


@few
@seeds
def test_repayments_belong_to_the_schedule_of_their_contract(draw, seed):
    block = draw(seed)
    contracts, payments = block["previous_application"], block["installments_payments"]
    row_of = {contract: row for row, contract in enumerate(contracts["SK_ID_PREV"])}
    rows = np.array([row_of[contract] for contract in payments["SK_ID_PREV"]])
    assert set(contracts["NAME_CONTRACT_STATUS"][rows]) == {"Approved"}
    loan = payments["NUM_INSTALMENT_VERSION"] > 0
    due = contracts["DAYS_FIRST_DUE"][rows] + 30 * (payments["NUM_INSTALMENT_NUMBER"] - 1)
    assert (payments["DAYS_INSTALMENT"] == due)[loan].all()
    assert (payments["NUM_INSTALMENT_NUMBER"] <= contracts["CNT_PAYMENT"][rows])[loan].all()
    assert (payments["DAYS_ENTRY_PAYMENT"] < 0).all()


@few
@seeds
def test_no_month_appears_twice(draw, seed):
    block = draw(seed)
    for table, key in (
        ("bureau_balance", "SK_ID_BUREAU"),
        ("POS_CASH_balance", "SK_ID_PREV"),
        ("credit_card_balance", "SK_ID_PREV"),
    ):
        months = np.column_stack([block[table][key], block[table]["MONTHS_BALANCE"]])
        assert len(np.unique(months, axis=0)) == len(months)


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 10_000), clients=st.integers(1, 12))
def test_the_smallest_portfolios_can_be_drawn(draw, seed, clients):
    block = draw(seed, clients)
    assert len(block["clients"]["NAME"]) == clients


def test_clients_default_as_often_as_the_banks_do(portfolio):
    odds = portfolio.sample_odds(20_000, 3)
    assert np.mean(1 / (1 + np.exp(-odds))) == pytest.approx(0.080, abs=0.004)


def test_some_clients_have_no_history_at_other_lenders_or_here(draw):
    block = draw(5, 4_000)
    people = applications(block)["SK_ID_CURR"]
    without_bureau = 1 - np.isin(people, block["bureau"]["SK_ID_CURR"]).mean()
    without_previous = 1 - np.isin(people, block["previous_application"]["SK_ID_CURR"]).mean()
    assert without_bureau == pytest.approx(0.142, abs=0.02)
    assert without_previous == pytest.approx(0.043, abs=0.015)


def per_client(people, rows, values):
    """The sum of `values` for each of the people."""
    row_of = {reference: row for row, reference in enumerate(people["SK_ID_CURR"])}
    owner = np.array([row_of[reference] for reference in rows["SK_ID_CURR"]], dtype=int)
    return np.bincount(owner, np.nan_to_num(values), minlength=len(people["SK_ID_CURR"]))


@few
@seeds
def test_nobody_owes_more_than_lenders_grant_on_an_income(draw, seed):
    block = draw(seed)
    people, credits, contracts = applications(block), block["bureau"], block["previous_application"]
    income = people["AMT_INCOME_TOTAL"]
    running = credits["CREDIT_ACTIVE"] != "Closed"
    debt = per_client(people, credits, np.where(running, credits["AMT_CREDIT_SUM_DEBT"], 0))
    mortgage = per_client(people, credits, running & (credits["CREDIT_TYPE"] == "Mortgage")) > 0
    instalments = per_client(people, credits, np.where(running, credits["AMT_ANNUITY"], 0))
    assert (people["AMT_ANNUITY"] / income).max() <= 0.41
    assert (instalments / income).max() <= 0.26
    assert (debt / income)[~mortgage].max() <= 18.1
    assert (debt / income).max() <= 36.1
    earned = dict(zip(people["SK_ID_CURR"], income, strict=True))
    monthly = np.array([earned[reference] for reference in contracts["SK_ID_CURR"]])
    assert np.nanmax(contracts["AMT_ANNUITY"] / monthly) <= 0.41


@few
@seeds
def test_no_credit_was_signed_by_a_child_or_costs_less_than_nothing(draw, seed):
    block = draw(seed)
    people, credits, contracts = applications(block), block["bureau"], block["previous_application"]
    born = dict(zip(people["SK_ID_CURR"], people["DAYS_BIRTH"], strict=True))
    for rows, day in ((credits, "DAYS_CREDIT"), (contracts, "DAYS_DECISION")):
        age = rows[day] - np.array([born[reference] for reference in rows["SK_ID_CURR"]])
        assert age.min() >= 18 * 365.25 - 1
    loans = contracts["NAME_CONTRACT_TYPE"] != "Revolving loans"
    repaid = contracts["AMT_ANNUITY"] * contracts["CNT_PAYMENT"]
    counted = loans & (contracts["CNT_PAYMENT"] > 0)
    assert (repaid >= contracts["AMT_CREDIT"] - 4.5 * contracts["CNT_PAYMENT"])[counted].all()
    owed, lent = credits["AMT_CREDIT_SUM_DEBT"], credits["AMT_CREDIT_SUM"]
    assert not (owed > 1.06 * lent + 4.5).any()
    assert not (credits["AMT_CREDIT_SUM_OVERDUE"] > np.nan_to_num(owed) + 4.5).any()


@few
@seeds
def test_pensioners_children_and_cars_have_an_age_that_nobody_laughs_at(draw, seed):
    people = applications(draw(seed))
    age = -people["DAYS_BIRTH"] / 365.25
    assert age[people["NAME_INCOME_TYPE"] == "Pensioner"].min(initial=99) >= 45
    assert (people["CNT_CHILDREN"] <= (age - 17) / 2).all()
    assert np.nanmax(people["OWN_CAR_AGE"]) <= 30
