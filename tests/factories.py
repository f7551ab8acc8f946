"""Small builders of what the tests talk about; each makes only what was asked for."""

from typing import Any

import factory
from django.utils import timezone
from factory.django import DjangoModelFactory

from accounts.models import User
from accounts.roles import Role
from creditdesk.models import Case, Client, MonitoringRecord, Profile, profile_digest

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
        Profile.objects.create(
            case=case,
            application=application,
            history=history,
            history_rows=rows,
            digest=profile_digest(application, history, rows),
        )
        MonitoringRecord.objects.create(case=case, sex="F", family_status="Married")
        return case
