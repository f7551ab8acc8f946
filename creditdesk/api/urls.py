"""Operations of the API under /api/v1/, and their URLs."""

from http import HTTPStatus
from typing import Final

from django.core.exceptions import PermissionDenied
from django.http.response import HttpResponseBase
from django.urls import path
from ninja import NinjaAPI

from accounts.models import ApiKey
from creditdesk.api import response_schemas
from creditdesk.api.auth import ApiRequest, JsonParser, Key, charge, require_scope
from creditdesk.api.batch import prepare_batch
from creditdesk.api.idempotency import record_once, stored_response
from creditdesk.api.openapi import documentation, openapi_json
from creditdesk.api.predict import prepare
from creditdesk.api.problems import Problem, add_exception_handlers
from creditdesk.api.request_schemas import Batch, PredictionRequest
from scoring import engine, policies
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
    parser=JsonParser(),
)
add_exception_handlers(api)


@api.post(
    "/predict", auth=Key(Scope.PREDICT), response=response_schemas.Prediction, summary="Ask for a verdict"
)
def predict(request: ApiRequest, payload: PredictionRequest) -> HttpResponseBase:
    """A stored case is answered with the assessment that stands, or with a new one when its profile or the
    model has changed. An application that is sent along is always assessed anew."""
    return stored_response(request) or record_once(request, prepare(request, payload, explained=False))


@api.post(
    "/explain",
    auth=Key(Scope.EXPLAIN),
    response=response_schemas.Explanation,
    summary="Ask for a verdict, its contributions and its reasons",
)
def explain(request: ApiRequest, payload: PredictionRequest) -> HttpResponseBase:
    """The same answer as /predict with what each feature contributed and the reasons as a person reads them,
    in the language of Accept-Language."""
    return stored_response(request) or record_once(request, prepare(request, payload, explained=True))


@api.post(
    "/predict/batch",
    auth=Key(Scope.PREDICT),
    response=response_schemas.BatchAnswer,
    summary="Ask for up to 1,000 verdicts",
)
def predict_batch(request: ApiRequest, batch: Batch) -> HttpResponseBase:
    """Each item is a request as for /predict and is answered, or its problem named, under its index. An
    Idempotency-Key holds for the batch as a whole."""
    if batch.contributions:
        require_scope(request.auth, Scope.EXPLAIN)
    if response := stored_response(request):
        return response
    # The request itself has been counted.
    charge(request.auth, len(batch.items) - 1)
    return record_once(request, prepare_batch(request, batch))


@api.get(
    "/model", auth=Key(Scope.MODEL), response=response_schemas.ModelInUse, summary="Read which model answers"
)
def model(request: ApiRequest) -> response_schemas.ModelInUse:
    if not any(map(request.user.has_perm, ("creditdesk.assess_case", "scoring.view_modelversion"))):
        raise PermissionDenied
    try:
        in_use = engine.current()
    except ModelUnavailable as error:
        raise Problem(HTTPStatus.SERVICE_UNAVAILABLE, f"No model answers: {error}") from error
    policy = policies.in_force()
    thresholds = policies.thresholds_of(in_use, policy)
    return response_schemas.ModelInUse(
        version=in_use.version,
        digest=in_use.digest,
        trained_at=in_use.manifest.created_at,
        threshold=thresholds.refuse_from,
        accept_below=thresholds.accept_below,
        policy=policy.version if policy else None,
        is_demo=in_use.is_demo,
        metrics=in_use.manifest.to_json()["metrics"],
    )


operations, _, _ = api.urls
for operation in operations:
    # The key authenticates: without one the answer is problem+json, not the sign-in page.
    operation.callback.login_required = False  # type: ignore[union-attr]

urlpatterns = [
    *operations,
    path("docs", documentation, name="api_docs"),
    path("openapi.json", openapi_json, {"api": api}, name="api_openapi"),
]
