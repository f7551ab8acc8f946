"""The screen-reader script of docs/accessibility.md, followed through the accessibility tree of Chromium."""

import re
from pathlib import Path

import pytest
from django.conf import settings as django_settings
from django.utils import timezone

from creditdesk import services
from tests.factories import reassessed

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.xdist_group("browser"),
]
SCRIPT = (Path(django_settings.BASE_DIR) / "docs" / "accessibility.md").read_text(encoding="utf-8")
FLOWS = re.findall(r"^### (.+?)\n\nPage: `(.+?)`\n\n((?:\d+\. `.+`\n)+)", SCRIPT, flags=re.MULTILINE)


@pytest.fixture
def case(model_in_use, case_of, person):
    case = case_of("advisor", reference="100002", name="Zoé Lefèvre", submitted_at=timezone.now())
    reassessed(services.assess(case=case, by=person("advisor")), "refuse")
    return case


def test_the_script_has_three_flows():
    assert len(FLOWS) == 3


@pytest.mark.parametrize(("flow", "address", "steps"), FLOWS, ids=[flow for flow, _, _ in FLOWS])
def test_a_screen_reader_meets_these_names_in_this_order(signed_in, case, flow, address, steps):
    page = signed_in("advisor")
    page.goto(address)
    # Names with a colon stand in quotation marks there.
    tree = re.sub(r"- '(.+?)'", r"- \1", page.locator("body").aria_snapshot())
    position = 0
    for name in re.findall(r"`(.+)`", steps):
        start = tree.find(f"- {name}", position)
        assert start >= 0, f"{name} does not follow in {tree[position:]}"
        position = start + len(name)
