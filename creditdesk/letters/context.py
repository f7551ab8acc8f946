"""What the wording of a letter is filled with, in the language of the letter."""

from datetime import date
from itertools import chain
from typing import Any, Final

from django.conf import settings
from django.utils import timezone
from django.utils.formats import date_format

from accounts.models import User
from creditdesk import services
from creditdesk.letters.decision_reasons import NOT_QUOTED, SAID
from creditdesk.letters.text import plain
from creditdesk.models import Assessment, Decision, Letter, Reason
from creditdesk.pages.case import client_profile
from creditdesk.pages.case.snapshot import profile_then
from creditdesk.services.refusal import name_of
from scoring.ml.tables.catalogue import column
from scoring.ml.tables.schema import Text
from scoring.presentation import formatting

MOST_REASONS: Final = 4
OUTCOMES: Final = {
    Decision.Outcome.ACCEPT: Text(en="credit granted", fr="crédit accordé"),
    Decision.Outcome.REFUSE: Text(en="credit refused", fr="crédit refusé"),
}
ADVICE: Final = {
    Assessment.Verdict.ACCEPT: Text(en="in favour of the credit", fr="favorable au crédit"),
    Assessment.Verdict.REFUSE: Text(en="against the credit", fr="défavorable au crédit"),
    Assessment.Verdict.REFER: Text(en="to be examined by a person", fr="à examiner par une personne"),
}


def contents_of(decision: Decision, kind: str, language: str, by: User) -> dict[str, Any]:
    """Under `translation.override(language)`; every word of a person has gone through `plain`."""
    contents = _of_a_letter(decision, language)
    if kind == Letter.Kind.EXPLANATION:
        contents |= _of_the_data(decision.assessment)
        contents |= _of_the_model(decision.assessment, language, by)
        contents |= _of_the_person(decision)
    return contents


def reasons_told(decision: Decision, language: str) -> list[str]:
    """The person's ground first, then what pushed the model the same way; at most four."""
    said = [formatting.localize(SAID[decision.reason_code])] if decision.reason_code else []
    if decision.outcome == decision.assessment.verdict:
        said += [plain(reason.text(language)) for reason in _pushing(decision)]
    return [_sentence(text) for text in said[:MOST_REASONS]]


def _pushing(decision: Decision) -> list[Reason]:
    """The stored reasons that count towards the outcome, the strongest of each group of facts."""
    sign = 1 if decision.outcome == Decision.Outcome.REFUSE else -1
    strongest: dict[str, Reason] = {}
    for reason in decision.assessment.shown_reasons:
        if sign * reason.contribution > 0:
            strongest.setdefault(reason.code, reason)
    return list(strongest.values())


def _sentence(text: str) -> str:
    words = text[:1].upper() + text[1:]
    return words if words.endswith((".", "!", "?", "…")) else f"{words}."


def _of_a_letter(decision: Decision, language: str) -> dict[str, Any]:
    case = decision.case
    contract = column("application", "NAME_CONTRACT_TYPE")
    return {
        "bank": {
            name: plain(getattr(settings, f"BANK_{name.upper()}")) for name in ("name", "address", "email")
        },
        "contest_days": settings.CONTEST_DAYS,
        "client": plain(case.client.name) or case.reference,
        "reference": case.reference,
        "submitted": _day(timezone.localtime(case.submitted_at).date()),
        "today": _day(timezone.localdate()),
        "decided": _day(decision.final_on),
        "amount": formatting.money(float(case.amount_credit)),
        "annuity": None if case.amount_annuity is None else formatting.money(float(case.amount_annuity)),
        "contract": plain(formatting.column_in_words(contract, case.contract_type)),
        "outcome": formatting.localize(OUTCOMES[Decision.Outcome(decision.outcome)]),
        "outcome_code": decision.outcome,
        "reasons": reasons_told(decision, language),
        "scored": bool(decision.assessment.model_version),
        "person": plain(name_of(decision.decided_by)),
        "second": plain(name_of(decision.checked_by)) if decision.checked_by else "",
    }


def _of_the_data(assessment: Assessment) -> dict[str, Any]:
    profile = profile_then(assessment)
    histories = client_profile.histories(profile)
    sections = [*client_profile.sections(profile), *histories]
    lines = list(chain.from_iterable(section.lines for section in sections))
    return {
        "assessed": _day(timezone.localtime(assessment.assessed_at).date()),
        "data": [_known(section) for section in sections],
        "missing": [plain(line.label) for line in lines if line.is_missing],
        "absent": [plain(f"{one.title} ({one.state})") for one in histories if not one.lines],
    }


def _known(section: client_profile.Section) -> dict[str, Any]:
    rows = [line for line in section.lines if not line.is_missing]
    return {
        "title": plain(section.title),
        "rows": [{"label": plain(row.label), "value": plain(row.value)} for row in rows],
    }


def _of_the_model(assessment: Assessment, language: str, by: User) -> dict[str, Any]:
    probability, threshold = "", ""
    if assessment.probability is not None and assessment.threshold is not None:
        probability, threshold = formatting.distinct_percents(assessment.probability, assessment.threshold)
    found = services.counterfactuals_of(assessment, by=by)
    return {
        "verdict": formatting.localize(ADVICE[Assessment.Verdict(assessment.verdict)]),
        "probability": probability,
        "threshold": threshold,
        "model_version": plain(assessment.model_version),
        "model_digest": assessment.model_digest,
        "changes": None if found is None else [_sentence(plain(one.text(language))) for one in found],
    }


def _of_the_person(decision: Decision) -> dict[str, Any]:
    quoted = decision.reason_code not in NOT_QUOTED
    return {
        "decided_at": _day(timezone.localtime(decision.decided_at).date()),
        "is_override": decision.is_override,
        "ground": formatting.localize(SAID[decision.reason_code]) if decision.reason_code else "",
        "grounds": plain(decision.reason) if quoted else "",
        "checked": _day(decision.final_on),
        "check_grounds": plain(decision.check_reason),
        "after_contest": decision.replaces_id is not None,
    }


def _day(day: date) -> str:
    return date_format(day, "j F Y")
