import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring.ml.features import catalogue
from scoring.ml.features.frames import APPLICATION, CATEGORIES, HISTORY, columns_of, profiles
from scoring.ml.features.matrix import feature_matrix
from scoring.ml.features.packing import PackedRecord, pack
from scoring.ml.features.plan import FeaturePlan, plan_of
from scoring.ml.features.spec.terms import Graph
from scoring.ml.tables.catalogue import column
from scoring.ml.tables.folder import open_folder

NAMES = tuple(feature.name for feature in catalogue.FEATURES)
NUMBERS = [name for name in (*APPLICATION, *HISTORY) if name not in CATEGORIES]
# Zeros, unknown markers and values at the bounds of the rules, more often than chance would have them.
numbers = st.sampled_from([0.0, -0.0, 1.0, 365243.0, 0.085, 1e9]) | st.floats(-1e9, 1e9)
categories = {
    name: sorted(column("application", name).categories) for name in APPLICATION if name in CATEGORIES
}
records = st.fixed_dictionaries(
    {},
    optional={
        **dict.fromkeys(NUMBERS, numbers),
        **{name: st.sampled_from([*values, "never seen"]) for name, values in categories.items()},
    },
)


@given(st.lists(records, min_size=1, max_size=3))
def test_a_plan_computes_the_bits_of_the_batch(clients):
    expected = feature_matrix(columns_of(clients), NAMES)
    plan = plan_of(NAMES)
    assert plan.of_records(clients).tobytes() == expected.tobytes()
    assert plan.of_columns(columns_of(clients), len(clients)).tobytes() == expected.tobytes()
    for record, row in zip(clients, expected, strict=True):
        assert plan.of_records([record]).tobytes() == row.tobytes()


@pytest.mark.real_data
def test_packed_real_clients_have_the_features_of_the_batch(home_credit):
    batch = next(profiles(open_folder(home_credit / "seven_tables"), chunk=700))
    expected = feature_matrix(batch.columns, NAMES)
    packed = [PackedRecord(pack(application, history, {}).row) for application, history in batch.records()]
    assert plan_of(NAMES).of_records(packed).tobytes() == expected.tobytes()
    one_by_one = np.vstack([plan_of(NAMES).of_records([record]) for record in packed[:50]])
    assert one_by_one.tobytes() == expected[:50].tobytes()


def test_a_plan_reads_only_what_its_features_need():
    plan = FeaturePlan.compile(["CREDIT_TO_INCOME", "SAME_CONTRACT_AS_LAST"])
    assert set(plan.inputs) == {
        "AMT_CREDIT",
        "AMT_INCOME_TOTAL",
        "NAME_CONTRACT_TYPE",
        "PREV_LAST_NAME_CONTRACT_TYPE_value",
    }


def test_a_shared_term_is_computed_once():
    plan = FeaturePlan.compile(["EXT_MEAN", "EXT_MEAN_BY_AGE", "EXT_MEAN_BY_TERM", "CREDIT_TO_ANNUITY"])
    assert [getattr(step.operation, "__name__", "") for step in plan.steps].count("nanmean") == 1
    ratios = {"CREDIT_TO_ANNUITY", "EXT_MEAN_BY_TERM"}
    divisions = [step for step in plan.steps if step.operation is np.divide]
    assert sum(step.end - step.start for step in divisions) == len(ratios)


@pytest.mark.parametrize("name", ["CODE_GENDER", "NAME_FAMILY_STATUS", "NO_SUCH_FEATURE"])
def test_a_name_outside_the_catalogue_is_refused(name):
    with pytest.raises(AttributeError):
        FeaturePlan.compile([name])


@pytest.mark.parametrize(
    "formula",
    [lambda term: 1.0 if term > 0 else 0.0, lambda term: np.cumsum(term), lambda term: np.asarray(term)],
    ids=["a branch", "other rows", "values"],
)
def test_what_is_not_element_wise_cannot_be_recorded(formula):
    with pytest.raises(TypeError):
        formula(Graph().input("AMT_CREDIT"))
