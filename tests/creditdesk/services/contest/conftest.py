import pytest
from django.utils import timezone

from creditdesk import services
from creditdesk.models import Case, Contest
from tests.creditdesk.services.contest.words import STATEMENT
from tests.factories import assessed, decided


@pytest.fixture
def case(case_of) -> Case:
    """Refused by its advisor, as the model recommends."""
    return decided(assessed(case_of("advisor", amount_credit=100_000), 0.3, "refuse"), "refuse")


@pytest.fixture
def contest(case, person) -> Contest:
    return services.contest(
        case=case, client_statement=STATEMENT, received_on=timezone.localdate(), by=person("advisor")
    )
