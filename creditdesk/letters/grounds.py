"""Grounds of a decision as the client reads them: the person's, then the model's that hold, with proofs."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import takewhile
from typing import Final

import numpy as np

from creditdesk.letters.addresses import sources_of
from creditdesk.letters.decision_reasons import BRING, CLIENT_TEXTS
from creditdesk.letters.text import plain
from creditdesk.models import Assessment, Decision, Reason
from creditdesk.models.reason import FIRST_EDITION, SECOND_EDITION, Strength
from creditdesk.pages.budget_sentences import ground_sentences
from creditdesk.reasons import edition_of
from creditdesk.reasons.dictionary import dictionary
from creditdesk.reasons.stability import EnsembleVote, ensemble_vote
from scoring import engine
from scoring.ml.model.folder import ModelUnavailable
from scoring.ml.tables.schema import Text
from scoring.models import ModelVersion
from scoring.presentation import formatting

MAX_REASONS: Final = 4
_SOURCE: Final = Text("Source: {}.", "Source\u00a0: {}.")


@dataclass(frozen=True, slots=True)
class Grounds:
    """`texts`: at most four sentences; `lesser`: how many of them, the last, counted only a little; `bring`:
    what can correct or complete them, each once; `compares`: whether one of the texts is the model's, which
    compares with other clients."""

    texts: list[str]
    lesser: int
    bring: list[str]
    compares: bool


def grounds_of(decision: Decision, language: str) -> Grounds:
    """Return the person's reason, what the client cannot afford, then the model's where it gave the same
    outcome; call it under `translation.override(language)`."""
    codes = [decision.reason_code] if decision.reason_code else []
    texts = [formatting.localize(CLIENT_TEXTS[code]) for code in codes]
    if beyond_budget := _beyond_budget(decision):
        codes.append(Decision.ReasonCode.AFFORDABILITY)
        texts += beyond_budget
    model_reasons = reasons_to_tell(decision)[: MAX_REASONS - len(texts)]
    proofs = [BRING[code] for code in codes]
    proofs += filter(None, (dictionary().bring(reason.key, reason.code) for reason in model_reasons))
    bring = [formatting.localize(proof) for proof in proofs]
    sentences = [sentence(text) for text in texts]
    sentences += _with_sources(model_reasons, language)
    slight = len(list(takewhile(_is_slight, reversed(model_reasons))))
    return Grounds(
        texts=sentences,
        # Where all are slight, none stands behind the others.
        lesser=slight if slight < len(sentences) else 0,
        bring=list(dict.fromkeys(bring)) if decision.outcome == Decision.Outcome.REFUSE else [],
        compares=bool(model_reasons),
    )


def _is_slight(reason: Reason) -> bool:
    return reason.strength is Strength.SLIGHT


def _with_sources(reasons: Sequence[Reason], language: str) -> list[str]:
    """The stored sentences, and where what they say comes from, so that a client knows whom to contradict."""
    texts = [sentence(plain(reason.text(language))) for reason in reasons]
    sources = sources_of([reason.code for reason in reasons])
    wording = formatting.localize(_SOURCE)
    return [
        f"{text} {wording.format(source)}" if source else text
        for text, source in zip(texts, sources, strict=True)
    ]


def _beyond_budget(decision: Decision) -> list[str]:
    """The limits of affordability that a refusal rests on, with their figures."""
    budget = decision.assessment.budget
    if decision.outcome != Decision.Outcome.REFUSE or budget is None:
        return []
    return ground_sentences(budget)


def sentence(text: str) -> str:
    capitalized = text[:1].upper() + text[1:]
    return capitalized if capitalized.endswith((".", "!", "?", "…")) else f"{capitalized}."


def reasons_to_tell(decision: Decision) -> list[Reason]:
    """Return the stored reasons that speak for the outcome, the strongest of each group and each sentence.

    A reason that fewer than half of the bootstrap models share is left out. The strongest stays where none
    is shared, so that a refusal is never without a ground.
    """
    if decision.outcome != decision.assessment.verdict:
        return []
    sign = 1 if decision.outcome == Decision.Outcome.REFUSE else -1
    strongest: dict[str, Reason] = {}
    for reason in decision.assessment.shown_reasons:
        is_repeated = bool(reason.key) and reason.key in {other.key for other in strongest.values()}
        if sign * reason.contribution > 0 and not is_repeated:
            strongest.setdefault(reason.code, reason)
    reasons = list(strongest.values())
    vote = _vote(decision.assessment)
    return [reason for reason in reasons if vote.is_shared(0, reason)] or reasons[:1]


def _vote(assessment: Assessment) -> EnsembleVote:
    """The bootstrap models' vote; none for the first two editions, or when the model is gone."""
    shown = assessment.shown_reasons
    if (
        not shown
        or edition_of(shown[0].version) in (FIRST_EDITION, SECOND_EDITION)
        or not assessment.features
    ):
        return EnsembleVote((), None)
    try:
        model = engine.load_version(ModelVersion.objects.get(digest=assessment.model_digest))
    except (ModelVersion.DoesNotExist, ModelUnavailable):
        return EnsembleVote((), None)
    return ensemble_vote(model, np.frombuffer(assessment.features, dtype="<f8")[None])
