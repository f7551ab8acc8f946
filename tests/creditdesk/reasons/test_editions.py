"""An assessment of another day is told again by the rule of that day."""

import numpy as np
import pytest

from creditdesk import reasons
from creditdesk.models import Reason
from creditdesk.reasons import v1
from scoring.ml.features import catalogue
from scoring.ml.model import folder
from tests.scoring.modelfolder import tiny_model

OF_TODAY = {"code", "version", "contribution", "feature", "told", "features", "text_en", "text_fr"}


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    return folder.load(tiny_model(tmp_path_factory.mktemp("models"), explain=True))


def again(model, version, contributions, verdict="refuse", missing=()):
    return reasons.rebuilt(
        version,
        model,
        values=np.ones(len(model.features)),
        contributions=contributions,
        verdict=verdict,
        missing=missing,
        history_rows={"bureau": 0},
    )


def of(model, **amounts):
    found = np.zeros(len(model.features))
    for name, amount in amounts.items():
        found[model.features.index(name)] = amount
    return found


def test_the_first_edition_told_the_ten_largest_either_way(model):
    contributions = np.random.default_rng(3).normal(size=len(model.features))
    found = again(model, "1", contributions)
    largest = sorted(contributions, key=lambda one: -abs(one))[:10]
    assert [reason.contribution for reason in found] == largest
    for reason in found:
        assert contributions[model.features.index(reason.feature)] == reason.contribution
        assert reason.code == catalogue.BY_NAME[reason.feature].group


def test_the_first_edition_kept_the_order_of_the_model_between_equals(model):
    third = np.arange(len(model.features)) % 3 == 0
    found = again(model, "1", np.where(third, -2.0, 1.0))
    assert [reason.feature for reason in found] == [
        name for name, large in zip(model.features, third, strict=True) if large
    ][:10]


def test_the_first_edition_said_label_and_value(model):
    values, contributions = np.full(len(model.features), np.nan), of(model, AMT_CREDIT=-2.0, AMT_ANNUITY=1.0)
    values[model.features.index("AMT_CREDIT")] = 1234.0
    credit, instalment, *_ = v1.reasons_for(model, values, contributions, {})
    assert credit.to_json() == {
        "code": "loan_size",
        "feature": "AMT_CREDIT",
        "contribution": -2.0,
        "text_en": f"{catalogue.BY_NAME['AMT_CREDIT'].label.en}: €1,234",
        "text_fr": f"{catalogue.BY_NAME['AMT_CREDIT'].label.fr}: 1\u202f234\xa0€",
    }
    assert instalment.text_en == f"{catalogue.BY_NAME['AMT_ANNUITY'].label.en}: missing"
    assert instalment.text_fr.endswith(": manquant")


@pytest.mark.parametrize(("rows", "why"), [({}, "not provided"), ({"bureau": 0}, "no history")])
def test_the_first_edition_said_why_a_history_was_missing(model, rows, why):
    name = next(one.name for one in catalogue.FEATURES if one.table == "bureau")
    (reason, *_) = v1.reasons_for(model, np.full(len(model.features), np.nan), of(model, **{name: 1.0}), rows)
    assert (reason.feature, reason.text_en.rpartition(": ")[2]) == (name, why)


@pytest.mark.parametrize("verdict", ["accept", "refuse"])
def test_the_edition_of_today_is_told_as_today(model, verdict):
    contributions = np.random.default_rng(4).normal(size=len(model.features))
    found = again(model, reasons.version(), contributions, verdict)
    assert found == reasons.reasons_for(
        model,
        values=np.ones(len(model.features)),
        contributions=contributions,
        verdict=verdict,
        missing=(),
        history_rows={"bureau": 0},
    )
    assert all(set(reason.to_json()) == OF_TODAY for reason in found)


def test_a_refer_is_told_again_by_what_was_missing(model):
    (reason,) = again(model, "2.00000000", of(model), "refer", ("AMT_CREDIT",))
    assert reason.feature == "AMT_CREDIT"


def stored(**version: str) -> Reason:
    """A reason as it was stored, with or without the version of its dictionary."""
    texts = {"text_en": "The income is low.", "text_fr": "Le revenu est faible."}
    return Reason.from_json(
        {"code": "income", "feature": "AMT_INCOME_TOTAL", "contribution": 0.1, **texts, **version}
    )


def test_stored_reasons_name_their_dictionary():
    assert reasons.version_of([stored(version="2.0badf00d"), stored(version="9")]) == "2.0badf00d"
    assert reasons.version_of([stored()]) == "1"
    assert reasons.version_of([]) == reasons.version()
    assert reasons.edition_of("2.0badf00d") == reasons.edition_of(reasons.version()) == "2"
    assert reasons.edition_of("1") == "1"
