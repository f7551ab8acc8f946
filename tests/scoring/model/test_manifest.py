"""model.json as frozen dataclasses: nothing is lost, and what cannot be read is named."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from scoring.ml.model.calibration import Method
from scoring.ml.model.json_codec import JsonMismatch
from scoring.ml.model.manifest import Manifest

SHIPPED = sorted((settings.BASE_DIR / "ml_artifacts").glob("*/model.json"))


@pytest.fixture
def stored(model_path: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads((model_path / "model.json").read_text())
    return content


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.parent.name)
def test_a_shipped_manifest_is_written_as_it_was_read(path: Path) -> None:
    manifest = Manifest.from_json(path.read_bytes())
    assert as_text(manifest.to_json()) == as_text(json.loads(path.read_bytes()))


def test_stored_keys_become_the_terms_of_the_field() -> None:
    stored = json.loads(SHIPPED[-1].read_bytes())
    manifest = Manifest.from_json(SHIPPED[-1].read_bytes())
    assert manifest.selection is not None
    assert manifest.selection.collinear == stored["selection"]["twins"]
    assert manifest.selection.null_importance == stored["selection"]["chance"]
    assert manifest.metrics.out_of_fold.auc.value == stored["metrics"]["oof"]["auc"]["value"]
    assert manifest.calibration.method is Method(stored["calibration"]["method"])
    assert manifest.protected is not None
    assert manifest.protected.proxy_test.auc == stored["protected"]["sex"]["auc"]
    assert manifest.checks is not None
    assert manifest.checks.adversarial_validation.passed is None


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda stored: stored.pop("costs"), "says nothing about costs"),
        (lambda stored: stored["data"].pop("clients"), r"says nothing about data\.clients"),
        (lambda stored: stored["costs"].update(fn="ten"), r"does not give a number as costs\.fn"),
        (lambda stored: stored["costs"].update(fn=True), r"does not give a number as costs\.fn"),
        (lambda stored: stored["data"].update(clients=1.5), r"does not give a whole number as data\.clients"),
        (lambda stored: stored.update(is_demo=0), "does not give true or false as is_demo"),
        (lambda stored: stored.update(name=None), "does not give a text as name"),
        (lambda stored: stored.update(features="AGE"), "does not give a list as features"),
        (lambda stored: stored.update(medians=[]), "does not give an object as medians"),
        (
            lambda stored: stored["calibration"].update(method="beta"),
            r"does not give one of identity, platt as calibration\.method",
        ),
        (
            lambda stored: stored["metrics"]["oof"].update(auc=0.7),
            r"does not give an object as metrics\.oof\.auc",
        ),
        (
            lambda stored: stored.update(recipe={"params": {"seed": None}, "rounds": 1, "seeds": 1}),
            r"does not give .* as recipe\.params\.seed",
        ),
    ],
)
def test_a_missing_or_mistyped_key_is_named(
    stored: dict[str, Any], change: Callable[[dict[str, Any]], Any], message: str
) -> None:
    change(stored)
    with pytest.raises(JsonMismatch, match=message):
        Manifest.from_json(as_text(stored).encode())


def test_every_missing_key_is_named_at_once(stored: dict[str, Any]) -> None:
    del stored["costs"], stored["files"]
    with pytest.raises(JsonMismatch, match="says nothing about costs, files"):
        Manifest.from_json(as_text(stored).encode())


def test_a_key_of_a_later_release_is_ignored(stored: dict[str, Any]) -> None:
    manifest = Manifest.from_json(as_text({**stored, "carbon": {"kg": 1}}).encode())
    assert manifest.name == stored["name"]


def test_groups_without_intervals_of_the_first_release_keep_their_acceptance_rates(
    stored: dict[str, Any],
) -> None:
    rates = {"default_rate": 0.1, "tpr": 0.6, "fpr": 0.3}
    women, men = ({"n": 500, "acceptance_rate": rate, **rates} for rate in (0.8, 0.6))
    manifest = Manifest.from_json(
        as_text({**stored, "fairness": {"CODE_GENDER": {"F": women, "M": men}}}).encode()
    )
    fairness = manifest.fairness["CODE_GENDER"]
    assert fairness.gaps is None
    assert fairness.groups["M"].acceptance_rate.value == 0.6
    assert fairness.groups["M"].selection_ratio.value == pytest.approx(0.75)
    assert fairness.groups["F"].defaults == 50


def test_an_attribute_without_measured_groups_is_written_as_it_was_read(stored: dict[str, Any]) -> None:
    unmeasured = {"age_band": {"groups": {}, "gaps": {}, "suppressed": ["60-plus"]}}
    manifest = Manifest.from_json(as_text({**stored, "fairness": unmeasured}).encode())
    assert manifest.fairness["age_band"].gaps is None
    assert manifest.to_json()["fairness"] == unmeasured


def as_text(content: Any) -> str:
    return json.dumps(content, sort_keys=True)
