"""Heights of a case page with each tab of clients with a whole history, of full lists and of forms."""

from itertools import product
from typing import Final

import pytest

from accounts.models import User
from creditdesk import services
from creditdesk.models import Case, Draft, Notification, Profile
from creditdesk.pages.case.tabs import TABS
from tests.browser.heights import HEIGHT, MAX_HEIGHT, SIDEWAYS, WIDE, resize
from tests.creditdesk.observed_loans import loan
from tests.creditdesk.policies import published
from tests.factories import CaseFactory, UserFactory, attached

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.xdist_group("browser"),
]
MANY, LOANS = 26, 120
PARTS: Final = ("", *(f"{tab}/" for tab in TABS), "client/?show=budget")
# Of the last case, which lacks a field.
LONGEST_PARTS: Final = ("compare/", "client/")
# As much as a note holds.
LONG_NOTE: Final = "The employer confirms by telephone that the contract becomes permanent next month. " * 45
REASON: Final = "The payslip of March says another income, which the client has confirmed in writing."


@pytest.fixture
def long_cases(refused_cases, person) -> list[Case]:
    """Refused clients under a rule of affordability and a band; of the pending one, much is written."""
    advisor = User.objects.get(username="advisor")
    incomplete = _refused_incomplete(advisor, refused_cases)
    terms = {
        "accept_below": 0.01,
        "refuse_from": 0.99,
        "affordability_rule": "fr-1",
        "refers_everybody": True,
    }
    published(person("manager"), person("admin"), **terms)
    pending = refused_cases[0]
    charges = services.ChargesDeclaration(housing=30_000.0, loans=8_000.0, other=5_000.0, members=3)
    services.declare_charges(case=pending, declaration=charges, by=advisor)
    for number in range(4):
        services.add_note(case=pending, text=LONG_NOTE[: 4000 - number], by=advisor)
        attached(pending, content=b"%%PDF-1.4 %d" % number, name=f"a payslip of the year {number}.pdf")
    for number in range(3):
        digest = Profile.objects.get(case=pending).digest
        changes = {"AMT_INCOME_TOTAL": 90_000.0 + number, "AMT_GOODS_PRICE": 400_000.0 + number}
        services.correct_application(
            case=pending, changes=changes, profile_digest=digest, reason=REASON, by=advisor
        )
        services.assess(case=Case.objects.get(pk=pending.pk), by=advisor)
    return [*refused_cases, incomplete]


def _refused_incomplete(advisor: User, taken: list[Case]) -> Case:
    """A case that lacks a critical field, decided otherwise than the model recommends."""
    for case in Case.objects.exclude(pk__in=[other.pk for other in taken]).order_by("pk"):
        digest, lacking = Profile.objects.get(case=case).digest, {"EXT_SOURCE_2": None}
        services.correct_application(
            case=case, changes=lacking, profile_digest=digest, reason=REASON, by=advisor
        )
        case = Case.objects.get(pk=case.pk)
        assessment = services.assess(case=case, by=advisor)
        if assessment.is_incomplete:
            services.decide(
                case=case,
                assessment=assessment,
                outcome="refuse",
                by=advisor,
                reason_code="documents",
                reason=REASON,
            )
            return case
    raise AssertionError("no case is incomplete")


@pytest.mark.parametrize("locale", ["en-GB", "fr-FR"])
def test_no_tab_makes_the_page_taller_than_its_limit(long_cases, page_as, locale):
    page = page_as("advisor", locale=locale)
    too_tall = {}
    for case in long_cases:
        for tab in LONGEST_PARTS if case == long_cases[-1] else PARTS:
            page.goto(f"{case.get_absolute_url()}{tab}")
            for width, limit in MAX_HEIGHT.items():
                resize(page, width)
                if (height := page.evaluate(HEIGHT)) > limit:
                    too_tall[case.reference, tab, width] = height
            resize(page, WIDE)
    assert too_tall == {}
    older = page.locator("#history > .show-more")
    page.goto(f"{long_cases[0].get_absolute_url()}history/")
    shown = page.locator(".event").count()
    older.click()
    older.wait_for(state="detached")
    assert page.locator(".event").count() > 2 * shown
    note = page.locator(".event-note .folded").first
    assert not note.locator("p").first.is_visible()
    note.locator("summary").click()
    assert note.locator("p").first.is_visible()


def test_a_past_assessment_shows_one_part_at_a_time_and_prints_them_all(long_cases, page_as):
    page = page_as("advisor", locale="fr-FR")
    case = long_cases[0]
    page.goto(f"{case.get_absolute_url()}assessments/{case.assessments.earliest('pk').pk}/")
    parts = page.locator(".snapshot-part")
    assert parts.count() == 4
    too_tall = []
    for width, limit in MAX_HEIGHT.items():
        resize(page, width)
        for part in reversed(parts.all()):
            if part.get_attribute("open") is None:
                part.locator("> summary").click()
            assert page.locator(".snapshot-part[open]").count() == 1
            too_tall += [width] if page.evaluate(HEIGHT) > limit else []
    assert too_tall == []
    content = page.locator(".snapshot-part > :not(summary):not(form), .snapshot-part .profile-section dl")
    shown = "all => all.map((part) => part.checkVisibility())"
    assert not all(content.evaluate_all(shown))
    page.emulate_media(media="print")
    assert all(content.evaluate_all(shown))


@pytest.fixture
def full_lists(long_cases) -> None:
    """More cases, notifications and repaid loans than a page holds, with long names."""
    advisor, manager = (User.objects.get(username=name) for name in ("advisor", "manager"))
    UserFactory(username="auditor", role="auditor")
    name = "Marguerite Charpentier-Fernandez"
    for number in range(MANY):
        case = CaseFactory(reference=f"7{number:05}", advisor=advisor, name=name, amount_credit=1_234_567)
        Notification.objects.create(
            case=case, recipient=advisor, actor=manager, kind=Notification.Kind.DECIDED
        )
    for number in range(LOANS):
        loan(number, 0.01 + number / LOANS / 5, bad_at=5 if number % 7 == 0 else None, applied=number % 6)


def test_lists_forms_and_work_pages_keep_to_the_limit_and_to_the_width(long_cases, full_lists, page_as):
    wrong = {}
    pages = {
        "advisor": ("/cases/", "/notifications/", f"{long_cases[0].get_absolute_url()}correct/"),
        "manager": ("/policy/desk/", "/outcomes/"),
        # Most entries of the navigation, and one column more.
        "auditor": ("/cases/?queue=all",),
    }
    for name, locale in product(pages, ("en-GB", "fr-FR")):
        page = page_as(name, locale=locale)
        for address in pages[name]:
            page.goto(address)
            for width, limit in MAX_HEIGHT.items():
                resize(page, width)
                height, sideways = page.evaluate(HEIGHT), page.evaluate(SIDEWAYS)
                if height > limit or sideways:
                    wrong[address, locale, width] = (height, sideways)
            resize(page, WIDE)
    assert wrong == {}, wrong


@pytest.mark.parametrize("locale", ["en-GB", "fr-FR"])
def test_the_form_of_a_new_case_keeps_to_its_limit_in_two_columns(person, page_as, model_in_use, locale):
    for number in range(4):
        answers = {"client_name": f"Marguerite Charpentier-Fernandez {number}"}
        Draft.objects.create(by=person("advisor"), answers=answers)
    page = page_as("advisor", locale=locale)
    page.goto("/cases/new/")
    assert page.evaluate(HEIGHT) <= MAX_HEIGHT[WIDE]
    assert page.locator("fieldset[id^=group-]").count() == page.locator("#progress li").count() == 5
    columns = page.locator("fieldset[id^=group-]").evaluate_all("all => all.map(one => one.offsetLeft)")
    assert len(set(columns)) == 2
    resize(page, 360)
    assert page.evaluate(HEIGHT) <= MAX_HEIGHT[360]
