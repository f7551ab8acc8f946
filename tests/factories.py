"""Factories of users, cases, assessments and decisions; each makes only what a test needs."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final

import factory
from django.utils import timezone
from factory.django import DjangoModelFactory

from accounts.models import User
from accounts.roles import Role
from creditdesk import services
from creditdesk.forms.application import form_columns
from creditdesk.models import (
    Assessment,
    Case,
    Client,
    Decision,
    Document,
    MonitoringRecord,
    Profile,
)
from scoring.ml.tables.schema import Kind

# A name for each role; two advisors, because most rules are about what a colleague may not do.
PEOPLE: Final = {role.value: role for role in Role} | {"colleague": Role.ADVISOR}

APPLICATION: dict[str, float | str] = {
    "NAME_CONTRACT_TYPE": "Cash loans",
    "FLAG_OWN_CAR": "N",
    "FLAG_OWN_REALTY": "Y",
    "CNT_CHILDREN": 0.0,
    "AMT_INCOME_TOTAL": 202500.0,
    "AMT_CREDIT": 406597.5,
    "AMT_ANNUITY": 24700.5,
    "AMT_GOODS_PRICE": 351000.0,
    "NAME_INCOME_TYPE": "Working",
    "NAME_EDUCATION_TYPE": "Secondary / secondary special",
    "NAME_HOUSING_TYPE": "House / apartment",
    "OCCUPATION_TYPE": "Laborers",
    "ORGANIZATION_TYPE": "Business Entity Type 3",
    "REGION_POPULATION_RELATIVE": 0.018801,
    "DAYS_BIRTH": -9461.0,
    "DAYS_EMPLOYED": -637.0,
    "DAYS_REGISTRATION": -3648.0,
    "DAYS_ID_PUBLISH": -2120.0,
    "DAYS_LAST_PHONE_CHANGE": -1134.0,
    "REGION_RATING_CLIENT": 2.0,
    "EXT_SOURCE_1": 0.083037,
    "EXT_SOURCE_2": 0.262949,
    "EXT_SOURCE_3": 0.139376,
}


class UserFactory(DjangoModelFactory[User]):
    class Meta:
        model = User
        django_get_or_create = ("username",)

    username = factory.Sequence(lambda n: f"advisor{n}")
    role = Role.ADVISOR


class CaseFactory(DjangoModelFactory[Case]):
    """A case with its client and profile; `application` and `history` replace single inputs."""

    class Meta:
        model = Case

    class Params:
        name = factory.Faker("name", locale="fr_FR")

    reference = factory.Sequence(lambda n: str(500_001 + n))
    client = factory.LazyAttribute(lambda o: Client.objects.create(name=o.name))
    advisor = factory.SubFactory(UserFactory)
    submitted_at = factory.LazyFunction(timezone.now)
    contract_type = "Cash loans"
    amount_credit = 406597.5
    amount_annuity = 24700.5

    @classmethod
    def _create(cls, model_class: type[Case], *args: Any, **kwargs: Any) -> Case:
        application = {**APPLICATION, **kwargs.pop("application", {})}
        history = kwargs.pop("history", {})
        rows = kwargs.pop("history_rows", {})
        case: Case = super()._create(model_class, *args, **kwargs)
        Profile.of_inputs(application, history, rows, case=case).save(force_insert=True)
        MonitoringRecord.objects.create(case=case, sex="F", family_status="Married")
        return case


def corrected(case: Case, **application: Any) -> Profile:
    """The case's stored profile with other application columns."""
    profile = Profile.objects.get(case=case)
    columns = {**profile.application, **application}
    profile = Profile.of_inputs(columns, profile.history, profile.history_rows, case=case)
    profile.save(force_update=True)
    return profile


def attached(case: Case, content: bytes = b"%PDF-1.4 a payslip", name: str = "payslip.pdf") -> Document:
    """A document of the case, added by its advisor; its content is not checked."""
    return services.add_document(
        case=case,
        kind="payslip",
        name=name,
        content=content,
        content_type="application/pdf",
        by=case.advisor,
    )


def assessed(case: Case, probability: float | None = 0.05, verdict: str = "accept") -> Case:
    """The case with a verdict, without a model: for tests that only read it."""
    case.latest_assessment = Assessment.objects.create(
        case=case,
        profile_digest=Profile.objects.get(case=case).digest,
        inputs={},
        probability=probability,
        threshold=None if probability is None else 0.09,
        verdict=verdict,
        refer_reason="the income is missing" if verdict == "refer" else "",
    )
    case.save()
    return case


def reassessed(before: Assessment, verdict: str) -> Assessment:
    """A newer assessment with the same numbers, under a threshold that makes them this verdict."""
    threshold = {"refuse": before.probability, "accept": 1.0}[verdict]
    return newer_assessment(before, verdict=verdict, threshold=threshold)


def newer_assessment(before: Assessment, **changed: Any) -> Assessment:
    """A newer assessment of the case, the same but for what is changed."""
    fields = {
        field.attname: getattr(before, field.attname)
        for field in Assessment._meta.concrete_fields
        if not field.primary_key
    }
    newer = Assessment.objects.create(**{**fields, **changed})
    Case.objects.filter(latest_assessment=before).update(latest_assessment=newer)
    return newer


def decided(case: Case, outcome: str = "accept", status: str = "final", override: bool = False) -> Case:
    """The case with a decision on its newest assessment, which is made when there is none."""
    if case.latest_assessment is None:
        assessed(case)
    assert case.latest_assessment
    Decision.objects.create(
        case=case,
        assessment=case.latest_assessment,
        outcome=outcome,
        status=status,
        is_override=override,
        reason_code="income" if override else "",
        reason="Three payslips were checked" if override else "",
        decided_by=case.advisor,
    )
    return case


def proposed(assessment: Assessment, by: User) -> Decision:
    """An acceptance against the model's verdict, through the service."""
    assert assessment.case
    return services.decide(
        case=assessment.case,
        assessment=assessment,
        outcome="accept",
        by=by,
        reason_code="guarantee",
        reason="The client brought a guarantee from the employer.",
    )


def refused(assessment: Assessment, by: User) -> Decision:
    """A refusal that needs no verdict, through the service."""
    assert assessment.case
    return services.decide(
        case=assessment.case,
        assessment=assessment,
        outcome="refuse",
        by=by,
        reason_code="documents",
        reason="The documents never came, whatever the verdict.",
    )


def typed_answers(application: Mapping[str, float | str | None], **changes: str) -> dict[str, str]:
    """The answers that a person types today for these raw columns."""
    today = timezone.localdate()
    answers = {"client_name": "Zoé Lefèvre", "applied_on": today.isoformat()}
    for column in form_columns():
        value = application.get(column.name)
        if value is None or value in column.unknown:
            answers |= {"no_employment": "on"} if value == 365243.0 else {}
        elif column.kind is Kind.DAYS:
            answers[column.name] = (today + timedelta(days=float(value))).isoformat()
        elif column.kind is Kind.FLAG:
            answers[column.name] = str(int(value))
        else:
            answers[column.name] = value if isinstance(value, str) else repr(value)
    return answers | changes
