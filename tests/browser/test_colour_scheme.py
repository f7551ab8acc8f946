"""The pages in the colour scheme of the system, on screen and on paper."""

import pytest

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.xdist_group("browser"),
]
BACKGROUND = "getComputedStyle(document.querySelector('.panel')).backgroundColor"
CHART_TEXT = "Chart.defaults.color"


def test_pages_follow_the_colour_scheme_of_the_system(signed_in, case_of):
    case_of("advisor")
    page = signed_in("advisor")
    page.emulate_media(color_scheme="light")
    light = page.evaluate(BACKGROUND)
    page.emulate_media(color_scheme="dark")
    assert page.evaluate(BACKGROUND) != light
    page.emulate_media(media="print", color_scheme="dark")
    assert page.evaluate(BACKGROUND) == light


def test_charts_are_drawn_again_in_another_scheme_and_printed_in_the_light_one(signed_in, case_of):
    case_of("advisor")
    page = signed_in("manager")
    page.emulate_media(color_scheme="light")
    page.goto("/portfolio/")
    light = page.evaluate(CHART_TEXT)
    page.emulate_media(color_scheme="dark")
    # The policy of the page forbids the `eval` by which Playwright would wait for an expression.
    for _ in range(100):
        dark = page.evaluate(CHART_TEXT)
        if dark != light:
            break
        page.wait_for_timeout(50)
    assert dark != light
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    assert page.evaluate(CHART_TEXT) == light
    page.evaluate("window.dispatchEvent(new Event('afterprint'))")
    assert page.evaluate(CHART_TEXT) == dark
