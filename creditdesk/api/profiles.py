"""Profiles of applications that were sent in a request, as the model reads them, and declared charges."""

from collections.abc import Sequence

from creditdesk.api.history_checks import Tables
from creditdesk.api.request_schemas import PredictionRequest
from creditdesk.models import Profile
from scoring.ml.features.frames import APPLICATION
from scoring.ml.features.history.few_clients import ClientHistory, histories


def profiles_of(requests: Sequence[tuple[PredictionRequest, Tables]]) -> list[Profile]:
    """Build an unsaved profile of each application, bit for bit the one that an import would store."""
    aggregated = histories([tables for _, tables in requests])
    return [_profile(request, history) for (request, _), history in zip(requests, aggregated, strict=True)]


def charges_of(request: PredictionRequest) -> dict[str, float] | None:
    """The declared charges that were sent with an application; None for none."""
    return request.charges.model_dump() if request.charges else None


def _profile(request: PredictionRequest, history: ClientHistory) -> Profile:
    columns = request.application.model_dump(exclude_none=True)  # type: ignore[attr-defined]
    application = {name: columns[name] for name in APPLICATION if name in columns}
    return Profile.of_inputs(application, history.aggregates, history.rows)
