"""A version trained as a chosen alternative: its features, its folder, its cards in both languages."""

import json

import pytest
from django.utils import translation

from scoring.ml.learned.learned_features import FAMILIES
from scoring.ml.model import folder as model_folder
from scoring.ml.training import model_writer, pipeline
from scoring.ml.training.data.clients import Clients, TrainingError
from scoring.ml.training.data.pooling import StageData
from scoring.ml.training.progress import silent
from scoring.ml.training.validate.fair_search import FairSearchRequest
from scoring.presentation.figures_fair_search import alternatives, alternatives_in_words
from tests.scoring.training.quick_training import PROVENANCE, SEED, Finished, quick

REASON = "Costs no more than noise, and the gap | by sex is smaller."
WHY_AGE = "Note 12 of the board."


@pytest.fixture(scope="module")
def chosen(clients: Clients, tmp_path_factory: pytest.TempPathFactory) -> Finished:
    path = tmp_path_factory.mktemp("versions") / "fair"
    path.mkdir()
    fair = FairSearchRequest(3, choice="c2", reason=REASON, age_reason=WHY_AGE)
    trained = pipeline.train(clients, hyperparameters=quick(), seed=SEED, progress=silent, fair=fair)
    return Finished(path, model_writer.write(path, trained, provenance=PROVENANCE), trained, clients)


def test_the_version_is_the_alternative_that_was_chosen(chosen: Finished) -> None:
    section = chosen.manifest.fair_search
    assert section
    candidate = section.candidates[2]
    assert candidate.dropped or candidate.params
    assert not set(candidate.dropped) & set(chosen.manifest.features)
    assert chosen.manifest.hyperparameters
    params = chosen.manifest.hyperparameters.params
    assert {name: params[name] for name in candidate.params} == dict(candidate.params)
    inputs = {name for code in learned_codes(chosen) for name in FAMILIES[code].inputs}
    assert not inputs & set(candidate.dropped)


def learned_codes(chosen: Finished) -> set[str]:
    return {family.code for family in chosen.manifest.families or () if family.is_learned and family.is_kept}


def test_choice_and_reasons_are_in_the_folder_and_on_both_cards(chosen: Finished) -> None:
    stored = json.loads((chosen.path / model_folder.MANIFEST).read_text(encoding="utf-8"))["fair_search"]
    assert (stored["chosen"], stored["reason"], stored["age_reason"]) == ("c2", REASON, WHY_AGE)
    card = (chosen.path / model_folder.CARD).read_text(encoding="utf-8")
    assert f"**A person chose c2**, because: {REASON}" in card
    assert WHY_AGE in card
    for language, beginning in (("en", "Chosen by a person: c2"), ("fr", "Choisie par une personne")):
        with translation.override(language):
            words = " ".join(alternatives_in_words(chosen.manifest))
            assert beginning in words
            assert REASON in words
            assert WHY_AGE in words


def test_the_figures_have_every_alternative_the_cheapest_first(chosen: Finished) -> None:
    section = chosen.manifest.fair_search
    assert section
    for figure, name in zip(alternatives(chosen.manifest), section.attributes, strict=True):
        costs = [row.values[3] for row in figure.rows]
        assert costs == sorted(candidate.cost.value for candidate in section.candidates)
        on_front = {note.split(":")[0] for note in map(str, figure.notes)}
        assert on_front == {item.code for item in section.candidates if name in item.front}


def test_a_training_without_a_search_says_so(finished: Finished) -> None:
    assert finished.manifest.fair_search is None
    assert "Not searched for" in (finished.path / model_folder.CARD).read_text(encoding="utf-8")
    assert alternatives(finished.manifest) == []


def test_pooled_folders_are_refused(clients: Clients) -> None:
    stage: list[StageData] = [None]  # type: ignore[list-item]
    with pytest.raises(TrainingError, match="on one folder"):
        pipeline.train(
            clients,
            hyperparameters=quick(),
            seed=SEED,
            progress=silent,
            pooled=stage,
            fair=FairSearchRequest(1),
        )
