"""A morning by keyboard: twenty cases, the palette, the count in the header, the tick boxes of the list."""

import os
import time
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from creditdesk import services
from creditdesk.limits import MIB
from creditdesk.models import Case, Claim, Decision, Document
from scoring import services as versions
from tests.creditdesk.documents.files import PAYSLIP
from tests.scoring.modelfolder import tiny_model

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.xdist_group("browser"),
]
CASES = 20
MAX_KEYS_A_CASE = 6


@pytest.fixture
def cases(settings, tmp_path, case_of) -> list[Case]:
    settings.ML_ARTIFACTS = tmp_path
    tiny_model(tmp_path, name="explained-1", explain=True)
    versions.activate(version=versions.register(name="explained-1", by=None), by=None, reason="")
    cases = [
        case_of("advisor", reference=str(100_100 + n), amount_credit=100_000, name=f"Client {n}")
        for n in range(CASES)
    ]
    for case in cases:
        services.assess(case=case, by=case.advisor)
    return cases


@pytest.fixture
def press() -> Callable[[Page, str], None]:
    """Press a key and count it."""

    def press_key(page: Page, key: str) -> None:
        page.keyboard.press(key)
        press_key.count += 1  # type: ignore[attr-defined]

    press_key.count = 0  # type: ignore[attr-defined]
    return press_key


def was_fetched_ahead(page: Page) -> bool:
    kind: str = page.evaluate("performance.getEntriesByType('navigation')[0].deliveryType")
    return kind == "navigational-prefetch"


def test_twenty_cases_are_found_read_decided_and_left_by_at_most_six_keys_each(signed_in, cases, press):
    page, seconds, ahead = signed_in("advisor"), [], []
    page.goto("/cases/")
    press(page, "j")
    press(page, "Enter")
    for number in range(CASES):
        page.wait_for_url("**/cases/1001*/")
        address, begun = page.url, time.monotonic()
        press(page, "y")
        expect(page.locator("dialog[open] [data-confirm-yes]")).to_be_focused()
        assert Decision.objects.count() == number
        press(page, "Enter")
        page.locator("#decision .decision-next").wait_for()
        press(page, "n")
        page.wait_for_url(lambda url, left=address: url != left)
        seconds.append(time.monotonic() - begun)
        ahead.append(was_fetched_ahead(page))
    assert Decision.objects.filter(decided_by__username="advisor", is_override=False).count() == CASES
    assert press.count <= MAX_KEYS_A_CASE * CASES
    # The one after the last is looked up on the spot.
    assert sum(ahead) >= CASES - 2
    print(f"keys: {press.count}, median seconds a case: {sorted(seconds)[CASES // 2]:.2f}")


def test_a_case_that_a_colleague_took_up_after_it_was_fetched_ahead_is_left(signed_in, cases, person):
    first, second, third = sorted(cases, key=lambda case: case.submitted_at)[:3]
    page = signed_in("advisor")
    with page.expect_response(f"**{second.get_absolute_url()}") as fetched:
        page.goto(first.get_absolute_url())
    assert fetched.value.request.headers["sec-purpose"] == "prefetch"
    services.claim(case=second, by=person("manager"))
    page.keyboard.press("n")
    page.wait_for_url(f"**{third.get_absolute_url()}")
    expect(page.locator("#messages")).to_contain_text("Somebody else took up the next case meanwhile.")
    assert Claim.objects.get().held_by == person("manager")


def test_a_decision_waits_for_its_confirmation_while_scripts_are_still_on_their_way(signed_in, cases):
    """The last script of the page is late: htmx, which starts after all of them, sends nothing yet."""
    page, late = signed_in("advisor", locale="fr-FR"), []
    page.route("**/mentions*.js", lambda route: late.append(route))
    page.goto(cases[0].get_absolute_url(), wait_until="commit")
    page.locator("[data-agree]").wait_for()
    confirm = page.locator("dialog[open] [data-confirm-yes]")
    # Until the script of the page has its keys.
    while not late or (confirm.count() == 0 and not Decision.objects.exists()):
        page.keyboard.press("y")
        page.wait_for_timeout(20)
    expect(confirm).to_be_focused()
    assert not Decision.objects.exists()
    page.keyboard.press("Enter")
    page.unroute("**/mentions*.js")
    page.locator("#decision .decision-next").wait_for()
    assert len(late) == 1
    assert Decision.objects.get().case == cases[0]


def test_a_decision_that_is_faster_than_the_check_of_its_page_is_answered(signed_in, cases):
    """Otherwise the check would find the case decided, blame a colleague and leave."""
    page, checks = signed_in("advisor"), []
    with page.expect_response(f"**{cases[1].get_absolute_url()}"):
        page.goto(cases[0].get_absolute_url())
    page.route("**/opened/*", lambda route: checks.append(route))
    page.keyboard.press("n")
    page.wait_for_url(f"**{cases[1].get_absolute_url()}")
    page.keyboard.press("y")
    expect(page.locator("dialog[open] [data-confirm-yes]")).to_be_focused()
    page.keyboard.press("Enter")
    page.locator("#decision .decision-next").wait_for()
    assert Decision.objects.get().case == cases[1]
    assert checks[0].request.failure == "net::ERR_ABORTED"


def test_the_palette_goes_to_a_case_by_its_name_without_a_mouse(signed_in, cases):
    page = signed_in("advisor")
    page.goto("/help/")
    page.keyboard.press("Control+k")
    expect(page.locator("#palette-text")).to_be_focused()
    page.keyboard.type("client 13")
    expect(page.locator("#palette-entries [data-address='/cases/100113/']")).to_be_visible()
    expect(page.locator("#palette-text")).to_have_attribute("aria-activedescendant", "palette-entry-1")
    page.keyboard.press("Enter")
    page.wait_for_url("**/cases/100113/")


def test_arrows_choose_and_escape_closes_the_palette(signed_in, cases):
    page = signed_in("advisor")
    page.keyboard.press("Control+k")
    expect(page.locator("[data-address]").first).to_have_attribute("aria-selected", "true")
    page.keyboard.press("ArrowDown")
    expect(page.locator("[data-address]").nth(1)).to_have_attribute("aria-selected", "true")
    expect(page.locator("#palette-text")).to_have_attribute("aria-activedescendant", "palette-entry-2")
    page.keyboard.press("Escape")
    expect(page.locator("dialog[open]")).to_have_count(0)


def test_the_palette_opens_when_single_keys_are_turned_off(signed_in, cases, person):
    advisor = person("advisor")
    advisor.has_single_keys = False
    advisor.save()
    page = signed_in("advisor")
    page.keyboard.press("Control+k")
    expect(page.locator("#palette-text")).to_be_focused()


def test_an_act_on_the_open_case_unfolds_its_form_and_goes_there(signed_in, cases):
    page = signed_in("advisor")
    page.goto("/cases/100105/")
    page.keyboard.press("Control+k")
    page.keyboard.type("pass on")
    option = page.locator("#palette-entries [data-address='/cases/100105/#id_escalate_reason']")
    expect(option).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Enter")
    expect(page.locator("dialog[open]")).to_have_count(0)
    expect(page.locator("#id_escalate_reason")).to_be_focused()
    expect(page.locator("#id_escalate_reason")).to_be_visible()


def test_the_count_is_looked_up_again_while_the_page_is_seen(signed_in, cases, person):
    page = signed_in("colleague")
    expect(page.locator("#notifications")).to_have_attribute("data-unread", "0")
    services.assign(case=cases[0], to=person("colleague"), by=person("manager"))
    page.evaluate("document.getElementById('notifications').dispatchEvent(new Event('desk:look'))")
    expect(page.locator("#notifications")).to_have_attribute("data-unread", "1")


def test_a_hidden_page_looks_for_nothing_and_a_shown_one_looks_at_once(signed_in, cases):
    page, requests = signed_in("colleague"), []
    page.on("request", lambda request: requests.append(request.url) if "count" in request.url else None)
    page.clock.install()
    page.goto("/cases/")
    show = (
        "state => Object.defineProperty(document, 'visibilityState', {get: () => state, configurable: true})"
    )
    page.evaluate(show, "hidden")
    page.clock.run_for(600_000)
    assert requests == []
    page.evaluate(show, "visible")
    with page.expect_response("**/notifications/count/"):
        page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    assert len(requests) == 1


def test_who_writes_for_long_is_not_signed_out_for_resting(signed_in, cases):
    page, typed = signed_in("advisor"), []
    page.clock.install()
    page.goto(f"{cases[0].get_absolute_url()}history/")
    note = page.locator("#id_text")
    for text in ("What the client", "What the client", "What the client explained on the telephone."):
        if text != note.input_value():
            note.fill(text)
        with page.expect_response("**/notifications/count/") as response:
            page.clock.run_for(70_000)
        typed.append("x-typed" in response.value.request.headers)
        expect(page.locator("#notifications.htmx-request")).to_have_count(0)
    assert typed == [True, False, True]


def test_from_the_choices_of_a_decision_a_key_leads_to_the_next_case(signed_in, cases):
    page = signed_in("advisor")
    page.goto(cases[0].get_absolute_url())
    page.keyboard.press("d")
    expect(page.locator("#decision input[type=radio]").first).to_be_focused()
    with page.expect_navigation():
        page.keyboard.press("n")
    assert page.url != cases[0].get_absolute_url()


def test_ticked_cases_are_assigned_without_scripts(signed_in, cases, person):
    person("colleague")
    page = signed_in("manager", javascript=False)
    page.goto("/cases/?queue=all")
    for box in page.locator("[data-choose]").all()[:3]:
        box.check()
    page.locator("#id_assign_to").select_option(label="colleague")
    page.get_by_role("button", name="Assign the chosen cases").click()
    expect(page.locator("#messages")).to_contain_text("3 cases are colleague's now.")
    assert Case.objects.filter(advisor__username="colleague").count() == 3


def test_a_file_that_is_too_large_is_named_so_and_not_sent(signed_in, cases, tmp_path):
    """The desk would end the connection on the way: the browser then shows an error of its own."""
    page, posts = signed_in("advisor", locale="fr-FR"), []
    page.on("request", lambda request: posts.append(request.url) if request.method == "POST" else None)
    large, small = tmp_path / "scan.pdf", tmp_path / "payslip.pdf"
    large.touch()
    os.truncate(large, 200 * MIB)
    small.write_bytes(PAYSLIP)
    page.goto("/cases/100105/documents/")
    page.locator("[name=kind]").select_option("payslip")
    page.locator("[type=file]").set_input_files(large)
    page.get_by_role("button", name="Joindre").click()
    text = page.locator("[type=file]").evaluate("input => input.validationMessage")
    assert (text, posts) == ("Ce fichier dépasse 7 Mo.", [])
    page.locator("[type=file]").set_input_files(small)
    page.get_by_role("button", name="Joindre").click()
    expect(page.locator("#messages")).to_contain_text("La pièce est jointe.")
    assert [document.content for document in Document.objects.all()] == [PAYSLIP]
