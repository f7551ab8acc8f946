"""Refused cases, their letters as a browser gets them and as they are stored."""

import re
from typing import Any

from django.conf import settings
from django.urls import reverse

from creditdesk.models import Assessment, Case, Decision, Letter

REASONS: list[dict[str, Any]] = [
    {"code": "debt", "feature": "BURO_AMT_CREDIT_SUM_DEBT_sum", "contribution": 0.9,
     "text_en": "Your debts at other lenders are €50,000",
     "text_fr": "Vos dettes ailleurs sont de 50 000\u00a0€"},
    {"code": "delay", "feature": "INST_DELAY_max", "contribution": 0.4,
     "text_en": "One instalment was 12 days late", "text_fr": "Une échéance a eu 12 jours de retard"},
    {"code": "age", "feature": "DAYS_BIRTH", "contribution": -0.3,
     "text_en": "Your age speaks for you", "text_fr": "Votre âge parle pour vous"},
]  # fmt: skip


def refused(case: Case, verdict="refuse", reasons=None, **decision) -> Case:
    """Refuse the case, with an assessment and its stored reasons."""
    case.latest_assessment = Assessment.objects.create(
        case=case,
        profile_digest=case.profile.digest,
        inputs={"application": case.profile.application, "history": {}, "history_rows": {}},
        model_version="tiny-1",
        model_digest="d" * 64,
        probability=0.3,
        threshold=0.09,
        verdict=verdict,
        reasons=REASONS if reasons is None else reasons,
    )
    case.save()
    Decision.objects.create(
        case=case,
        assessment=case.latest_assessment,
        outcome="refuse",
        status="final",
        is_override=verdict != "refuse",
        decided_by=case.advisor,
        **decision,
    )
    return case


def get(browser, case, page="case_letter", **query):
    return browser.get(reverse(page, args=[case.reference]), query)


def text_of(case, language="en", kind="letter") -> str:
    return Letter.objects.get(case=case, language=language, kind=kind).text


def names_of_the_demo() -> dict[str, str]:
    """The settings that name whom the letters of the demo send a client to, and whose data they rest on."""
    script = (settings.BASE_DIR / "bin" / "serve-demo").read_text(encoding="utf-8")
    names = r"BANK_PHONE|MEDIATOR|DEBT_ADVICE|(?:RATING_AGENCIES|CREDIT_BUREAU)_(?:NAME|ADDRESS)"
    return dict(re.findall(rf"^export ({names})=\$\{{\1:-(.+)\}}$", script, re.MULTILINE))
