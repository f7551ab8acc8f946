"""An import that names an advisor gives them every case of the folder, and says who had it."""

import pytest

from accounts import audit
from accounts.models import User
from creditdesk import services
from creditdesk.models import Assignment, Case, Claim

pytestmark = pytest.mark.django_db


def test_all_cases_go_to_the_advisor_who_is_named(folder, advisors, import_folder):
    import_folder(folder)
    import_folder(folder, advisor="colleague")
    assert set(Case.objects.values_list("advisor__username", flat=True)) == {"colleague"}


def test_a_case_that_an_import_gives_to_another_advisor_says_who_had_it_and_is_theirs_to_decide(
    folder, advisors, import_folder
):
    import_folder(folder, advisor="advisor")
    case = Case.objects.get(reference="1")
    services.claim(case=case, by=case.advisor)
    import_folder(folder, advisor="colleague")
    row = Assignment.objects.get(case=case)
    assert (row.previous.username, row.advisor.username) == ("advisor", "colleague")
    assert (row.kind, row.assigned_by) == ("handed_on", None)
    assert Claim.objects.get().released_at
    assert case in Case.objects.to_decide_by(User.objects.get(username="colleague"))
    assert audit.verify() is None
    import_folder(folder, advisor="colleague")
    assert Assignment.objects.filter(case=case).count() == 1
