"""Labels of the filters of the case list in French."""

from django.utils.translation import override

from creditdesk.cases.filters import OUTCOMES, STATUSES


def test_a_withdrawn_case_agrees_with_the_other_cases_of_its_filter_in_french():
    with override("fr"):
        assert [str(label) for _, label in STATUSES][-1] == "Retirés par le client"
        assert [str(label) for _, label in OUTCOMES] == ["accepté", "refusé", "transmis", "retiré"]
