"""Applications as programs send them, made into the profiles that the model reads."""

from collections.abc import Sequence
from typing import Any

from creditdesk.api.questions import Question
from creditdesk.models import Profile, profile_digest
from scoring.ml.features.frames import APPLICATION


def profile_of(questions: Sequence[Question]) -> list[Profile]:
    """One profile each, in their order, in the very shape in which an import stores it."""
    return [_profile(question, {}, {}) for question in questions]


def _profile(question: Question, history: dict[str, float], rows: dict[str, int]) -> Profile:
    sent: dict[str, Any] = question.application.model_dump(exclude_none=True)  # type: ignore[union-attr]
    application = {name: sent[name] for name in APPLICATION if name in sent}
    return Profile(
        application=application,
        history=history,
        history_rows=rows,
        digest=profile_digest(application, history, rows),
    )
