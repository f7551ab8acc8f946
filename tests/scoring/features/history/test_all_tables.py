"""Properties of every history: exact, independent of order and other clients, missing where there is none."""

import random
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scoring.ml.features.history.all_tables import AGGREGATES, HISTORY_GROUPS, history
from scoring.ml.tables.catalogue import HISTORY, TABLES
from scoring.ml.tables.schema import Column, Kind
from tests.scoring.features.history_rows import histories

Row = dict[str, Any]
Rows = dict[str, Any]

CLIENTS = 4
SHARED = {
    "SK_ID_CURR": range(1, 1 + CLIENTS),
    "MONTHS_BALANCE": range(-30, 0),
    "NUM_INSTALMENT_NUMBER": range(1, 6),
    "NUM_INSTALMENT_VERSION": range(3),
}


def made_up(seed: int, rows: int = 40) -> Rows:
    """Draw rows of every history table: odd amounts, missing values, unknown categories, several loans."""
    chance = random.Random(seed)
    return {name: [_row(name, chance) for _ in range(rows)] for name in HISTORY}


def _row(name: str, chance: random.Random) -> Row:
    row = {column.name: _value(column, chance) for column in TABLES[name].columns}
    # A loan belongs to one client.
    if "SK_ID_CURR" in row:
        row["SK_ID_CURR"] = 1 + row.get("SK_ID_PREV", row.get("SK_ID_BUREAU", 0)) % CLIENTS
    return row


def _value(column: Column, chance: random.Random) -> Any:
    if column.name in SHARED:
        return chance.choice(SHARED[column.name])
    if column.kind is Kind.ID:
        return chance.randrange(100, 130)
    if chance.random() < 0.1:
        return None
    if column.kind is Kind.CATEGORY:
        return chance.choice([*column.categories, "never heard of"])
    if column.kind in (Kind.DAYS, Kind.MONTHS):
        return chance.choice([365_243.0, *range(-1500, 400)])
    return chance.choice([0.0, -0.0, 0.1, 1e-9, 3e11, chance.uniform(0, 1e6)])


def of_clients(rows: Rows, clients: set[int]) -> Rows:
    loans = {loan["SK_ID_BUREAU"] for loan in rows["bureau"] if loan["SK_ID_CURR"] in clients}
    return {
        name: [
            row
            for row in table_rows
            if (row["SK_ID_CURR"] in clients if "SK_ID_CURR" in row else row["SK_ID_BUREAU"] in loans)
        ]
        for name, table_rows in rows.items()
    }


few = settings(max_examples=4, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@few
@given(st.integers(0, 10_000), st.sets(st.integers(1, CLIENTS), min_size=1))
def test_the_history_of_some_clients_is_some_of_the_histories(seed, clients):
    rows = made_up(seed)

    everyone = histories(**rows)
    some = histories(**of_clients(rows, clients))

    assert some == {client: values for client, values in everyone.items() if client in clients}


@few
@given(st.integers(0, 10_000), st.randoms(use_true_random=False))
def test_the_order_of_rows_and_the_number_of_threads_do_not_matter(seed, chance):
    rows = made_up(seed)
    shuffled = {name: chance.sample(table_rows, len(table_rows)) for name, table_rows in rows.items()}

    assert histories(**shuffled, threads=2) == histories(**rows, threads=1)


def test_no_history_is_missing_and_never_zero():
    client = histories(bureau=[{"SK_ID_CURR": 1, "SK_ID_BUREAU": 5}], previous_application=[])[1]

    assert {client[feature.name] for feature in AGGREGATES if feature.table == "previous_application"} == {
        None
    }
    assert client["ROWS_previous_application"] == 0
    assert client["ROWS_bureau"] == 1


def test_a_table_that_was_not_provided_gives_missing_aggregates_and_no_count():
    client = histories(bureau=[{"SK_ID_CURR": 1, "SK_ID_BUREAU": 5}])[1]

    assert {feature.name for feature in AGGREGATES} <= client.keys()
    assert client["POS_STATEMENTS_count"] is None
    assert "ROWS_pos_cash_balance" not in client


def test_without_any_history_there_is_no_client():
    assert history({}).to_pyarrow().num_rows == 0


def test_a_client_of_one_table_only_has_a_history():
    two = histories(
        bureau=[{"SK_ID_CURR": 1, "SK_ID_BUREAU": 5}],
        credit_card_balance=[{"SK_ID_CURR": 2, "SK_ID_PREV": 7, "MONTHS_BALANCE": -1}],
    )

    assert two[1]["ROWS_credit_card_balance"] == 0
    assert two[2]["CARD_MONTHS_count"] == 1


def test_every_aggregate_has_a_unique_name_and_a_label_in_both_languages():
    names = [feature.name for feature in AGGREGATES]

    assert len(set(names)) == len(names)
    for feature in AGGREGATES:
        for label in (feature.label.en, feature.label.fr):
            assert label.strip() == label
            assert "{" not in label
            assert "  " not in label
        assert feature.label.en != feature.label.fr


def test_no_two_aggregates_share_their_label():
    for language in ("en", "fr"):
        labels = [getattr(feature.label, language) for feature in AGGREGATES]
        assert sorted({label for label in labels if labels.count(label) > 1}) == []


def test_every_aggregate_belongs_to_a_reason_group_and_a_table():
    assert {feature.group for feature in AGGREGATES} == set(HISTORY_GROUPS)
    assert {feature.table for feature in AGGREGATES} == set(HISTORY)


def test_adjectives_agree_with_their_nouns():
    labels = {feature.name: feature.label for feature in AGGREGATES}

    assert labels["BURO_ACTIVE_AMT_CREDIT_SUM_DEBT_sum"].en == "total debt on active loans at other lenders"
    assert (
        labels["BURO_ACTIVE_AMT_CREDIT_SUM_DEBT_sum"].fr
        == "dette totale sur les crédits actifs chez d’autres prêteurs"
    )
    assert labels["INST_365D_DELAY_mean"].fr == "retard moyen des échéances des 365 derniers jours"
    assert labels["INST_INSTALMENTS_count"].fr == "nombre d’échéances"
    assert labels["CARD_AMT_DRAWINGS_CURRENT_sum"].fr == "retraits totaux sur les mois de notre carte"
