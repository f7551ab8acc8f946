"""Evidence for the review of a contest: models that disagree, disputed values, the verdict of today."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np

from creditdesk.models import Assessment, Case, Contest, ContestPoint
from creditdesk.pages.case.similar_clients import filled_row
from scoring import engine, policies
from scoring.ml import lightgbm
from scoring.ml.model.folder import ModelUnavailable
from scoring.ml.model.model import Model
from scoring.ml.model.verdict import Thresholds, verdict_for
from scoring.ml.tables.catalogue import column
from scoring.models import ModelVersion
from scoring.presentation import formatting


class Disagreement(NamedTuple):
    """Of the bootstrap models, (n,), those with another verdict, and the range of their probabilities."""

    models: int
    other: int
    low: float
    high: float


class ChallengerVerdict(NamedTuple):
    """What the challenger says of the inputs of the contested decision."""

    version: str
    verdict: str
    probability: float
    differs: bool


class ContestedValue(NamedTuple):
    """A value that the client disputes: as the decision read it, as it is now, as they say it is."""

    column: str
    label: str
    then: str
    now: str
    claim: str
    was_missing: bool

    @property
    def has_changed(self) -> bool:
        return self.then != self.now


@dataclass(eq=False)
class ContestEvidence:
    """Everything about one contest that its reviewer weighs against the decision."""

    contest: Contest
    case: Case

    @property
    def assessment(self) -> Assessment:
        """The one that the contested decision was taken on."""
        return self.contest.decision.assessment

    @cached_property
    def points(self) -> list[ContestPoint]:
        return list(self.contest.points.all())

    @property
    def values(self) -> Iterator[ContestedValue]:
        before, now = self.assessment.record, self.case.profile.record
        for point in self.points:
            if point.kind == ContestPoint.Kind.VALUE:
                raw = column("application", point.column)
                on_file = before.get(point.column)
                then, today = formatting.change_in_words(raw, on_file, now.get(point.column))
                yield ContestedValue(
                    column=point.column,
                    label=formatting.capitalized(raw.label),
                    then=then,
                    now=today,
                    claim=str(point.claim),
                    was_missing=formatting.is_missing(on_file) or on_file in raw.unknown,
                )

    @property
    def unknown_facts(self) -> list[str]:
        """Kinds of facts that the model cannot know."""
        points = (point for point in self.points if point.kind != ContestPoint.Kind.VALUE)
        return [point.get_kind_display() for point in points]

    @property
    def fresh(self) -> Assessment | None:
        """The newest assessment, where the case was assessed again since the decision."""
        newest = self.case.latest_assessment
        return newest if newest and newest.pk != self.assessment.pk else None

    @cached_property
    def disagreement(self) -> Disagreement | None:
        """None where the model of the decision has no bootstrap ensemble, or its folder is gone."""
        model, thresholds = self._model, self._thresholds
        if model is None or model.explainer is None or thresholds is None:
            return None
        filled = filled_row(model, self.assessment)[None]
        raw = np.array([lightgbm.raw_scores(booster, filled)[0] for booster in model.explainer.boosters])
        probabilities = model.calibration.probability(raw)
        own = verdict_for(self.assessment.probability or 0.0, thresholds)
        other = sum(verdict_for(probability, thresholds) != own for probability in probabilities.tolist())
        return Disagreement(len(raw), other, float(probabilities.min()), float(probabilities.max()))

    @cached_property
    def challenger(self) -> ChallengerVerdict | None:
        """None without a challenger, or without inputs to score."""
        challenger, thresholds = engine.challenger(), self._thresholds
        if challenger is None or thresholds is None:
            return None
        scores = challenger.score(challenger.rows([self.assessment.record]))
        probability = float(scores.probability[0])
        policy = self.assessment.policy
        verdict = verdict_for(probability, policies.thresholds_of(challenger, policy))
        own = verdict_for(self.assessment.probability or 0.0, thresholds)
        return ChallengerVerdict(challenger.version, verdict.value, probability, verdict != own)

    @property
    def _thresholds(self) -> Thresholds | None:
        """Those of the decision; None where no model answered."""
        if self.assessment.policy:
            return self.assessment.policy.thresholds if self.assessment.features else None
        threshold = self.assessment.threshold
        return Thresholds.single(threshold) if threshold is not None and self.assessment.features else None

    @cached_property
    def _model(self) -> Model | None:
        digest = self.assessment.model_digest
        try:
            current = engine.current()
            return current if current.digest == digest else _version(digest)
        except ModelUnavailable:
            return _version(digest)


def _version(digest: str) -> Model | None:
    try:
        return engine.load_version(ModelVersion.objects.get(digest=digest))
    except (ModelVersion.DoesNotExist, ModelUnavailable):
        return None
