import pytest

from creditdesk.models import Case
from tests.creditdesk.letters.refusals import refused


@pytest.fixture
def case(case_of) -> Case:
    return refused(case_of("advisor", name="Zoé O’Brien"))
