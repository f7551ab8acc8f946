"""The rule of reasons, walked over many clients: what each of them reads about the demo model's verdict."""

import re
from collections.abc import Iterator
from io import StringIO
from itertools import combinations
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest
from django.core.management import call_command
from django.utils import translation

from creditdesk import reasons
from creditdesk.models import Reason
from creditdesk.reasons import text_for_the_desk
from creditdesk.reasons.dictionary import dictionary
from creditdesk.reasons.evidence import Evidence, are_one_day
from creditdesk.reasons.sentence import MAX_LENGTH, Side
from creditdesk.reasons.stability import ensemble_vote
from scoring.ml.features import catalogue, frames
from scoring.ml.model import folder as model_folder
from scoring.ml.model.model import Model
from scoring.ml.model.verdict import Thresholds, verdict_for
from scoring.ml.tables.checks import check
from scoring.ml.tables.folder import open_folder
from tests.shipped import ARTIFACTS, CHAMPION

CLIENTS = 2_000
SYNTHETIC = 400
MIN_TELLABLE = 3
# Two decimals are those of a bare ratio or an index; thousands have a separator and three digits.
BARE_NUMBER = re.compile(r"\d[.,]\d{2}(?!\d)|\d[.,]\d{4,}|\b0[.,]\d{3}")
NUMBER = re.compile(r"\d[\d.,  \u202f]*")


class Reading(NamedTuple):
    """What one client reads, and the numbers behind it."""

    verdict: str
    values: np.ndarray
    contributions: np.ndarray
    reasons: list[Reason]
    shared: list[bool]


def demo_model() -> Model:
    return model_folder.load(ARTIFACTS / CHAMPION)


def walk(folder: Path, clients: int) -> list[Reading]:
    model = demo_model()
    readings: list[Reading] = []
    for batch in frames.profiles(check(open_folder(folder)).folder, chunk=clients):
        matrix = model.matrix(batch.columns)[: clients - len(readings)]
        contributions = model.contributions(matrix).values
        ensemble = ensemble_vote(model, matrix)
        for row, probability in enumerate(model.score(matrix).probability.tolist()):
            verdict = verdict_for(probability, Thresholds.single(model.threshold))
            reading = reasons.reasons_for(
                model,
                values=matrix[row],
                contributions=contributions[row],
                verdict=verdict,
                missing=(),
                history_rows={},
            )
            shared = [ensemble.is_shared(row, reason) for reason in reading]
            readings.append(Reading(verdict, matrix[row], contributions[row], reading, shared))
        if len(readings) >= clients:
            break
    return readings


@pytest.fixture(scope="module", params=[pytest.param("real", marks=pytest.mark.real_data), "synthetic"])
def walked(request, tmp_path_factory) -> list[Reading]:
    if request.param == "real":
        return walk(request.getfixturevalue("home_credit") / "six_tables", CLIENTS)
    folder = tmp_path_factory.mktemp("portfolio") / "synthetic"
    call_command("make_portfolio", folder, clients=SYNTHETIC, seed=3, verbosity=0, stdout=StringIO())
    return walk(folder, SYNTHETIC)


def every_reason(walked: list[Reading]) -> Iterator[tuple[Reading, Reason]]:
    return ((reading, reason) for reading in walked for reason in reading.reasons)


def texts(reason: Reason) -> tuple[str, str]:
    return reason.text_en, reason.text_fr


def test_every_sentence_is_short_and_in_both_languages(walked):
    for _, reason in every_reason(walked):
        for text in texts(reason):
            assert 10 < len(text) <= MAX_LENGTH + 1, text  # The full stop beside.
            assert text[0].isupper() or text[0].isdigit()
            assert text.endswith(".")
        assert reason.text_en != reason.text_fr


def test_the_desk_reads_every_reason_about_the_client_with_the_same_numbers(walked):
    for _, reason in every_reason(walked):
        for language, to_client in zip(("en", "fr"), texts(reason), strict=True):
            with translation.override(language):
                about = text_for_the_desk(reason)
            assert not re.search(r"(?i)\b(?:you|your|vous|votre|vos)\b", about), about
            assert NUMBER.findall(about) == NUMBER.findall(to_client)
            assert 10 < len(about) <= MAX_LENGTH + 1, about


def test_no_number_has_more_than_three_significant_digits_or_no_unit(walked):
    for _, reason in every_reason(walked):
        for text in texts(reason):
            assert not BARE_NUMBER.search(text), text
            assert "−" not in text, text
            for number in NUMBER.findall(text):
                digits = re.sub(r"\D", "", number).lstrip("0")
                assert len(digits.rstrip("0")) <= 3, text


def test_no_sentence_has_an_internal_name_or_the_words_of_statistics(walked):
    words = {text for _, reason in every_reason(walked) for text in texts(reason)}
    names = {name for name in catalogue.BY_NAME if "_" in name}
    for text in words:
        assert "_" not in text
        assert not names & set(re.findall(r"\w+", text))
        assert not re.search(r"\(type|\(\w+ \d+\)", text), text
        assert not re.search(r"log-odds|NaN|missing|manquant|average date|\bratio\b|\bindex\b", text), text


def test_no_value_inside_the_range_of_accepted_clients_or_on_its_good_side_is_named(walked):
    model = demo_model()
    assert model.explainer is not None
    for reading, reason in every_reason(walked):
        if not reason.is_fact:
            continue
        value = reading.values[model.features.index(reason.worded_feature)]
        assert not np.isnan(value)
        reference_range = model.explainer.reference_range(reason.worded_feature)
        assert reference_range is not None
        side = dictionary().by_key[reason.key].side
        if side in {Side.RARE, Side.RARE_NAME}:
            share = reference_range.share_of(value)
            assert np.isnan(share) or share < 0.1
            continue
        assert value < reference_range.low if side is Side.BELOW else value > reference_range.high
        assert reason.rank is not None
        assert reason.rank >= 0.9


def test_no_client_reads_a_sentence_twice_or_what_pushed_next_to_nothing(walked):
    for reading in walked:
        keys = [reason.key for reason in reading.reasons if reason.is_fact]
        assert len(keys) == len(set(keys))
        sizes = [abs(reason.contribution) for reason in reading.reasons]
        assert all(size >= 0.003 * sizes[0] for size in sizes)


def test_no_client_reads_one_day_of_the_credit_history_twice(walked):
    model = demo_model()
    for reading in walked:
        names = [reason.worded_feature for reason in reading.reasons if reason.is_fact]
        evidence = [
            Evidence(catalogue.BY_NAME[name], float(reading.values[model.features.index(name)]), None)
            for name in names
        ]
        assert not [pair for pair in combinations(evidence, 2) if are_one_day(*pair)]


def test_no_client_reads_a_rate_that_the_desk_estimates_in_figures(walked):
    for _, reason in every_reason(walked):
        if reason.key in {"loan_costs", "costs_more_than_before"}:
            assert "%" not in reason.text_en + reason.text_fr


def test_no_reason_contradicts_the_sign_of_its_contribution(walked):
    model = demo_model()
    for reading, reason in every_reason(walked):
        sign = -1 if reading.verdict == "accept" else 1
        assert sign * reason.contribution > 0
        assert sign * reading.contributions[model.features.index(reason.worded_feature)] > 0
        if reason.is_fact:
            assert dictionary().by_key[reason.key].against == (reading.verdict == "refuse")
        else:
            side = "for" if reading.verdict == "accept" else "against"
            start = "This counts" if len(reason.features) == 1 else "Taken together, this counts"
            assert reason.text_en.startswith(f"{start} {side} your request: ")


def test_no_group_that_rests_on_missing_values_is_named(walked):
    model = demo_model()
    for reading, reason in every_reason(walked):
        if not reason.is_fact:
            positions = [model.features.index(name) for name in reason.features]
            pushes = np.abs(reading.contributions[positions])
            assert pushes[np.isnan(reading.values[positions])].sum() * 4 < pushes.sum()


def test_nine_of_ten_refused_clients_read_three_or_more_reasons(walked):
    refused = [reading for reading in walked if reading.verdict == "refuse"]
    assert len(refused) > 50
    facts = [sum(reason.is_fact for reason in reading.reasons) for reading in refused]
    shared = [sum(reading.shared) for reading in refused]
    assert np.mean([count >= MIN_TELLABLE for count in facts]) >= 0.9
    assert np.mean([count >= MIN_TELLABLE for count in shared]) >= 0.9
    assert min(len(reading.reasons) for reading in refused) >= 1
