from types import SimpleNamespace

import numpy as np
import pytest

from creditdesk.reasons.dictionary import dictionary
from creditdesk.reasons.sentence import Side
from scoring.ml import lightgbm
from scoring.ml.features import catalogue
from scoring.ml.features.spec.directions import RATING
from scoring.ml.features.spec.feature import Feature, Sign, Unit
from scoring.ml.metrics.intervals import Estimate
from scoring.ml.model.manifest_choices import DirectionsSection, FeatureDirection
from scoring.ml.tables.schema import Text
from scoring.ml.training.fit.directions import measure_directions, observed_direction
from scoring.ml.training.progress import silent
from scoring.ml.training.report import model_card_choices
from scoring.presentation.figures_choices import denied_directions
from tests.scoring.training.quick_training import Finished

GRID = 15
CLIENTS = 1_000


@pytest.fixture(scope="module")
def directed(finished: Finished) -> dict[str, int]:
    signs = finished.trained.hyperparameters.directions
    return {name: sign for name, sign in signs.items() if name in finished.clients.names}


def grids(finished: Finished, name: str) -> tuple[np.ndarray, np.ndarray]:
    """The values of a grid over one feature, and the first clients with each of them, (g, n, k)."""
    column = finished.clients.names.index(name)
    values = finished.clients.matrix[:, column]
    grid = np.quantile(values[~np.isnan(values)], np.linspace(0, 1, GRID))
    clients = np.repeat(finished.clients.matrix[None, :CLIENTS], GRID, axis=0)
    clients[:, :, column] = grid[:, None]
    return grid, clients


def test_no_client_is_ever_scored_against_a_direction(finished: Finished, directed: dict[str, int]) -> None:
    assert {"EXT_SOURCE_2", "EXT_MEAN", "DAYS_EMPLOYED"} <= directed.keys()
    violations, moved = 0, 0
    for name, sign in directed.items():
        _, clients = grids(finished, name)
        scores = lightgbm.raw_scores(finished.trained.booster, clients.reshape(-1, clients.shape[2]))
        steps = sign * np.diff(scores.reshape(GRID, CLIENTS), axis=0)
        violations += int((steps < -1e-12).sum())
        moved += int((steps > 1e-12).sum())
    assert violations == 0
    assert moved > CLIENTS


def test_the_contribution_of_a_feature_follows_its_direction(
    finished: Finished, directed: dict[str, int]
) -> None:
    """So its best value is never a reason against a client, nor its worst one for them."""
    for name, sign in directed.items():
        column = finished.clients.names.index(name)
        _, clients = grids(finished, name)
        few = clients[:, :50]
        contributions = lightgbm.contributions(finished.trained.booster, few.reshape(-1, few.shape[2]))
        of_feature = sign * contributions[:, column].reshape(GRID, 50)
        assert np.diff(of_feature, axis=0).min() > -1e-9
        assert of_feature[0].max() < 1e-9 < of_feature[-1].min() + 2e-9


def test_without_the_constraint_some_clients_would_be(finished: Finished, directed: dict[str, int]) -> None:
    free = lightgbm.train(
        {"objective": "binary", "verbose": -1, "num_threads": 1, "min_data_in_leaf": 5},
        lightgbm.Dataset(finished.clients.matrix, finished.clients.target),
        num_boost_round=20,
    )
    violations = 0
    for name, sign in directed.items():
        _, clients = grids(finished, name)
        scores = lightgbm.raw_scores(free, clients.reshape(-1, clients.shape[2])).reshape(GRID, CLIENTS)
        violations += int((sign * np.diff(scores, axis=0) < -1e-12).sum())
    assert violations > 0


def test_no_sentence_of_the_dictionary_contradicts_a_direction() -> None:
    against = {(Side.ABOVE, True): Sign.MORE_RISK, (Side.BELOW, True): Sign.LESS_RISK}
    speaks_for = {(Side.ABOVE, False): Sign.LESS_RISK, (Side.BELOW, False): Sign.MORE_RISK}
    checked = 0
    for name, sentences in dictionary().sentences.items():
        direction = catalogue.BY_NAME[name].direction
        for sentence in sentences if direction else ():
            assert direction
            assert {**against, **speaks_for}[sentence.side, sentence.against] == direction.sign, sentence.key
            checked += 1
    assert checked > 10


def test_every_direction_has_a_reason_in_both_languages() -> None:
    directions = [feature.direction for feature in catalogue.BY_NAME.values() if feature.direction]
    assert len(directions) > 100
    assert all(direction.reason.en and direction.reason.fr for direction in directions)


def test_a_direction_on_a_category_is_refused() -> None:
    text = Text("job", "emploi")
    with pytest.raises(ValueError, match="OCCUPATION"):
        Feature("OCCUPATION", "employment", Unit.CATEGORY, text, "application", {"A": text}, RATING)


def outcomes(risk: np.ndarray, seed: int = 2) -> np.ndarray:
    rng = np.random.default_rng(seed)
    return (rng.random(len(risk)) < 1 / (1 + np.exp(-risk))).astype(float)


def test_a_direction_that_the_data_deny_is_reported_with_its_curve_and_not_imposed() -> None:
    matrix = np.random.default_rng(1).normal(size=(4_000, 2))
    target = outcomes(-1 + 0.8 * matrix[:, 0] - 0.8 * matrix[:, 1])
    names = ("EXT_SOURCE_1", "EXT_SOURCE_2")
    section = measure_directions(names, matrix, target, np.arange(4_000), size=4_000, seed=1, progress=silent)
    assert section
    denied, agreed = section.features
    assert (denied.feature, denied.is_denied, agreed.is_denied) == ("EXT_SOURCE_1", True, False)
    assert len(denied.default_rates) == 10
    assert denied.default_rates[0] < denied.default_rates[-1]
    assert section.imposed == {"EXT_SOURCE_2": -1}


def test_directions_that_cost_beyond_noise_are_not_imposed() -> None:
    """Twice the same risk at both ends: no slope that would deny the direction, but a loss that shows."""
    matrix = np.random.default_rng(1).uniform(-1, 1, size=(4_000, 2))
    target = outcomes(-3 + 4 * np.abs(matrix[:, 0]))
    names = ("EXT_SOURCE_1", "AMT_CREDIT")
    section = measure_directions(names, matrix, target, np.arange(4_000), size=4_000, seed=1, progress=silent)
    assert section
    assert not section.features[0].is_denied
    assert section.log_loss_change.low > 0
    assert (section.is_imposed, section.imposed) == (False, {})


def test_equal_values_stay_in_one_tenth_and_missing_ones_in_none() -> None:
    values = np.repeat([0.0, 1.0, np.nan], [800, 150, 50])
    observed = observed_direction("DEF_30_CNT_SOCIAL_CIRCLE", values, np.tile([0.0, 1.0], 500))
    assert len(observed.default_rates) == 2
    assert not observed.is_denied


def test_a_card_words_a_direction_by_the_value_that_people_read(finished: Finished) -> None:
    """Time in the job is stored as days before the application: as the number rises, the time falls."""
    assert finished.manifest.directions
    assert finished.manifest.directions.imposed["DAYS_EMPLOYED"] == Sign.MORE_RISK
    card = model_card_choices.directions(finished.manifest)
    assert "Time in the current job (`DAYS_EMPLOYED`): more of it never means more risk" in card
    assert "External credit rating 2 (`EXT_SOURCE_2`): more of it never means more risk" in card
    assert catalogue.BY_NAME["DAYS_BIRTH"].as_shown(1.0) == -1.0


def test_the_curve_of_a_denied_direction_is_in_the_order_that_people_read() -> None:
    denied = FeatureDirection(
        feature="DAYS_EMPLOYED", sign=1, is_denied=True, default_rates=tuple(np.linspace(0.01, 0.1, 10))
    )
    section = DirectionsSection(
        is_imposed=True, log_loss_change=Estimate(0, 0, 0), clients=10, features=(denied,)
    )
    (figure,) = denied_directions(SimpleNamespace(directions=section))  # type: ignore[arg-type]
    assert [row.values[0] for row in figure.rows][::9] == pytest.approx([0.1, 0.01])
    assert "less risk" in str(figure.summary)
