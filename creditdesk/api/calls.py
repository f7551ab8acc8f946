"""From a question to the write that answers it: looked up and worked out first, then stored in one go."""

from collections.abc import Callable
from functools import partial
from http import HTTPStatus
from typing import Any

import orjson
from django.core.exceptions import PermissionDenied

from accounts.audit import Act, Action, record_together
from creditdesk import services
from creditdesk.api.door import ApiRequest
from creditdesk.api.once import Write
from creditdesk.api.problems import Problem
from creditdesk.api.profiles import profile_of
from creditdesk.api.questions import Question
from creditdesk.models import Assessment, Case, Profile

Told = Callable[..., dict[str, Any]]

# What a stored answer is made of: neither the inputs nor, unless asked for, the contributions are read.
_ANSWERED = (
    "reference",
    "profile__digest",
    *(
        f"latest_assessment__{column}"
        for column in (
            "profile_digest",
            "model_digest",
            "model_version",
            "probability",
            "threshold",
            "verdict",
            "missing",
        )
    ),
)
_EXPLAINED = (
    *_ANSWERED,
    *(f"latest_assessment__{column}" for column in ("features", "contributions", "base_value", "reasons")),
)


def single(request: ApiRequest, question: Question, tell: Told, *, explained: bool) -> Write:
    if question.reference is None:
        return _of_application(request, question, tell)
    return _of_case(request, question.reference, tell, _EXPLAINED if explained else _ANSWERED)


def _of_case(request: ApiRequest, reference: str, tell: Told, columns: tuple[str, ...]) -> Write:
    """The assessment that stands, told again; where none does, a new one."""
    case = visible_case(request, reference, columns)
    if standing := services.standing_assessment(case):
        return lambda: _again(request, standing, reference, tell)
    profile = Profile.objects.get(pk=case.pk)
    told = services.appraise(profile)
    return lambda: _kept(request, case, profile, told, partial(tell, reference=reference))


def _again(request: ApiRequest, standing: Assessment, reference: str, tell: Told) -> bytes:
    """Told only when the log knows of it. Nothing else is written, so many tellings may share a commit."""
    body = orjson.dumps(tell(standing, reference))
    details = {"assessment": standing.pk, "verdict": standing.verdict, "api_key": request.auth.prefix}
    record_together(Act(Action.API_ANSWER, request.user, reference, details))
    return body


def _of_application(request: ApiRequest, question: Question, tell: Told) -> Write:
    (profile,) = profile_of([question])
    told = services.appraise(profile)
    return lambda: _kept(request, None, profile, told, partial(tell, reference=own_reference(question)))


def _kept(
    request: ApiRequest,
    case: Case | None,
    profile: Profile,
    told: dict[str, Any],
    tell: Callable[[Assessment], dict[str, Any]],
) -> bytes:
    assessment = services.keep(
        case=case, profile=profile, told=told, by=request.user, through=request.auth.prefix
    )
    return orjson.dumps(tell(assessment))


def own_reference(question: Question) -> str | None:
    """The number that the caller gave the application, told back."""
    number = question.application.SK_ID_CURR if question.application else None  # type: ignore[attr-defined]
    return None if number is None else str(int(number))


def visible_case(request: ApiRequest, reference: str, columns: tuple[str, ...]) -> Case:
    """A case that the key's owner sees. One that is not theirs is 403, one that does not exist is 404."""
    if not request.user.has_perm("creditdesk.assess_case"):
        raise PermissionDenied
    cases = Case.objects.visible_to(request.user).select_related("profile", "latest_assessment")
    case = cases.only(*columns).filter(reference=reference).first()
    if case:
        return case
    if Case.objects.filter(reference=reference).exists():
        raise Problem(HTTPStatus.FORBIDDEN, f"{reference} is not in the portfolio of {request.user}.")
    raise Problem(HTTPStatus.NOT_FOUND, f"There is no case {reference}.")
