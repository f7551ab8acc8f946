"""From a question to the write that answers it: looked up and worked out first, then stored in one go."""

from collections.abc import Callable
from functools import partial
from typing import Any

import orjson

from accounts.audit import Act, Action, record_together
from creditdesk import services
from creditdesk.api.auth import ApiRequest
from creditdesk.api.case_lookup import ANSWERED, EXPLAINED, stored_case
from creditdesk.api.history_checks import history_of
from creditdesk.api.idempotency import Write
from creditdesk.api.profiles import profiles_of
from creditdesk.api.request_schemas import Question
from creditdesk.models import Assessment, Profile

Told = Callable[..., dict[str, Any]]


def single(request: ApiRequest, question: Question, tell: Told, *, explained: bool) -> Write:
    if question.reference is None:
        return _of_application(request, question, tell)
    return _of_case(request, question.reference, tell, EXPLAINED if explained else ANSWERED)


def _of_case(request: ApiRequest, reference: str, tell: Told, columns: tuple[str, ...]) -> Write:
    """The assessment that stands, told again; where none does, a new one."""
    stored = stored_case(request.user, reference, columns)
    if stored.standing:
        return partial(_again, request, stored.standing, reference, tell)
    profile = Profile.objects.select_related("case").get(pk=stored.pk)
    scored = services.score(profile, case=profile.case)
    return lambda: _kept(request, scored, partial(tell, reference=reference))


def _again(request: ApiRequest, standing: Assessment, reference: str, tell: Told) -> bytes:
    """Told only when the log knows of it. Nothing else is written, so many tellings may share a commit."""
    body = orjson.dumps(tell(standing, reference))
    details = {"assessment": standing.pk, "verdict": standing.verdict, "api_key": request.auth.prefix}
    record_together(Act(Action.API_ANSWER, request.user, reference, details))
    return body


def _of_application(request: ApiRequest, question: Question, tell: Told) -> Write:
    (profile,) = profiles_of([(question, history_of(question))])
    scored = services.score(profile, case=None)
    return lambda: _kept(request, scored, partial(tell, reference=own_reference(question)))


def _kept(
    request: ApiRequest, scored: services.ScoredProfile, tell: Callable[[Assessment], dict[str, Any]]
) -> bytes:
    assessment = services.save_assessment(scored=scored, by=request.user, api_key=request.auth.prefix)
    return orjson.dumps(tell(assessment))


def own_reference(question: Question) -> str | None:
    """The number that the caller gave the application, told back."""
    number = question.application.SK_ID_CURR if question.application else None
    return None if number is None else str(int(number))
