"""Shell of every page: styles, language, navigation, and nothing from another host."""

import hashlib
import re
from pathlib import Path

import pytest
from django.conf import settings as django_settings
from django.db import DatabaseError, connection
from django.template.loader import render_to_string
from django.test import Client as Browser

from creditdesk.templatetags.desk import money, number, percent, probability
from scoring import engine, services
from tests.factories import assessed, decided
from tests.html import Elements
from tests.scoring.modelfolder import tiny_model

pytestmark = pytest.mark.django_db

VENDOR = Path(django_settings.BASE_DIR) / "static" / "vendor"
TEMPLATES = sorted((Path(django_settings.BASE_DIR) / "templates").rglob("*.html"))
# Where each role's navigation leads; nothing else is offered.
ABOUT = "/about-the-model/"
NAVIGATION = {
    "advisor": {"/cases/", ABOUT},
    "manager": {"/cases/", "/portfolio/", "/models/", "/policy/", ABOUT},
    "analyst": {"/models/", "/policy/", "/drift/", ABOUT},
    "auditor": {
        "/cases/",
        "/portfolio/",
        "/models/",
        "/policy/",
        "/drift/",
        "/admin/accounts/auditevent/",
        "/operations/",
        ABOUT,
    },
    "admin": {"/models/", "/policy/", "/admin/accounts/auditevent/", "/operations/", "/admin/", ABOUT},
}


def listed() -> dict[str, str]:
    """File and digest as VENDORED.md gives them."""
    rows = re.findall(r"^\| (\S+/\S+) \|.*\| ([0-9a-f]{64}) \|$", (VENDOR / "VENDORED.md").read_text(), re.M)
    return dict(rows)


def test_every_vendored_file_is_listed_with_its_digest():
    shipped = {str(f.relative_to(VENDOR)) for f in VENDOR.rglob("*.*") if f.is_file() and f.suffix != ".md"}
    assert listed() == {name: hashlib.sha256((VENDOR / name).read_bytes()).hexdigest() for name in shipped}
    assert all((VENDOR / name).with_name("LICENSE").is_file() for name in shipped)


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.name)
def test_no_template_holds_inline_code_or_another_host(template):
    """The content security policy would block it silently."""
    text = template.read_text()
    assert not re.search(r"\sstyle=|\son[a-z]+=\"|<style|javascript:|(?:src|href)=\"https?://|hx-on", text)
    assert all(re.search(r"\ssrc=", tag) for tag in re.findall(r"<script[^>]*>", text))


@pytest.mark.parametrize("role", NAVIGATION)
def test_the_navigation_shows_what_the_role_may_open_and_no_more(client_as, role):
    browser = client_as(role)
    page = browser.get("/accounts/sessions/").content.decode()
    links = set(re.findall(r'<a href="([^"]+)"', page.split("<nav")[1].split("</nav>")[0]))
    assert links == NAVIGATION[role]
    assert {link: browser.get(link).status_code for link in links} == dict.fromkeys(links, 200)


def test_every_page_names_the_demo_model_in_use(client_as, model_in_use, settings, tmp_path):
    words = b"Demo model: trained on synthetic clients"
    assert words not in client_as("advisor").get("/cases/").content
    settings.ML_ARTIFACTS = tmp_path / "ml_artifacts"
    tiny_model(settings.ML_ARTIFACTS, name="demo-1", is_demo=True)
    services.activate(version=services.register(name="demo-1", by=None), by=None, reason="")
    pages = ["/cases/", "/portfolio/", "/models/", "/accounts/sessions/", "/nothing-here/"]
    manager = client_as("manager")
    assert [page for page in pages if words not in manager.get(page).content] == []
    assert words in Browser().get("/accounts/login/").content


def test_every_page_reports_that_no_model_answers(client_as):
    assert b"No model is answering" in client_as("advisor").get("/cases/").content


@pytest.mark.parametrize("language", ["fr", "en"])
def test_the_language_can_be_chosen_before_signing_in(language):
    browser = Browser()
    answer = browser.post("/language/", {"language": language, "next": "/accounts/login/"}, follow=True)
    assert answer.redirect_chain == [("/accounts/login/", 302)]
    assert f'<html lang="{language}">' in answer.content.decode()


@pytest.mark.parametrize(
    ("language", "texts"),
    [
        ("en", ("€1,234,567", "8.4%", "9 March 2026", "Cash loan")),
        ("fr", ("1\u202f234\u202f567\xa0€", "8,4\u202f%", "9 mars 2026", "Crédit")),
    ],
)
def test_money_dates_and_percentages_follow_the_reader(client_as, case_of, language, texts):
    """The list and the case page show money, dates and percentages in the language of the reader."""
    case = assessed(case_of("advisor", amount_credit=1_234_567, submitted_at="2026-03-09T09:00:00Z"), 0.084)
    advisor = client_as("advisor")
    pages = [
        advisor.get(address, headers={"Accept-Language": language}).content.decode()
        for address in ("/cases/?queue=all", f"/cases/{case.reference}/")
    ]
    assert [text for text in texts if text not in "".join(pages)] == []


def test_a_missing_page_is_a_whole_page_of_the_desk(client_as, settings):
    page = client_as("advisor").get("/cases/no-such-case/")
    assert page.status_code == 404
    assert all(text in page.content for text in (b"<html", b"css/layout", b"does not exist", b'href="/"'))


@pytest.mark.parametrize(("address", "current"), [("/nothing-here/", []), ("/outcomes/", ["/portfolio/"])])
def test_the_navigation_marks_the_page_that_is_open(client_as, address, current):
    page = client_as("manager").get(address).content.decode()
    links = Elements(page.split('class="mainnav"')[1].split("</nav>")[0])
    assert [link["href"] for link in links.having("aria-current")] == current


def test_a_forbidden_page_names_who_to_ask(client_as):
    page = client_as("analyst").get("/cases/")
    assert page.status_code == 403
    assert b"ask an administrator" in page.content
    assert b"Analyst" in page.content


def test_the_error_page_needs_neither_request_nor_database(django_assert_num_queries):
    with django_assert_num_queries(0):
        page = render_to_string("500.html")
    assert "nothing of it was saved" in page
    assert "rien n’en a été enregistré" in page


def test_a_form_with_a_stale_token_is_refused_with_an_explanation(person):
    browser = Browser(enforce_csrf_checks=True)
    page = browser.post("/accounts/login/", {"login": "advisor"})
    assert page.status_code == 403
    assert b"This form has expired" in page.content


def test_htmx_caches_no_page_and_evaluates_nothing(client_as):
    page = client_as("advisor").get("/cases/").content.decode()
    config = re.search(r'name="htmx-config"\s+content=\'([^\']+)\'', page)
    assert config
    for rule in ('"historyCacheSize":0', '"allowEval":false', '"includeIndicatorStyles":false'):
        assert rule in config[1]


def test_signing_out_takes_a_button_not_a_link(client_as):
    advisor = client_as("advisor")
    page = advisor.get("/cases/").content.decode()
    assert '<form method="post" action="/accounts/logout/">' in page
    advisor.get("/accounts/logout/")
    assert advisor.get("/cases/").status_code == 200
    advisor.post("/accounts/logout/")
    assert advisor.get("/cases/").status_code == 302


def test_liveness_needs_no_database(django_assert_num_queries):
    with django_assert_num_queries(0):
        answer = Browser().get("/healthz")
    assert (answer.status_code, answer.content) == (200, b"ok")


def test_readiness_requires_database_and_model(model_in_use):
    answer = Browser().get("/readyz")
    assert (answer.status_code, answer.json()) == (200, {"ready": True, "database": "ok", "model": "ok"})


def test_readiness_names_what_is_missing():
    answer = Browser().get("/readyz")
    assert answer.status_code == 503
    assert answer.json() == {"ready": False, "database": "ok", "model": "not loaded"}


def test_not_ready_while_the_database_does_not_answer(monkeypatch):
    def broken() -> None:
        raise DatabaseError

    monkeypatch.setattr(connection, "cursor", broken)
    monkeypatch.setattr(engine, "current", broken)
    answer = Browser().get("/readyz")
    assert answer.status_code == 503
    assert answer.json() == {"ready": False, "database": "does not answer", "model": "not loaded"}


def test_the_portfolio_counts_what_the_list_shows(client_as, case_of):
    decided(assessed(case_of("advisor"), 0.02))
    decided(assessed(case_of("advisor"), 0.3, "refuse"), override=True)
    decided(assessed(case_of("colleague"), 0.4, "refuse"), status="proposed", override=True)
    decided(assessed(case_of("colleague"), None, "refer"), "refer")
    case_of("advisor")
    manager = client_as("manager")
    page = manager.get("/portfolio/totals/").context["page"]
    assert page.stages == {"pending": 2, "withdrawn": 0, "waiting": 1, "accept": 2, "refuse": 0}
    for verdict, share in page.verdicts.items():
        if verdict:
            assert manager.get("/cases/", {"verdict": verdict}).context["page"].paginator.count == share.count
    for status in ("pending", "waiting", "withdrawn"):
        listed = manager.get("/cases/", {"status": status}).context["page"].paginator.count
        assert listed == page.stages[status]
    assert (page.decisions.closed, page.decisions.overrides) == (3, 2)
    assert [(bar.low, bar.accept, bar.refuse) for bar in page.bins if bar.accept or bar.refuse] == [
        (0.02, 1, 0),
        (0.3, 0, 1),
        (0.4, 0, 1),
    ]
    assert [(row.name, row.cases, row.pending) for row in page.workloads] == [
        ("advisor", 3, 1),
        ("colleague", 2, 1),
    ]


def test_an_advisor_cannot_read_the_portfolio_page(client_as):
    page = client_as("advisor").get("/portfolio/")
    assert page.status_code == 403
    assert "creditdesk/portfolio.html" not in [template.name for template in page.templates]


def test_missing_numbers_are_a_dash():
    assert [show(nothing) for show in (number, money, percent, probability) for nothing in (None, "")] == [
        "–"
    ] * 8


@pytest.mark.parametrize(
    ("value", "text"), [(0.0002, "<\xa00.1%"), (0.9999, ">\xa099.9%"), (0.0, "<\xa00.1%"), (0.5, "50.0%")]
)
def test_a_probability_never_claims_certainty(value, text):
    assert probability(value) == text
