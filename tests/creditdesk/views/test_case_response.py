"""Responses of the case page: a refused form comes back alone, for the element that it belongs to."""

import re

import pytest
from django.urls import reverse

from creditdesk import services
from creditdesk.models import Decision

HTMX = {"HX-Request": "true"}


@pytest.fixture
def decision(case_of, model_in_use, person) -> Decision:
    case = case_of("advisor")
    assessment = services.assess(case=case, by=person("advisor"))
    return services.decide(
        case=case,
        assessment=assessment,
        outcome=assessment.verdict,
        by=person("advisor"),
        reason_code="",
        reason="",
    )


@pytest.mark.parametrize(
    ("name", "element"),
    [("case_escalate", "casework"), ("case_contest", "casework"), ("case_notes", "history")],
)
def test_a_refused_form_replaces_its_own_element(client_as, decision, name, element):
    address = reverse(name, args=[decision.case.reference])
    response = client_as("advisor").post(address, {}, headers=HTMX)
    root = re.match(r'\s*<section id="([^"]+)"', response.content.decode())
    assert response.status_code == 422
    assert root
    assert (root[1], response["HX-Retarget"]) == (element, f"#{element}")


def test_without_htmx_a_refused_form_is_a_whole_page(client_as, decision):
    response = client_as("advisor").post(reverse("case_notes", args=[decision.case.reference]), {})
    assert response.status_code == 422
    assert "<html" in response.content.decode()
