"""Predictions of many cases and applications in one request: validated one by one, scored in one pass."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from http import HTTPStatus
from typing import Any, TypedDict

import orjson
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import get_language, override
from pydantic import ValidationError

from accounts.audit import Action, record
from accounts.models import User
from creditdesk import services
from creditdesk.api import response_schemas
from creditdesk.api.auth import ApiRequest
from creditdesk.api.case_lookup import erased, not_visible, verdict_kept
from creditdesk.api.client_lookup import KnownClient, known_clients
from creditdesk.api.history_checks import Tables, history_of
from creditdesk.api.idempotency import Body
from creditdesk.api.predict import own_reference
from creditdesk.api.problems import InvalidField, Problem, ProblemBody, invalid
from creditdesk.api.profiles import charges_of, profiles_of
from creditdesk.api.request_schemas import Batch, PredictionRequest
from creditdesk.models import Assessment, Case, Profile


class ItemProblemBody(TypedDict):
    index: int
    problem: ProblemBody


@dataclass
class BatchItems:
    """The items of a batch by their position.

    Each of `requests` is answered by an assessment in `standing` or by scoring a profile in `unscored`.
    """

    requests: dict[int, PredictionRequest] = field(default_factory=dict)
    histories: dict[int, Tables] = field(default_factory=dict)
    problems: dict[int, Problem] = field(default_factory=dict)
    standing: dict[int, Assessment] = field(default_factory=dict)
    unscored: dict[int, services.ProfileToScore] = field(default_factory=dict)
    # By the key that was sent along with an application.
    clients: dict[str, KnownClient] = field(default_factory=dict)

    def client_of(self, index: int) -> KnownClient | None:
        """The client whose key the item has; None without a key."""
        return self.clients.get(self.requests[index].client_key or "")

    def refused_references(self) -> list[str]:
        """The cases that exist and that the caller may not see."""
        return [
            str(self.requests[index].reference)
            for index, problem in self.problems.items()
            if problem.status is HTTPStatus.FORBIDDEN and self.requests[index].reference
        ]


@dataclass(frozen=True, slots=True)
class PreparedBatch:
    """The answer to a batch; the scored profiles, in the order of `items.unscored`, are not yet stored."""

    items: BatchItems
    scored: list[services.ScoredProfile]
    explained: bool

    @property
    def references(self) -> list[str]:
        """The cases of the items that are answered, and of the clients whose keys they have."""
        answered = {*self.items.standing, *self.items.unscored}
        cases = [
            payload.reference
            for index, payload in self.items.requests.items()
            if payload.reference and index in answered
        ]
        return cases + [case for client in self.items.clients.values() for case in client.references]

    @transaction.atomic
    def record(self, request: ApiRequest) -> Body:
        if refused := self.items.refused_references():
            record(
                action=Action.ACCESS_DENIED,
                actor=request.user,
                target=request.path,
                details={"method": "POST", "api_key": request.auth.prefix, "references": refused},
            )
        saved = services.save_assessments(
            scored=self.scored,
            standing=list(self.items.standing.values()),
            by=request.user,
            api_key=request.auth.prefix,
        )
        assessments = self.items.standing | dict(zip(self.items.unscored, saved, strict=True))
        if self.explained:
            render = response_schemas.brief_explanation
            return partial(_parts, self.items, assessments, render, get_language())
        return b"".join(_parts(self.items, assessments, response_schemas.prediction, get_language()))


def prepare_batch(request: ApiRequest, batch: Batch) -> PreparedBatch:
    """Work all answers out without writing anything."""
    if not request.user.has_perm("creditdesk.assess_case"):
        raise PermissionDenied
    items = BatchItems()
    for index, item in enumerate(batch.items):
        _validate(items, index, item)
    _look_up_cases(items, request.user, explained=batch.contributions)
    _build_profiles(items, request.user)
    items.clients = known_clients(request.user, (item.client_key for item in items.requests.values()))
    scored = services.score_many(list(items.unscored.values()), contributions=batch.contributions)
    of_clients = [
        replace(profile, client=client.client) if (client := items.client_of(index)) else profile
        for index, profile in zip(items.unscored, scored, strict=True)
    ]
    return PreparedBatch(items, of_clients, batch.contributions)


def _validate(items: BatchItems, index: int, item: Any) -> None:
    try:
        payload = PredictionRequest.model_validate(item)
        if payload.application:
            items.histories[index] = history_of(payload)
        items.requests[index] = payload
    except ValidationError as error:
        items.problems[index] = invalid(
            [
                InvalidField(loc=each["loc"], msg=each["msg"])
                for each in error.errors(include_url=False, include_input=False)
            ]
        )
    except Problem as problem:
        items.problems[index] = problem


def _look_up_cases(items: BatchItems, user: User, *, explained: bool) -> None:
    """Give each reference the case's standing assessment, its profile to score, or a problem."""
    references = {i: payload.reference for i, payload in items.requests.items() if payload.reference}
    visible = _visible_cases(user, references.values(), explained=explained)
    existing = _existing_references(set(references.values()) - visible.keys())
    cases = {}
    for index, reference in references.items():
        if (case := visible.get(reference)) and case.is_erased:
            items.problems[index] = erased(reference)
        elif case and services.blind_answer(user, case.pk, case.reference):
            items.problems[index] = verdict_kept(reference)
        elif case:
            cases[index] = case
        else:
            items.problems[index] = not_visible(user, reference, exists=reference in existing)
    _take_standing_assessments(items, cases)


def _visible_cases(user: User, references: Iterable[str], *, explained: bool) -> dict[str, Case]:
    unread = ["inputs", "packed_inputs"]
    if not explained:
        unread += ["features", "contributions", "reasons"]
    cases = (
        Case.objects.visible_to(user)
        .select_related("profile", "latest_assessment", "client__erasure")
        .defer("profile__packed_inputs", "profile__history_rows")
        .defer(*(f"latest_assessment__{column}" for column in unread))
        .filter(reference__in=set(references))
    )
    return {case.reference: case for case in cases}


def _existing_references(references: set[str]) -> set[str]:
    if not references:
        return set()
    return set(Case.objects.filter(reference__in=references).values_list("reference", flat=True))


def _take_standing_assessments(items: BatchItems, cases: Mapping[int, Case]) -> None:
    standing = services.standing_assessments(cases.values())
    unscored = {}
    for index, case in cases.items():
        if assessment := standing.get(case.pk):
            items.standing[index] = assessment
        else:
            unscored[index] = case
    profiles = Profile.objects.in_bulk([case.pk for case in unscored.values()])
    items.unscored |= {
        index: services.ProfileToScore(case, profiles[case.pk]) for index, case in unscored.items()
    }


def _build_profiles(items: BatchItems, user: User) -> None:
    sent = [(items.requests[index], tables) for index, tables in items.histories.items()]
    profiles = dict(zip(items.histories, profiles_of(sent), strict=True))
    numbered = {
        index: services.SentApplication(profile.digest, own_reference(items.requests[index]))
        for index, profile in profiles.items()
    }
    blind = services.of_blind_cases(user, set(numbered.values()))
    for index, profile in profiles.items():
        if numbered[index] in blind:
            items.problems[index] = verdict_kept(own_reference(items.requests[index]) or "This application")
            continue
        charges = charges_of(items.requests[index])
        items.unscored[index] = services.ProfileToScore(None, profile, charges)


def _parts(
    items: BatchItems,
    assessments: Mapping[int, Assessment],
    render: response_schemas.Render,
    language: str | None,
) -> Iterator[bytes]:
    """Encode the answer item by item: a thousand explanations take 45 MB, which need not be held at once.

    `language` is that of the request, which is over when the server iterates.
    """
    size = len(assessments) + len(items.problems)
    yield b'{"answered":%d,"failed":%d,"items":[' % (len(assessments), len(items.problems))
    for index in range(size):
        with override(language):
            item = orjson.dumps(_item(items, index, assessments, render))
        yield b"," + item if index else item
    yield b"]}"


def _item(
    items: BatchItems, index: int, assessments: Mapping[int, Assessment], render: response_schemas.Render
) -> ItemProblemBody | dict[str, object]:
    if problem := items.problems.get(index):
        return {"index": index, "problem": problem.body()}
    payload = items.requests[index]
    reference = payload.reference or own_reference(payload)
    client = items.client_of(index)
    cases = {"client_cases": client.references} if client else {}
    return {"index": index, **render(assessments[index], reference), **cases}
