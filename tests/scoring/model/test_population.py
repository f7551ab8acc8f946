import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring.ml.model import population

EDGES = [100_000.0, 150_000.0, 200_000.0, 250_000.0]
AMOUNTS = ["€2,000", "€3,000", "€4,000", "€5,000"]


def test_a_client_belongs_to_all_to_the_accepted_and_to_its_segments() -> None:
    row: population.Row = {
        "NAME_CONTRACT_TYPE": "Cash loans",
        "AMT_INCOME_TOTAL": 150_000.0,
        "DAYS_BIRTH": -40 * 365.25,
        "OCCUPATION_TYPE": None,
    }
    keys = [key for key, _ in population.segments_of(row, EDGES, AMOUNTS)]
    assert keys == ["all", "accepted", "contract:Cash loans", "income_band:3", "age_band:40-49"]


def test_an_empty_profile_belongs_to_all_clients_only() -> None:
    assert population.keys_of({}, EDGES) == ["all"]


def test_an_unknown_category_opens_no_segment() -> None:
    assert population.keys_of({"NAME_HOUSING_TYPE": "Castle"}, EDGES) == ["all"]


@given(st.floats(0, 1e7), st.integers(-29_220, -6_575), st.sampled_from([EDGES, EDGES[:1], []]))
def test_every_segment_has_a_label_in_both_languages(income: float, birth: int, edges: list[float]) -> None:
    row = {"AMT_INCOME_TOTAL": income, "DAYS_BIRTH": float(birth)}
    for _, label in population.segments_of(row, edges, AMOUNTS[: len(edges)]):
        assert label.en
        assert label.fr


@pytest.mark.parametrize(
    ("years", "band"),
    [(20, "under-30"), (29.99, "under-30"), (30, "30-39"), (60, "60-plus"), (95, "60-plus")],
)
def test_age_bands_are_ten_years_wide(years: float, band: str) -> None:
    assert population.age_band(-years * 365.25) == band
