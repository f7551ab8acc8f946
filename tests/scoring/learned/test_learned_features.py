import shutil
from pathlib import Path

import numpy as np
import pytest

from scoring.ml.features import catalogue
from scoring.ml.features.matrix import feature_matrix
from scoring.ml.learned.learned_features import FAMILIES, LearnedFeatures
from scoring.ml.model import folder
from scoring.ml.model.folder import ModelUnavailable
from tests.scoring.features.profiles import made_up, rows, same_bits
from tests.scoring.modelfolder import tiny_model

CLIENTS = 1_200
COLUMNS = {
    **made_up(CLIENTS, missing=0.1),
    **{f"EXT_SOURCE_{number}": np.random.default_rng(number).beta(4, 4, CLIENTS) for number in (1, 2, 3)},
}
TARGET = (np.random.default_rng(5).random(CLIENTS) < 0.2).astype(float)
PROTECTED = ("CODE_GENDER", "NAME_FAMILY_STATUS", "CNT_FAM_MEMBERS", "NAME_TYPE_SUITE")


def past_loans(loans: int = 900) -> dict[str, np.ndarray]:
    """Loans of 12, 24 or 36 months at 1 % a month."""
    rng = np.random.default_rng(3)
    credit = rng.uniform(50_000, 500_000, loans)
    months = rng.choice([12.0, 24.0, 36.0], loans)
    annuity = credit * 0.01 / (1 - 1.01**-months)
    return {"AMT_CREDIT": credit, "AMT_ANNUITY": annuity, "AMT_GOODS_PRICE": credit, "CNT_PAYMENT": months}


def plain(columns):
    return lambda names: feature_matrix(columns, names)


@pytest.fixture(scope="module")
def fitted() -> LearnedFeatures:
    return LearnedFeatures.fit(FAMILIES, plain(COLUMNS), TARGET, past_loans())


@pytest.fixture(scope="module")
def model_path(fitted: LearnedFeatures, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model folder with learned features among its features."""
    names = ("AMT_CREDIT", "EXT_SOURCE_2", *fitted.names)
    where = tiny_model(tmp_path_factory.mktemp("models"), features=names)
    (where / folder.LEARNED_FEATURES).write_bytes(fitted.pack())
    seal_again(where)
    return where


def seal_again(where: Path) -> None:
    manifest = folder.read_manifest(where, digest=folder.digest_of(where))
    (where / folder.MANIFEST).unlink()
    folder.seal(where, manifest)


def test_every_family_is_fitted_and_its_features_are_in_the_catalogue(fitted: LearnedFeatures) -> None:
    assert [family.code for family in fitted.families] == list(FAMILIES)
    assert set(fitted.names) == {feature.name for feature in catalogue.LEARNED}
    for name in fitted.names:
        feature = catalogue.BY_NAME[name]
        assert feature.group in catalogue.GROUPS
        assert feature.label.en != feature.label.fr


def test_no_family_reads_sex_or_family_status() -> None:
    read = {name for family in FAMILIES.values() for name in family.inputs}
    assert read <= {feature.name for feature in catalogue.FEATURES}
    assert not read & set(PROTECTED)


def test_a_client_alone_and_among_others_has_the_same_bits(fitted: LearnedFeatures) -> None:
    transformed = fitted.transform(plain(COLUMNS))
    for row in (0, 7, CLIENTS - 1):
        assert same_bits(fitted.transform(plain(rows(COLUMNS, [row]))), transformed[[row]])


def test_a_packed_family_restores_to_the_same_bits(fitted: LearnedFeatures) -> None:
    again = LearnedFeatures.restore(fitted.pack())
    assert again.names == fitted.names
    assert same_bits(again.transform(plain(COLUMNS)), fitted.transform(plain(COLUMNS)))


def test_the_default_rate_of_neighbours_does_not_depend_on_the_clients_own_outcome() -> None:
    flipped = TARGET.copy()
    flipped[3] = 1 - flipped[3]
    before, after = (
        LearnedFeatures.fit(["neighbours"], plain(COLUMNS), target, {}).cross_fitted(plain(COLUMNS))
        for target in (TARGET, flipped)
    )
    assert np.array_equal(before[3], after[3])
    assert not np.array_equal(before, after)


def test_an_imputed_rating_does_not_depend_on_the_clients_own_rating() -> None:
    changed = {**COLUMNS, "EXT_SOURCE_1": COLUMNS["EXT_SOURCE_1"].copy()}
    changed["EXT_SOURCE_1"][3] = 0.99
    position = [feature.name for feature in FAMILIES["expected"].features].index("EXPECTED_EXT_1")
    before, after = (
        LearnedFeatures.fit(["expected"], plain(columns), TARGET, {}).cross_fitted(plain(columns))[
            :, position
        ]
        for columns in (COLUMNS, changed)
    )
    assert before[3] == after[3]


def test_the_term_and_the_rate_of_a_loan_are_recovered() -> None:
    implied = LearnedFeatures.fit(["implied"], plain(COLUMNS), TARGET, past_loans())
    credit = 200_000.0
    loan = {
        "AMT_CREDIT": np.array([credit]),
        "AMT_GOODS_PRICE": np.array([credit]),
        "AMT_ANNUITY": np.array([credit * 0.01 / (1 - 1.01**-24)]),
    }
    term, rate, interest, extra = implied.transform(plain(loan))[0]
    assert term == pytest.approx(24, abs=1)
    assert rate == pytest.approx(0.01, abs=0.001)
    assert interest == pytest.approx(0.13, abs=0.05)
    assert extra == pytest.approx(24 - 1 / (0.01 / (1 - 1.01**-24)), abs=1)


def test_without_earlier_loans_there_is_no_implied_term() -> None:
    assert LearnedFeatures.fit(["implied"], plain(COLUMNS), TARGET, {}).families == ()


def test_a_small_peer_group_gives_missing_values() -> None:
    few = rows(COLUMNS, slice(20))
    peers = LearnedFeatures.fit(["peers"], plain(few), TARGET[:20], {})
    assert np.isnan(peers.transform(plain(COLUMNS))).all()


def test_the_model_computes_learned_features_from_raw_columns(
    model_path: Path, fitted: LearnedFeatures
) -> None:
    model = folder.load(model_path)
    matrix = model.matrix(COLUMNS)
    assert matrix.shape == (CLIENTS, len(model.features))
    assert same_bits(matrix[:, 2:], fitted.transform(plain(COLUMNS)))
    assert same_bits(model.matrix(rows(COLUMNS, [4])), matrix[[4]])


@pytest.mark.parametrize("content", [b"", b"nonsense", b"PK\x03\x04 torn"])
def test_a_damaged_file_of_learned_features_is_named(
    model_path: Path, tmp_path: Path, content: bytes
) -> None:
    where = shutil.copytree(model_path, tmp_path / model_path.name)
    (where / folder.LEARNED_FEATURES).write_bytes(content)
    with pytest.raises(ModelUnavailable, match=r"fitted\.npz was altered"):
        folder.load(where)
    seal_again(where)
    with pytest.raises(ModelUnavailable, match=r"fitted\.npz cannot be used"):
        folder.load(where)


def test_a_model_with_learned_features_but_no_file_for_them_is_refused(tmp_path: Path) -> None:
    where = tiny_model(tmp_path, features=("AMT_CREDIT", "NEIGHBOURS_100"))
    with pytest.raises(ModelUnavailable, match="does not say how NEIGHBOURS_100"):
        folder.load(where)
