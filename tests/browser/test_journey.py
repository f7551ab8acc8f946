"""Journeys through the desk in a real browser; the effects are read back from the database."""

import csv
import re
from collections import defaultdict

import pytest
from django.contrib.sessions.models import Session
from playwright.sync_api import expect

from accounts.models import AuditEvent
from creditdesk import services
from creditdesk.cases.queues import EVERY_CASE
from creditdesk.models import Assessment, Case, Decision
from scoring import engine
from scoring.ml.features import catalogue
from scoring.ml.features.frames import columns_of
from tests.factories import proposed, reassessed

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.xdist_group("browser"),
]


@pytest.fixture
def case(model_in_use, case_of):
    case_of("advisor", reference="100001", name="Paul Martin")
    return case_of("advisor", reference="100002", name="Zoé Lefèvre", amount_credit=100_000)


def decide_like_the_verdict(page) -> str:
    verdict = page.locator("[data-verdict]").first.get_attribute("data-verdict")
    page.locator(f"#decision input[name=outcome][value={verdict}]").check()
    page.get_by_role("button", name="Record the decision").click()
    page.locator("[data-confirm-yes]").click()
    page.get_by_role("status").filter(has_text="recorded").wait_for()
    return verdict


def test_from_search_to_audit_log(signed_in, case, tmp_path):
    page = signed_in("advisor")
    page.get_by_role("searchbox").first.fill("lefevre")
    expect(page.locator("[data-row]")).to_have_count(1)
    assert "lefevre" not in page.url
    page.get_by_role("link", name="100002").click()

    shown = page.locator("[data-probability]")
    stored = Assessment.objects.get(case=case)
    assert float(shown.get_attribute("data-probability")) == stored.probability
    assert float(shown.get_attribute("data-threshold")) == stored.threshold
    verdict = decide_like_the_verdict(page)
    decision = Decision.objects.get(case=case)
    assert (decision.outcome, decision.decided_by.username) == (verdict, "advisor")
    page.get_by_role("link", name="History").click()
    expect(page.locator("#history")).to_contain_text(re.compile("accepted|refused", re.IGNORECASE))

    manager = signed_in("manager")
    manager.goto(f"/cases/?queue={EVERY_CASE}")
    with manager.expect_download() as download:
        manager.get_by_role("button", name="Export as CSV").click()
    download.value.save_as(tmp_path / "cases.csv")
    with (tmp_path / "cases.csv").open(encoding="utf-8") as file:
        exported = {row["reference"]: row for row in csv.DictReader(file)}
    assert exported["100002"]["outcome"] == verdict
    assert float(exported["100002"]["probability"]) == stored.probability

    admin = signed_in("admin")
    admin.goto("/admin/accounts/auditevent/?q=100002")
    expect(admin.locator("#result_list")).to_contain_text("100002")
    acts = set(AuditEvent.objects.filter(target="100002").values_list("action", flat=True))
    # A refusal is also searched, by itself, for what would change it.
    assert acts - {"counterfactuals"} == {"assessment", "decision"}


def test_reasons_on_the_page_are_groups_of_the_model_the_strongest_first(signed_in, case):
    """Each reason carries what the model says of its group; groups with nothing to tell are left out."""
    page = signed_in("advisor")
    page.goto(case.get_absolute_url())
    model = engine.current()
    matrix = model.matrix(columns_of([case.profile.record]))
    verdict = page.locator("[data-verdict]").first.get_attribute("data-verdict")
    sign = -1 if verdict == "accept" else 1
    sums: dict[str, float] = defaultdict(float)
    for name, amount in zip(model.features, model.contributions(matrix).values[0].tolist(), strict=True):
        sums[catalogue.BY_NAME[name].group] += amount
    shown = {
        row.get_attribute("data-code"): float(row.get_attribute("data-contribution"))
        for row in page.locator("[data-reason]").all()
    }
    assert 1 <= len(shown) <= 4
    assert shown == pytest.approx({code: sums[code] for code in shown}, abs=1e-9)
    pushes = [sign * amount for amount in shown.values()]
    assert pushes == sorted(pushes, reverse=True)
    assert pushes[-1] > 0


def test_search_read_decide_and_continue_by_keyboard(signed_in, case):
    page = signed_in("advisor")
    page.keyboard.press("/")
    page.keyboard.type("100002")
    expect(page.locator("[data-row]")).to_have_count(1)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url("**/cases/100002/")
    verdict = page.locator("[data-verdict]").first.get_attribute("data-verdict")
    page.locator("#decision input[name=outcome]").first.focus()
    while page.locator("#decision input[name=outcome]:checked").count() == 0:
        page.keyboard.press("Space")
    if page.locator("#decision input[name=outcome]:checked").get_attribute("value") != verdict:
        page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.locator("[data-confirm-yes]").focus()
    page.keyboard.press("Enter")
    page.get_by_role("status").filter(has_text="recorded").wait_for()
    assert Decision.objects.get(case=case).outcome == verdict
    page.locator("body").press("n")
    page.wait_for_url("**/cases/100001/")


def test_the_desk_works_without_javascript(signed_in, case):
    page = signed_in("advisor", javascript=False)
    page.get_by_role("searchbox").first.fill("Lefèvre")
    page.get_by_role("button", name="Search", exact=True).click()
    # The only case found opens at once.
    page.wait_for_url("**/cases/100002/")
    assert "Lef" not in page.url
    expect(page.locator("[data-reason]").first).to_be_visible()
    verdict = page.locator("[data-verdict]").first.get_attribute("data-verdict")
    page.locator(f"#decision input[name=outcome][value={verdict}]").check()
    page.get_by_role("button", name="Record the decision").click()
    expect(page.locator("#decision .decision-next")).to_be_visible()
    assert Decision.objects.get(case=case).outcome == verdict


def test_a_french_browser_reads_french_and_may_choose_english(signed_in, case):
    page = signed_in("advisor", locale="fr-FR")
    page.goto(case.get_absolute_url())
    expect(page.locator("html")).to_have_attribute("lang", "fr")
    expect(page.locator("#verdict")).to_contain_text("Recommandation du modèle")
    page.get_by_role("button", name=re.compile("English|EN")).click()
    expect(page.locator("html")).to_have_attribute("lang", "en")


def test_an_expired_session_inside_a_fragment_shows_the_whole_sign_in_page(signed_in, case):
    page = signed_in("advisor")
    Session.objects.all().delete()
    page.get_by_role("searchbox").first.fill("martin")
    page.wait_for_url("**/accounts/login/**")
    expect(page.locator("[name=password]")).to_be_visible()
    expect(page.locator("h1")).to_have_count(1)


@pytest.mark.parametrize("address", ["/cases/", "/cases/100002/", "/cases/new/"])
def test_nothing_is_cut_off_on_a_narrow_screen(signed_in, case, address):
    page = signed_in("advisor", width=360)
    page.goto(address)
    assert page.evaluate("document.documentElement.scrollWidth") <= 360


def test_a_decision_that_waits_for_a_second_person_fits_its_page_and_the_list(signed_in, case, person):
    Case.objects.filter(pk=case.pk).update(amount_credit=900_000)
    proposed(reassessed(services.assess(case=case, by=person("advisor")), "refuse"), person("advisor"))
    page = signed_in("manager", locale="fr-FR", width=360)
    page.goto(case.get_absolute_url())
    expect(page.locator(".badge-waiting").first).to_contain_text("seconde personne")
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    page.set_viewport_size({"width": 1366, "height": 768})
    assert page.evaluate("document.documentElement.scrollWidth") <= 1366
    page.goto("/cases/?queue=all")
    page.set_viewport_size({"width": 360, "height": 768})
    badge = page.locator(".cell-decision .badge-waiting")
    expect(badge).to_contain_text("seconde personne")
    probability = page.locator(".cell-verdict .number").bounding_box()
    assert probability
    below = badge.bounding_box()
    assert below
    assert below["y"] >= probability["y"] + probability["height"]
