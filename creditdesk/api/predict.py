"""Prediction and explanation of one case or application: work the answer out, then record it."""

from dataclasses import dataclass, replace

import orjson

from accounts.audit import Act, Action, record_together
from creditdesk import services
from creditdesk.api import response_schemas
from creditdesk.api.auth import ApiRequest
from creditdesk.api.case_lookup import (
    EXPLANATION_COLUMNS,
    PREDICTION_COLUMNS,
    stored_case,
    stored_profile,
    verdict_kept,
)
from creditdesk.api.client_lookup import known_clients
from creditdesk.api.history_checks import history_of
from creditdesk.api.profiles import charges_of, profiles_of
from creditdesk.api.request_schemas import PredictionRequest
from creditdesk.models import Assessment


@dataclass(frozen=True, slots=True)
class StandingAnswer:
    """An answer from the case's assessment, which still holds: only an audit event is written."""

    assessment: Assessment
    reference: str
    render: response_schemas.Render

    @property
    def references(self) -> list[str]:
        return [self.reference]

    def record(self, request: ApiRequest) -> bytes:
        """Record the request. Nothing else is written, so many such answers may share a commit."""
        body = orjson.dumps(self.render(self.assessment, self.reference))
        details = {
            "assessment": self.assessment.pk,
            "verdict": self.assessment.verdict,
            "api_key": request.auth.prefix,
        }
        record_together(Act(Action.API_ANSWER, request.user, self.reference, details))
        return body


@dataclass(frozen=True, slots=True)
class ScoredAnswer:
    """An answer from a profile that was scored for it: a new assessment is written."""

    scored: services.ScoredProfile
    reference: str | None
    render: response_schemas.Render
    # The cases of the client whose key was sent along; None without one.
    client_cases: list[str] | None = None

    @property
    def references(self) -> list[str]:
        case = self.scored.case
        return [case.reference] if case else self.client_cases or []

    def record(self, request: ApiRequest) -> bytes:
        assessment = services.save_assessment(
            scored=self.scored, by=request.user, api_key=request.auth.prefix
        )
        body: dict[str, object] = {**self.render(assessment, self.reference)}
        if self.client_cases is not None:
            body["client_cases"] = self.client_cases
        return orjson.dumps(body)


def prepare(
    request: ApiRequest, payload: PredictionRequest, *, explained: bool
) -> StandingAnswer | ScoredAnswer:
    """Work the answer out without writing anything."""
    render = response_schemas.explanation if explained else response_schemas.prediction
    if payload.reference is None:
        (profile,) = profiles_of([(payload, history_of(payload))])
        sent = services.SentApplication(profile.digest, own_reference(payload))
        if services.of_blind_cases(request.user, [sent]):
            raise verdict_kept(own_reference(payload) or "This application")
        scored, client_cases = services.score(profile, case=None, charges=charges_of(payload)), None
        if payload.client_key:
            client, client_cases = known_clients(request.user, [payload.client_key])[payload.client_key]
            scored = replace(scored, client=client)
        return ScoredAnswer(scored, own_reference(payload), render, client_cases)
    columns = EXPLANATION_COLUMNS if explained else PREDICTION_COLUMNS
    case = stored_case(request.user, payload.reference, columns)
    if case.standing:
        return StandingAnswer(case.standing, payload.reference, render)
    profile = stored_profile(case.pk)
    return ScoredAnswer(services.score(profile, case=profile.case), payload.reference, render)


def own_reference(payload: PredictionRequest) -> str | None:
    """The caller's own number of the application, if it sent one."""
    number = payload.application.SK_ID_CURR if payload.application else None
    return None if number is None else str(int(number))
