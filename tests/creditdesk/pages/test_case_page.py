"""Case page: it shows what the database and the model hold, to whom it may."""

from html import escape, unescape

import numpy as np
import pytest
from django.urls import reverse
from django.utils import translation

from creditdesk import services
from creditdesk.models import Assessment, Case, Reason
from creditdesk.pages.verdict_figures import verdict_figures
from creditdesk.reasons import text_for_the_desk
from scoring import engine
from scoring.presentation import formatting
from tests.factories import CaseFactory, UserFactory, corrected, refused
from tests.html import HTMX, Elements, case_page, plain_text


@pytest.fixture
def case(case_of, model_in_use) -> Case:
    return case_of(
        "advisor", history={"BURO_LOANS_count": 2.0}, history_rows={"bureau": 2, "pos_cash_balance": 0}
    )


@pytest.fixture
def advisor(client_as):
    return client_as("advisor")


def test_verdict_probability_and_threshold_are_those_stored(advisor, case):
    page = Elements(case_page(advisor, case))
    stored = Assessment.objects.get(case=case)
    (verdict,) = page.having("data-verdict")
    (figure,) = page.having("data-probability")
    assert verdict["data-verdict"] == stored.verdict
    assert float(figure["data-probability"]) == stored.probability
    assert float(figure["data-threshold"]) == stored.threshold == engine.current().threshold


def test_panels_of_one_shape_show_each_case_its_own_figures(case_of, client_as, model_in_use):
    """The head and the verdict are rendered once for their shape, and filled for each case."""
    cases = [
        case_of("advisor", name=name, application={"AMT_INCOME_TOTAL": income, "EXT_SOURCE_2": rating})
        for name, income, rating in (("Anne <b> Roux", 90_000.0, 0.05), ("Bruno Petit", 270_000.0, 0.4))
    ]
    browser, seen = client_as("advisor"), set()
    for case in [*cases, *cases]:
        page = browser.get(case.get_absolute_url()).content.decode()
        stored = Assessment.objects.get(case=case)
        figures = verdict_figures(stored.probability, stored.threshold)
        assert figures is not None
        seen.add((stored.verdict, figures.probability))
        panel = page[page.index('<section id="verdict"') : page.index('<section id="reasons"')]
        assert f'data-probability="{stored.probability!r}"' in panel
        assert f"<strong>{figures.probability}</strong>" in panel
        assert f'hx-post="/cases/{case.reference}/assess/"' in panel
        head = page[
            page.index('<header class="case-head">') : page.index("</header>", page.index("case-head"))
        ]
        income = formatting.money(case.profile.application["AMT_INCOME_TOTAL"])
        assert f"<bdi>{escape(case.client.name)}</bdi> <small>{case.reference}</small>" in head
        assert f"<dd >{income}</dd>" in head
    assert len(seen) == 2
    assert len({verdict for verdict, _ in seen}) == 1


@pytest.mark.parametrize(("name", "title"), [("Zoé Lefèvre", "Zoé Lefèvre 100002"), ("", "100002")])
def test_a_client_without_a_name_goes_by_the_reference_once(advisor, case_of, model_in_use, name, title):
    case = case_of("advisor", reference="100002", name=name)
    heading = case_page(advisor, case).partition("<h1>")[2].partition("</h1>")[0]
    assert plain_text(heading).split() == title.split()


def test_a_case_that_nobody_has_assessed_is_not_blamed_on_the_model(client_as, case):
    auditor = client_as("auditor")
    page = case_page(auditor, case)
    why = auditor.get(reverse("case_why", args=[case.reference]), headers={"Accept-Language": "fr"})
    assert not Assessment.objects.filter(case=case).exists()
    assert "There are no reasons to show: the case is not assessed yet." in page
    assert "Aucun effet à montrer\u00a0: le dossier n’est pas encore évalué." in why.content.decode()
    assert "the model did not answer" not in page


def test_reasons_are_shown_as_stored_strongest_first(advisor, case):
    shown = Elements(case_page(advisor, case)).having("data-reason")
    stored = Assessment.objects.get(case=case).reasons
    assert [(item["data-feature"], float(item["data-contribution"])) for item in shown] == [
        (reason["feature"], reason["contribution"]) for reason in stored
    ]
    sizes = [abs(reason["contribution"]) for reason in stored]
    assert sizes == sorted(sizes, reverse=True)
    for language in ("en", "fr"):
        text = plain_text(unescape(case_page(advisor, case, **{"Accept-Language": language})))
        with translation.override(language):
            shown_words = [text_for_the_desk(Reason.from_json(reason)) for reason in stored]
        assert len(shown_words) > 0
        assert all(plain_text(words) in text for words in shown_words)


def test_opening_a_case_again_keeps_its_assessment(advisor, case):
    case_page(advisor, case)
    case_page(advisor, case)
    assert Assessment.objects.filter(case=case).count() == 1


def test_a_case_is_assessed_again_on_demand(advisor, case):
    case_page(advisor, case)
    response = advisor.post(reverse("case_assess", args=[case.reference]))
    assert response.url == case.get_absolute_url()
    assert Assessment.objects.filter(case=case, assessed_by__username="advisor").count() == 2


def test_an_auditor_opens_a_case_without_assessing_it(client_as, case):
    html = case_page(client_as("auditor"), case)
    assert "Not assessed yet" in html
    assert "<form" not in html[html.index('id="decision"') :].split("</section>")[0]
    assert not Assessment.objects.exists()


def test_an_outdated_assessment_is_marked(client_as, case, person):
    services.assess(case=case, by=person("advisor"))
    case.profile.digest = "0" * 64
    case.profile.save()
    assert "model, policy or data changed since" in case_page(client_as("auditor"), case)


@pytest.mark.parametrize("name", ["case_detail", "case_assess", "case_decide", "case_notes"])
def test_a_colleagues_case_does_not_exist(client_as, case, name):
    browser = client_as("colleague")
    address = reverse(name, args=[case.reference])
    response = browser.get(address) if name == "case_detail" else browser.post(address, {"text": "x"})
    assert response.status_code == 404
    assert not Assessment.objects.exists()


def test_without_a_model_the_verdict_is_refer_with_its_cause(advisor, case_of, db):
    case = case_of("advisor")
    html = case_page(advisor, case)
    assert Elements(html).having("data-verdict")[0]["data-verdict"] == "refer"
    assert "the model is not available" in html
    assert "no model version has been activated" in html
    assert not Elements(html).having("data-probability")


def test_a_missing_critical_input_is_named(advisor, case_of, model_in_use):
    case = case_of("advisor", application={"AMT_ANNUITY": None})
    html = case_page(advisor, case)
    assert Elements(html).having("data-verdict")[0]["data-verdict"] == "refer"
    assert [item["data-missing"] for item in Elements(html).having("data-missing")] == ["AMT_ANNUITY"]
    assert "Complete these, then assess again: Monthly instalment" in plain_text(html)


def test_sex_and_family_status_are_never_shown(advisor, case_of, model_in_use):
    case = case_of(
        "advisor",
        application={
            "CNT_FAM_MEMBERS": 2.0,
            "NAME_TYPE_SUITE": "Spouse, partner",
            "NAME_INCOME_TYPE": "Maternity leave",
        },
    )
    for path in ("", "client/", "client/?show=values", "why/?show=reasons"):
        text = plain_text(case_page(advisor, case, path)).lower()
        for word in ("married", "spouse", "woman", "maternity", "household"):
            assert word not in text


def test_no_history_and_not_provided_are_distinguished(advisor, case):
    text = plain_text(case_page(advisor, case, "client/"))
    assert "Shop and cash credits here no history" in text
    assert "Instalments paid here not provided" in text


def test_a_missing_value_is_shown_as_missing(advisor, case_of, model_in_use):
    case = case_of("advisor", application={"EXT_SOURCE_1": None, "DAYS_EMPLOYED": -1157.0})
    text = plain_text(case_page(advisor, case, "client/"))
    assert "External credit rating 1 missing" in text
    assert "Time in the current job 3 years 2 months" in text


def test_svg_and_data_attributes_ignore_the_language(advisor, case):
    page = Elements(case_page(advisor, case, "why/", **{"Accept-Language": "fr"}))
    assert page.having("data-base")
    for attribute in ("data-probability", "data-threshold", "data-contribution", "data-base"):
        assert all(np.isfinite(float(element[attribute])) for element in page.having(attribute))
    for tag, attributes in page.tags:
        if tag in ("rect", "line", "circle"):
            assert all("," not in value for value in attributes.values() if value)


def test_the_page_has_no_inline_script_or_style(advisor, case):
    for tag, attributes in Elements(case_page(advisor, case, "client/?show=values")).tags:
        assert "style" not in attributes
        assert not [name for name in attributes if name.startswith("on")]
        if tag == "script":
            assert "src" in attributes or attributes.get("type") == "application/json"


def test_next_and_previous_lead_to_pending_cases(advisor, case_of, model_in_use, person):
    first, second = case_of("advisor"), case_of("advisor")
    Case.objects.filter(pk__in=[first.pk, second.pk]).update(submitted_at=first.submitted_at)
    case_of("colleague")
    assert f'href="{first.get_absolute_url()}?go=next" data-next-case' in case_page(advisor, first)
    assert advisor.get(first.get_absolute_url() + "?go=next").url == second.get_absolute_url()
    assert advisor.get(second.get_absolute_url() + "?go=previous").url == first.get_absolute_url()
    refused(services.assess(case=second, by=person("advisor")), by=person("advisor"))
    assert advisor.get(first.get_absolute_url() + "?go=next").url == reverse("case_list")


def test_the_timeline_shows_other_cases_of_the_client_that_the_reader_may_see(client_as, case, person):
    second_case = CaseFactory(client=case.client, advisor=UserFactory(username="colleague"))
    services.add_note(case=second_case, text="Seen at the other branch", by=person("colleague"))
    assert "Seen at the other branch" not in case_page(client_as("advisor"), case, "history/")
    assert "Seen at the other branch" in case_page(client_as("manager"), case, "history/")


def test_a_note_is_written_and_shown(advisor, case):
    response = advisor.post(
        reverse("case_notes", args=[case.reference]), {"text": "Called back"}, headers=HTMX
    )
    assert response.content.decode().lstrip().startswith('<section id="history"')
    assert list(case.notes.values_list("text", "author__username")) == [("Called back", "advisor")]
    assert "Called back" in case_page(advisor, case, "history/")


def test_an_empty_note_is_not_recorded(advisor, case):
    response = advisor.post(reverse("case_notes", args=[case.reference]), {"text": "  "})
    assert response.status_code == 422
    assert "<html" in response.content.decode()
    assert not case.notes.exists()


def test_a_stored_assessment_is_shown_with_few_queries(advisor, case, django_assert_max_num_queries):
    case_page(advisor, case)
    with django_assert_max_num_queries(11):
        case_page(advisor, case)


def test_cached_fragments_vary_by_language_profile_and_segment(advisor, case):
    assert "Compared with other clients" in case_page(advisor, case, "compare/")
    french = case_page(advisor, case, "compare/", **{"Accept-Language": "fr"})
    assert "Comparaison avec d’autres clients" in french
    corrected(case, AMT_INCOME_TOTAL=123_456.0)
    assert "123,456" in case_page(advisor, case, "client/").split('id="client"')[1]
    assert 'value="all" selected' in case_page(advisor, case, "compare/")
    selected = Elements(case_page(advisor, case, "compare/?segment=contract:Cash%20loans")).having("selected")
    assert "contract:Cash loans" in [option.get("value") for option in selected]


def test_the_client_tab_names_the_advisor_of_the_day(client_as, case, person):
    manager = client_as("manager")
    assert "advisor advisor ·" in plain_text(case_page(manager, case, "client/"))
    Case.objects.filter(pk=case.pk).update(advisor=person("colleague"))
    assert "advisor colleague ·" in plain_text(case_page(manager, case, "client/"))
