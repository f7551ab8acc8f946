import numpy as np
import pytest

from scoring.ml.features import catalogue
from scoring.ml.model.manifest_sections import FamilyAblation
from scoring.ml.training.data import splits
from scoring.ml.training.data.clients import Clients
from scoring.ml.training.fit import stages
from scoring.ml.training.fit.feature_preparation import FeaturePreparation
from scoring.ml.training.fit.hyperparameters import hyperparameters_for
from scoring.ml.training.progress import silent
from scoring.ml.training.validate import family_ablation
from scoring.ml.training.validate.family_ablation import SampleSize
from tests.scoring.training.quick_training import SEED


@pytest.fixture(scope="module")
def ablation(clients: Clients) -> dict[str, FamilyAblation]:
    train = splits.split(clients.target, SEED).train
    size = SampleSize(clients=1_500, folds=1)
    families = family_ablation.ablate_families(clients, train, size=size, seed=SEED, progress=silent)
    return {family.family: family for family in families}


def test_every_plain_feature_belongs_to_one_family() -> None:
    members = [name for names in family_ablation.plain_families().values() for name in names]
    assert sorted(members) == sorted(feature.name for feature in catalogue.FEATURES)


def test_each_family_is_measured_with_its_error_over_three_seeds(ablation: dict[str, FamilyAblation]) -> None:
    assert {"A1 application", "A2 external ratings", "A11 expected ratings"} <= ablation.keys()
    for family in ablation.values():
        assert family.seeds == family.pairs == 3
        assert np.isfinite([family.auc_gain, family.standard_error]).all()


@pytest.mark.parametrize(
    ("gains", "is_kept"),
    [
        ([0.004, 0.006, 0.005, 0.004, 0.006, 0.005], True),
        # Two standard errors: one family in twenty without any gain gets there.
        ([0.010, 0.000, 0.012, 0.000, 0.004, 0.001], False),
        ([-0.004, -0.006, -0.005, -0.004, -0.006, -0.005], False),
    ],
)
def test_a_learned_family_stays_only_when_chance_would_hardly_gain_as_much(
    gains: list[float], is_kept: bool
) -> None:
    summary = family_ablation.summary("A9", "peers", 0, np.array(gains), is_learned=True)
    assert summary.is_kept is is_kept


def test_no_plain_family_is_left_out(ablation: dict[str, FamilyAblation]) -> None:
    assert all(family.is_kept for family in ablation.values() if not family.is_learned)


def test_a_family_that_these_clients_cannot_teach_is_not_in_the_table(
    ablation: dict[str, FamilyAblation],
) -> None:
    assert "A8 implied term and rate" not in ablation


def test_the_final_clients_have_the_learned_features_as_the_booster_was_given_them(clients: Clients) -> None:
    preparation = FeaturePreparation(
        ["peers", "neighbours"],
        clients.past_loans,
        hyperparameters_for(len(clients), quick=True),
        seed=SEED,
    )
    (stage,) = stages.single_stage(clients)
    features = preparation.for_stage(stage)(np.arange(len(clients)) % 5 > 0)
    assert features.names[-len(preparation.learned.names) :] == preparation.learned.names
    final = preparation.final_clients(clients, features.names)
    assert final.names == features.names
    np.testing.assert_array_equal(final.matrix, features.matrix)
