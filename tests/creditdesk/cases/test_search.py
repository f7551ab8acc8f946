import logging

import pytest
from hypothesis import given
from hypothesis import strategies as st

from creditdesk.models import Case
from creditdesk.models import case as case_module
from creditdesk.pages import case_list
from tests.factories import CaseFactory
from tests.html import listed_references

pytestmark = pytest.mark.django_db


@pytest.fixture(params=["few", "many"])
def strategy(request, monkeypatch) -> None:
    """Both ways to search: by keys looked up first, and by a scan of the cases."""
    monkeypatch.setattr(case_module, "MAX_KEYS", 300 if request.param == "few" else 0)


@pytest.mark.parametrize(
    "term", ["lefevre", "LEFÈVRE", " fèv ", "zoé", "e lef", "7001", "700199", "zoe lefevre"]
)
def test_a_client_is_found_by_any_part_of_the_name_or_the_start_of_the_reference(
    strategy, client_as, case_of, term
):
    wanted = case_of("advisor", name="Zoé Lefèvre", reference="700199")
    case_of("advisor", name="Amadou Traoré", reference="700200")
    assert listed_references(client_as("advisor").post("/cases/", {"q": term})) == [wanted.reference]


@pytest.mark.parametrize("term", ["00199", "%", "_", "lef%vre", "' OR 1=1 --", "\\"])
def test_other_terms_match_nothing(strategy, client_as, case_of, term):
    case_of("advisor", name="Zoé Lefèvre", reference="700199")
    page = client_as("advisor").post("/cases/", {"q": term})
    assert listed_references(page) == []
    assert "No case matches" in page.content.decode()


def test_search_stays_within_the_own_portfolio(strategy, client_as, case_of):
    case_of("colleague", name="Zoé Lefèvre")
    assert listed_references(client_as("advisor").post("/cases/", {"q": "lefevre"})) == []


@given(reference=st.from_regex(r"\A[0-9A-Za-z-]{1,8}\Z"), data=st.data())
def test_every_prefix_finds_its_reference(reference, data):
    """Also around 9, Z and hyphens, where the part of the index that is read ends."""
    if not Case.objects.filter(reference=reference).exists():
        CaseFactory(reference=reference, name="")
    prefix = data.draw(st.integers(1, len(reference)).map(lambda n: reference[:n]))
    assert Case.objects.matching(prefix).filter(reference=reference).exists()


def test_the_term_is_in_no_address_header_or_log(client_as, case_of, caplog):
    case_of("advisor", name="Zoé Lefèvre")
    with caplog.at_level(logging.DEBUG):
        answer = client_as("advisor").post(
            "/cases/", {"q": "lefevre", "verdict": ""}, headers={"HX-Request": "true"}
        )
    assert answer["HX-Replace-Url"] == "/cases/"
    assert "lefevre" not in str(answer.headers).lower()
    requests = [record for record in caplog.records if not record.name.startswith("django.db")]
    assert "lefevre" not in " ".join(record.getMessage() for record in requests).lower()


def test_a_term_in_an_address_is_not_read(client_as, case_of):
    case = case_of("advisor", name="Zoé Lefèvre")
    page = client_as("advisor").get("/cases/", {"q": "nobody"})
    assert listed_references(page) == [case.reference]
    assert b'value="nobody"' not in page.content


def test_the_address_follows_the_filters_so_that_it_can_be_kept(client_as, case_of):
    case_of("advisor")
    answer = client_as("advisor").post(
        "/cases/", {"q": "x", "status": "pending", "sort": "-credit"}, headers={"HX-Request": "true"}
    )
    assert answer["HX-Replace-Url"] == "/cases/?status=pending&sort=-credit"


def test_live_search_answers_the_results_alone_and_a_plain_form_the_whole_page(client_as, case_of):
    case = case_of("advisor")
    advisor = client_as("advisor")
    live = advisor.post("/cases/", {"q": case.reference}, headers={"HX-Request": "true"})
    plain = advisor.post("/cases/", {"q": case.reference})
    assert listed_references(live) == listed_references(plain) == [case.reference]
    assert b"<html" not in live.content
    assert b"<html" in plain.content
    assert b'hx-swap-oob="innerHTML:#count"' in live.content


def test_the_export_sends_the_term_that_the_list_was_made_with(client_as, case_of):
    case_of("advisor", name="Zoé Lefèvre")
    answer = client_as("manager").post(
        "/cases/", {"q": "lefevre", "verdict": ""}, headers={"HX-Request": "true"}
    )
    assert '<input type="hidden" form="export" name="q" value="lefevre">' in answer.content.decode()


def test_a_search_that_finds_very_many_counts_no_further_than_anybody_reads(client_as, case_of, monkeypatch):
    monkeypatch.setattr(case_list, "MAX_RESULTS", 20)
    for _ in range(22):
        case_of("advisor", name="Camille Martin")
    advisor = client_as("advisor")
    assert b"more than 20 cases" in advisor.post("/cases/", {"q": "martin"}).content
    assert b"22 cases" in advisor.get("/cases/").content


def test_a_term_is_shown_as_text(client_as):
    page = client_as("advisor").post("/cases/", {"q": "<script>alert(1)</script>"})
    assert b"<script>alert" not in page.content
