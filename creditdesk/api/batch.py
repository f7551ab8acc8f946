"""Many questions in one request: each checked for itself, all answered in one go."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import orjson
from django.core.exceptions import PermissionDenied
from django.utils.translation import get_language, override
from pydantic import ValidationError

from creditdesk import services
from creditdesk.api import response_schemas
from creditdesk.api.auth import ApiRequest
from creditdesk.api.case_lookup import not_seen
from creditdesk.api.history_checks import Tables, history_of
from creditdesk.api.idempotency import Body, Write
from creditdesk.api.predict import own_reference
from creditdesk.api.problems import Problem, invalid
from creditdesk.api.profiles import profiles_of
from creditdesk.api.request_schemas import Batch, Question
from creditdesk.models import Assessment, Case, Profile


@dataclass
class Sorted:
    """The items of a batch by what becomes of them; keys are their positions."""

    questions: dict[int, Question] = field(default_factory=dict)
    histories: dict[int, Tables] = field(default_factory=dict)
    problems: dict[int, Problem] = field(default_factory=dict)
    standing: dict[int, Assessment] = field(default_factory=dict)
    asked: dict[int, tuple[Case | None, Profile]] = field(default_factory=dict)


def many(request: ApiRequest, batch: Batch) -> Write:
    if not request.user.has_perm("creditdesk.assess_case"):
        raise PermissionDenied
    found = Sorted()
    for index, item in enumerate(batch.items):
        _check(found, index, item)
    _look_up(request, found, explained=batch.contributions)
    _read_applications(found)
    scored = services.score_many(list(found.asked.values()), contributions=batch.contributions)
    return lambda: _write(request, found, scored, explained=batch.contributions)


def _check(found: Sorted, index: int, item: Any) -> None:
    try:
        question = Question.model_validate(item)
        if question.application:
            found.histories[index] = history_of(question)
        found.questions[index] = question
    except ValidationError as error:
        found.problems[index] = invalid(error.errors(include_url=False, include_input=False))
    except Problem as problem:
        found.problems[index] = problem


def _look_up(request: ApiRequest, found: Sorted, *, explained: bool) -> None:
    """The cases that the caller sees, each with the assessment that stands or the profile to be assessed."""
    references = {i: question.reference for i, question in found.questions.items() if question.reference}
    cases = _cases(Case.objects.visible_to(request.user), references.values(), explained=explained)
    others = set(references.values()) - cases.keys()
    known = (
        set(Case.objects.filter(reference__in=others).values_list("reference", flat=True)) if others else ()
    )
    fresh = {}
    for index, reference in references.items():
        if case := cases.get(reference):
            fresh[index] = case
        else:
            found.problems[index] = not_seen(request.user, reference, exists=reference in known)
    _sort_cases(found, fresh)


def _cases(visible: Any, references: Any, *, explained: bool) -> dict[str, Case]:
    deferred = ["profile__application", "profile__history", "profile__history_rows"]
    deferred += [
        f"latest_assessment__{column}"
        for column in ("inputs", *(() if explained else ("features", "contributions", "reasons")))
    ]
    rows = visible.select_related("profile", "latest_assessment").defer(*deferred)
    return {case.reference: case for case in rows.filter(reference__in=set(references))}


def _sort_cases(found: Sorted, cases: Mapping[int, Case]) -> None:
    digest = services.digest_in_use()
    for index, case in cases.items():
        if standing := services.standing_assessment(case, digest=digest):
            found.standing[index] = standing
    fresh = {index: case for index, case in cases.items() if index not in found.standing}
    profiles = Profile.objects.in_bulk([case.pk for case in fresh.values()])
    found.asked |= {index: (case, profiles[case.pk]) for index, case in fresh.items()}


def _read_applications(found: Sorted) -> None:
    sent = [(found.questions[index], tables) for index, tables in found.histories.items()]
    for index, profile in zip(found.histories, profiles_of(sent), strict=True):
        found.asked[index] = (None, profile)


def _write(
    request: ApiRequest, found: Sorted, scored: Sequence[services.ScoredProfile], *, explained: bool
) -> Body:
    saved = services.save_assessments(
        scored=scored,
        standing=list(found.standing.values()),
        by=request.user,
        api_key=request.auth.prefix,
    )
    assessments = found.standing | dict(zip(found.asked, saved, strict=True))
    if explained:
        return partial(_parts, found, assessments, response_schemas.brief_explanation, get_language())
    return b"".join(_parts(found, assessments, response_schemas.prediction, get_language()))


def _parts(
    found: Sorted, assessments: Mapping[int, Assessment], tell: response_schemas.Tell, language: str | None
) -> Iterator[bytes]:
    """Item by item: the 45 MB that a thousand explanations take need not be in memory at once. They may be
    sent when nobody's language is active any more."""
    size = len(assessments) + len(found.problems)
    yield b'{"answered":%d,"failed":%d,"items":[' % (len(assessments), len(found.problems))
    for index in range(size):
        with override(language):
            item = orjson.dumps(_item(found, index, assessments, tell))
        yield b"," + item if index else item
    yield b"]}"


def _item(
    found: Sorted, index: int, assessments: Mapping[int, Assessment], tell: response_schemas.Tell
) -> dict[str, Any]:
    if problem := found.problems.get(index):
        return {"index": index, "problem": problem.body()}
    question = found.questions[index]
    reference = question.reference or own_reference(question)
    return {"index": index, **tell(assessments[index], reference)}
