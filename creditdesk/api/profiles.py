"""Applications as programs send them, made into the profiles that the model reads."""

from collections.abc import Sequence

from creditdesk.api.history_checks import Tables
from creditdesk.api.request_schemas import Question
from creditdesk.models import Profile, profile_digest
from scoring.ml.features.frames import APPLICATION
from scoring.ml.features.history.few_clients import ClientHistory, histories


def profiles_of(sent: Sequence[tuple[Question, Tables]]) -> list[Profile]:
    """One each, in their order, to the bit as an import of the same rows would store it."""
    found = histories([tables for _, tables in sent])
    return [_profile(question, history) for (question, _), history in zip(sent, found, strict=True)]


def _profile(question: Question, history: ClientHistory) -> Profile:
    given = question.application.model_dump(exclude_none=True)  # type: ignore[attr-defined]
    application = {name: given[name] for name in APPLICATION if name in given}
    return Profile(
        application=application,
        history=history.aggregates,
        history_rows=history.rows,
        digest=profile_digest(application, history.aggregates, history.rows),
    )
