import logging

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from creditdesk import services
from creditdesk.cases import search, search_readings
from creditdesk.cases.filters import CaseFilter
from creditdesk.cases.queue_keys import listed_keys
from creditdesk.models import Case, ClientKey, IndexedName, NameWord
from creditdesk.models.name_index import forget_names
from creditdesk.pages import case_list
from tests.factories import CaseFactory
from tests.html import listed_references

pytestmark = pytest.mark.django_db


@pytest.fixture(params=["few", "many"])
def strategy(request, monkeypatch) -> None:
    """Both ways to search: by keys looked up first, and by a scan of the cases."""
    monkeypatch.setattr(search_readings, "MAX_KEYS", 1_000 if request.param == "few" else 0)


@pytest.mark.parametrize(
    "term", ["lefevre", "LEFÈVRE", " fèv ", "zoé", "e lef", "7001", "700199", "zoe lefevre"]
)
def test_a_client_is_found_by_any_part_of_the_name_or_the_start_of_the_reference(
    strategy, client_as, case_of, term
):
    wanted = case_of("advisor", name="Zoé Lefèvre", reference="700199")
    case_of("advisor", name="Amadou Traoré", reference="700200")
    assert listed_references(client_as("advisor").post("/cases/", {"q": term})) == [wanted.reference]


def test_the_banks_number_finds_every_case_of_the_client_and_enter_opens_the_only_one(
    strategy, client_as, case_of, person
):
    wanted = case_of("advisor", name="Zoé Lefèvre", reference="700199")
    ClientKey.objects.create(client=wanted.client, key="7002/a")
    case_of("advisor", name="Amadou Traoré", reference="700200")
    hidden = case_of("colleague", name="Zoé Lefèvre", reference="700201")
    browser, manager = client_as("advisor"), client_as("manager")
    opened = browser.post("/cases/", {"q": " 7002/a ", "open": "1"})
    assert opened["Location"] == wanted.get_absolute_url()
    for part in ("7002/", "7002/A", "002/a"):
        assert listed_references(browser.post("/cases/", {"q": part})) == []
    services.merge_clients(case=wanted, other=hidden, reason="document", by=person("manager"))
    ids = [listed_references(reader.post("/cases/", {"q": "7002/a"})) for reader in (browser, manager)]
    assert list(map(sorted, ids)) == [["700199"], ["700199", "700201"]]


@pytest.mark.parametrize("term", ["00199", "%", "_", "xa%re", "' OR 1=1 --", "\\", "dupont", "zoe traore"])
def test_other_terms_match_nothing(strategy, client_as, case_of, term):
    case_of("advisor", name="Zoé Lefèvre", reference="700199")
    page = client_as("advisor").post("/cases/", {"q": term})
    assert listed_references(page) == []
    assert "No case matches" in page.content.decode()


def test_a_list_that_is_longer_than_a_search_takes_stays_as_it_is():
    assert search.padded(range(1, 1_102)) == list(range(1, 1_102))


@given(keys=st.lists(st.integers(min_value=1), max_size=1_000, unique=True))
def test_keys_are_filled_up_to_a_power_of_two_with_keys_of_no_row(keys):
    filled = search.padded(keys)
    assert filled[: len(keys)] == keys
    assert len(filled) & (len(filled) - 1) == 0
    assert len(set(filled)) == len(filled) < 2 * max(1, len(keys))
    assert all(key < 0 for key in filled[len(keys) :])


def test_searches_of_similar_size_share_their_statements(client_as, case_of):
    for number in range(7):
        case_of(
            "advisor", name=f"{'Zélie' if number else 'Adèle'} Lefèvre {number}", reference=f"70010{number}"
        )
    case_of("advisor", name="Ada Traoré", reference="700200")
    statements: dict[str, list[str]] = {}
    for term, number in (("lefevre", 7), ("zelie", 6)):
        written = statements.setdefault(term, [])

        def note(execute, sql, *rest, written=written):
            written.append(sql)
            return execute(sql, *rest)

        browser = client_as("advisor")
        with connection.execute_wrapper(note):
            assert len(listed_references(browser.post("/cases/", {"q": term}))) == number
    searched = [[sql for sql in written if 'client_id" IN (%s' in sql] for written in statements.values()]
    assert searched[0] == searched[1] != []


@pytest.mark.parametrize(
    ("term", "own", "of_everybody"),
    [
        ("lefevre", 3, 4),
        ("lefevr zoe", 1, 1),
        ("lefevrz", 3, 4),
        ("70010", 1, 2),
        ("7001", 3, 4),
        ("nobody", 0, 0),
    ],
)
def test_a_term_alone_finds_the_cases_that_it_finds_in_any_order(
    strategy, case_of, person, term, own, of_everybody
):
    for at, name in enumerate(("Zoé Lefèvre", "Marc Lefèvre", "Jeanne Lefèvre")):
        case_of("advisor", name=name, reference=f"7001{at}0")
    case_of("colleague", name="Luc Lefèvre", reference="700109")
    for role, number in (("advisor", own), ("manager", of_everybody)):
        alone = CaseFilter({"q": term}, user=person(role))
        keys = listed_keys(alone)[:201]
        assert keys == list(alone.qs.values_list("pk", flat=True)[:201])
        ordered = CaseFilter({"q": term, "sort": "submitted"}, user=person(role))
        assert sorted(keys) == sorted(listed_keys(ordered)[:201])
        assert len(keys) == number


@pytest.mark.skipif(connection.vendor != "sqlite", reason="reads a plan of SQLite")
def test_whoever_bears_a_common_first_name_is_not_held_against_each_family_name(case_of):
    case_of("advisor", name="Anne Lefèvre")
    with CaptureQueriesContext(connection) as queries:
        assert search.as_typed("anne lefevre").clients
    (sql,) = (query["sql"] for query in queries if "INTERSECT" in query["sql"])
    with connection.cursor() as cursor:
        steps = [row[3] for row in cursor.execute(f"EXPLAIN QUERY PLAN {sql}")]
    searched = [step for step in steps if step.startswith(("SEARCH", "SCAN", "CORRELATED"))]
    assert len(searched) == 2, steps
    assert all("COVERING INDEX bearers_of_words" in step for step in searched), steps


def test_search_stays_within_the_own_portfolio(strategy, client_as, case_of):
    case_of("colleague", name="Zoé Lefèvre")
    assert listed_references(client_as("advisor").post("/cases/", {"q": "lefevre"})) == []


@given(reference=st.from_regex(r"\A[0-9A-Za-z-]{1,8}\Z"), data=st.data())
def test_every_prefix_finds_its_reference(reference, data):
    """Also around 9, Z and hyphens, where the part of the index that is read ends."""
    if not Case.objects.filter(reference=reference).exists():
        CaseFactory(reference=reference, name="")
    prefix = data.draw(st.integers(1, len(reference)).map(lambda n: reference[:n]))
    assert search.matching(Case.objects.all(), prefix).filter(reference=reference).exists()


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


@pytest.mark.parametrize(
    "term",
    [
        "Martinez Céline",
        "martines",
        "matrinez",
        "mrtinez cel",
        "marttinez",
        "nartinez celine",
        "marie therese",
        "mariethérèse",
        "MARIE-THERESE",
        "therese marie martinez",
        "5011 43",
    ],
)
def test_order_typos_and_joined_or_parted_words_are_forgiven(strategy, client_as, case_of, term):
    wanted = case_of("advisor", name="Marie-Thérèse Céline Martinez", reference="501143")
    case_of("advisor", name="Amadou Traoré", reference="601143")
    assert listed_references(client_as("advisor").post("/cases/", {"q": term})) == [wanted.reference]


def test_a_name_written_as_one_word_is_found_by_two(strategy, client_as, case_of):
    wanted = case_of("advisor", name="Mariethérèse Petit")
    assert listed_references(client_as("advisor").post("/cases/", {"q": "marie therese"})) == [
        wanted.reference
    ]


def test_a_typo_is_forgiven_within_the_row_scope_though_a_colleague_has_a_client_of_that_name(
    client_as, case_of
):
    wanted = case_of("advisor", name="Céline Martinez")
    case_of("colleague", name="Céline Martines")
    assert listed_references(client_as("advisor").post("/cases/", {"q": "martines"})) == [wanted.reference]


def test_a_name_as_typed_comes_without_the_names_that_a_typo_would_make_of_it(client_as, case_of):
    wanted = case_of("advisor", name="Paul Martin")
    case_of("advisor", name="Paul Marton")
    assert listed_references(client_as("advisor").post("/cases/", {"q": "martin"})) == [wanted.reference]


@pytest.mark.parametrize("term", ["501143", " 5011 43 ", "traore", "m000007"])
def test_enter_opens_the_case_of_an_exact_reference_or_the_only_one_found(client_as, case_of, term):
    case_of("advisor", name="Zoé Petit", reference="5011430")
    by_term = {
        "traore": case_of("advisor", name="Amadou Traoré", reference="700001"),
        "m000007": case_of("advisor", name="Zoé Grand", reference="M000007"),
    }
    wanted = by_term.get(term) or case_of("advisor", name="Zoé Moyen", reference="501143")
    advisor = client_as("advisor")
    answer = advisor.post("/cases/", {"q": term, "open": "1"})
    assert (answer.status_code, answer["Location"]) == (302, wanted.get_absolute_url())
    live = advisor.post("/cases/", {"q": term, "open": "1"}, headers={"HX-Request": "true"})
    assert live["HX-Redirect"] == wanted.get_absolute_url()


@pytest.mark.parametrize("query", [{"q": "zoe", "open": "1"}, {"q": "501143"}, {"q": "", "open": "1"}])
def test_several_cases_a_term_that_is_typed_on_and_no_term_open_nothing(client_as, case_of, query):
    case_of("advisor", name="Zoé Petit", reference="501143")
    case_of("advisor", name="Zoé Grand", reference="501144")
    answer = client_as("advisor").post("/cases/", query)
    assert answer.status_code == 200
    assert "501143" in listed_references(answer)


def test_enter_never_opens_a_colleagues_case(client_as, case_of):
    case_of("colleague", name="Zoé Petit", reference="501143")
    answer = client_as("advisor").post("/cases/", {"q": "501143", "open": "1"})
    assert (answer.status_code, listed_references(answer)) == (200, [])


def test_a_forgotten_name_leaves_no_word_that_nobody_else_bears(case_of):
    erased = case_of("advisor", name="Céline Martinez")
    case_of("advisor", name="Paul Martinez")
    forget_names([erased.client_id])
    assert set(NameWord.objects.values_list("text", flat=True)) == {"paul", "martinez"}
    assert not IndexedName.objects.filter(client=erased.client_id).exists()


def test_a_new_name_takes_the_place_of_the_old_one_in_the_index(case_of):
    case = case_of("advisor", name="Céline Martinez")
    case.client.name = "Céline Lœb"
    case.client.save()
    assert IndexedName.objects.get(client=case.client).text == "celine loeb"
    assert set(NameWord.objects.values_list("text", flat=True)) == {"celine", "loeb"}
