"""The operations of the API, and their addresses."""

from functools import partial
from http import HTTPStatus
from typing import Any, Final

from django.core.exceptions import PermissionDenied
from django.http.response import HttpResponseBase
from django.urls import path
from ninja import NinjaAPI

from accounts.models import ApiKey
from creditdesk.api import predict as calls
from creditdesk.api import response_schemas
from creditdesk.api.auth import ApiRequest, Json, Key, require_scope
from creditdesk.api.batch import many
from creditdesk.api.idempotency import answer_once
from creditdesk.api.openapi import documentation, openapi_json
from creditdesk.api.problems import Problem, tell_problems
from creditdesk.api.request_schemas import Batch, Question
from scoring import engine
from scoring.ml.model.folder import ModelUnavailable

Scope = ApiKey.Scope

api: Final = NinjaAPI(
    title="creditdesk",
    version="1",
    description="Verdicts on credit applications, with what led to them. A verdict is a recommendation: a "
    "person decides. Every answer is stored evidence and an event of the audit log. Errors are "
    "application/problem+json.",
    urls_namespace="api",
    openapi_url=None,
    docs_url=None,
    parser=Json(),
)
tell_problems(api)


@api.post(
    "/predict", auth=Key(Scope.PREDICT), response=response_schemas.Prediction, summary="Ask for a verdict"
)
def predict(request: ApiRequest, question: Question) -> HttpResponseBase:
    """A stored case is answered with the assessment that stands, or with a new one when its profile or the
    model has changed. An application that is sent along is always assessed anew."""
    return answer_once(
        request, partial(calls.single, request, question, response_schemas.prediction, explained=False)
    )


@api.post(
    "/explain",
    auth=Key(Scope.EXPLAIN),
    response=response_schemas.Explanation,
    summary="Ask for a verdict, its contributions and its reasons",
)
def explain(request: ApiRequest, question: Question) -> HttpResponseBase:
    """The same answer as /predict with what each feature contributed and the reasons as a person reads them,
    in the language of Accept-Language."""
    return answer_once(
        request, partial(calls.single, request, question, response_schemas.explanation, explained=True)
    )


@api.post(
    "/predict/batch",
    auth=Key(Scope.PREDICT),
    response=response_schemas.BatchAnswer,
    summary="Ask for up to 1,000 verdicts",
)
def predict_batch(request: ApiRequest, batch: Batch) -> HttpResponseBase:
    """Each item is a question as for /predict and is answered, or its problem named, under its index. An
    Idempotency-Key holds for the batch as a whole."""
    if batch.contributions:
        require_scope(request.auth, Scope.EXPLAIN)
    return answer_once(request, partial(many, request, batch))


@api.get(
    "/model", auth=Key(Scope.MODEL), response=response_schemas.ModelInUse, summary="Read which model answers"
)
def model(request: ApiRequest) -> dict[str, Any]:
    if not any(map(request.user.has_perm, ("creditdesk.assess_case", "scoring.view_modelversion"))):
        raise PermissionDenied
    try:
        used = engine.current()
    except ModelUnavailable as error:
        raise Problem(HTTPStatus.SERVICE_UNAVAILABLE, f"No model answers: {error}") from error
    return {
        "version": used.version,
        "digest": used.digest,
        "trained_at": used.facts["created_at"],
        "threshold": used.threshold,
        "is_demo": used.is_demo,
        "metrics": used.facts["metrics"],
    }


operations, _, _ = api.urls
for operation in operations:
    # The key signs in; without one the answer is a problem, not a sign-in page.
    operation.callback.login_required = False  # type: ignore[union-attr]

urlpatterns = [
    *operations,
    path("docs", documentation, name="api_docs"),
    path("openapi.json", openapi_json, name="api_openapi"),
]
