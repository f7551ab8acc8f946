"""Scripts of the desk: what an address brings with it changes no object that they share."""

import pytest

from tests.browser.every_page import full_desk

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.xdist_group("browser"),
]
WORDS = "__proto__[polluted]=yes&__proto__.polluted=yes&constructor[prototype][polluted]=yes"
# Every page that runs a script beyond the shell's, and one that runs the shell's alone.
PAGES = ("/cases/", "/cases/new/", "/portfolio/", "/policy/", "/drift/", "/help/")
POLLUTED = "[({}).polluted, [].polluted, (() => 0).polluted].filter((value) => value !== undefined)"
FIELDS = """() => {
  const form = document.querySelector("form[hx-get], form[hx-post], form");
  for (const name of ["__proto__[polluted]", "constructor[prototype][polluted]", "__proto__"]) {
    form.append(Object.assign(document.createElement("input"), {name, value: "yes", type: "hidden"}));
  }
  document.body.setAttribute("hx-vals", '{"__proto__": {"polluted": "yes"}}');
  htmx.process(document.body);
  return htmx.values(form) !== null;
}"""


def test_no_address_and_no_field_pollutes_what_every_object_inherits(settings, tmp_path, page_as):
    settings.ML_ARTIFACTS = settings.BASE_DIR / "ml_artifacts"
    settings.DRIFT_REPORTS = tmp_path
    full_desk()
    page = page_as("manager")
    polluted = {}
    for address in PAGES:
        page.goto(f"{address}?{WORDS}#{WORDS}")
        page.wait_for_load_state("networkidle")
        assert page.evaluate(FIELDS)
        if values := page.evaluate(POLLUTED):
            polluted[address] = values
    assert polluted == {}
