"""Template context of a letter, in the language of the letter.

The keys are the variables of templates/letters/. A changed template is a new version of every letter, so the
names stay.
"""

from datetime import timedelta
from itertools import chain
from typing import Final, TypedDict

from django.conf import settings
from django.utils import timezone

from accounts.models import User
from creditdesk import services
from creditdesk.letters.addresses import bank, remedies
from creditdesk.letters.decision_reasons import CLIENT_TEXTS, NEVER_QUOTED
from creditdesk.letters.grounds import grounds_of, sentence
from creditdesk.letters.text import plain
from creditdesk.models import Assessment, Case, Contest, Decision, Letter
from creditdesk.pages.case import client_profile
from creditdesk.pages.case.snapshot import assessed_profile
from creditdesk.services.refusal import name_of
from scoring.ml.tables.catalogue import column
from scoring.ml.tables.schema import Text
from scoring.presentation import formatting

OUTCOMES: Final = {
    Decision.Outcome.ACCEPT: Text(en="credit granted", fr="crédit accordé"),
    Decision.Outcome.REFUSE: Text(en="credit refused", fr="crédit refusé"),
}
ADVICE: Final = {
    Assessment.Verdict.ACCEPT: Text(en="in favour of the credit", fr="favorable au crédit"),
    Assessment.Verdict.REFUSE: Text(en="against the credit", fr="défavorable au crédit"),
    Assessment.Verdict.REFER: Text(en="to be examined by a person", fr="à examiner par une personne"),
}


class LetterContext(TypedDict):
    bank: dict[str, str]
    remedies: dict[str, str]
    contest_days: int
    # The last whole day on which a refused application is kept, while it lies ahead; else "".
    kept_until: str
    client: str
    reference: str
    submitted: str
    today: str
    decided: str
    # The day of the decision that this one replaces, "" for a first decision.
    replaced: str
    amount: str
    annuity: str | None
    contract: str
    outcome: str
    outcome_code: str
    reasons: list[str]
    # How many of the reasons, the last, counted only a little: at most three.
    lesser: int
    # What the client can bring about the reasons.
    bring: list[str]
    # Whether a ground of the model, which compares with other clients, is among the reasons.
    compares: bool
    # Whether a model gave a verdict.
    scored: bool
    # Whether a person refused what the model would have accepted.
    was_favourable: bool
    person: str
    second: str


class RowContext(TypedDict):
    label: str
    value: str


class SectionContext(TypedDict):
    title: str
    rows: list[RowContext]


class DataContext(TypedDict):
    assessed: str
    data: list[SectionContext]
    missing: list[str]
    # Histories without rows, each with the reason.
    absent: list[str]


class ModelContext(TypedDict):
    verdict: str
    probability: str
    threshold: str
    model_version: str
    model_digest: str
    # None: not searched; empty: none was found.
    changes: list[str] | None


class PersonContext(TypedDict):
    decided_at: str
    is_override: bool
    ground: str
    grounds: str
    checked: str
    check_grounds: str
    after_contest: bool


def context_of(decision: Decision, kind: str, language: str, by: User) -> dict[str, object]:
    """Return the context of the templates; call it under `translation.override(language)`.

    Entered text goes through `plain`, so that it cannot add blocks to the letter.
    """
    context: dict[str, object] = {**_letter(decision, language)}
    if kind == Letter.Kind.EXPLANATION:
        context |= _data(decision.assessment)
        context["documents"] = _documents(decision.case)
        context |= _model(decision.assessment, language, by)
        context |= _person(decision)
    return context


def _letter(decision: Decision, language: str) -> LetterContext:
    case = decision.case
    contract = column("application", "NAME_CONTRACT_TYPE")
    grounds = grounds_of(decision, language)
    return {
        "bank": bank(),
        "remedies": remedies(),
        "contest_days": settings.CONTEST_DAYS,
        "kept_until": _kept_until(decision),
        "client": plain(case.client.name) or case.reference,
        "reference": case.reference,
        "submitted": formatting.written_day(timezone.localtime(case.submitted_at).date()),
        "today": formatting.written_day(timezone.localdate()),
        "decided": formatting.written_day(decision.final_on),
        "replaced": formatting.written_day(decision.replaces.final_on) if decision.replaces else "",
        "amount": formatting.money(float(case.amount_credit)),
        "annuity": None if case.amount_annuity is None else formatting.money(float(case.amount_annuity)),
        "contract": plain(formatting.column_in_words(contract, case.contract_type)),
        "outcome": formatting.localize(OUTCOMES[Decision.Outcome(decision.outcome)]),
        "outcome_code": decision.outcome,
        "reasons": grounds.texts,
        "lesser": grounds.lesser,
        "bring": grounds.bring,
        "compares": grounds.compares,
        "scored": bool(decision.assessment.model_version),
        "was_favourable": (decision.assessment.verdict, decision.outcome) == ("accept", "refuse"),
        "person": plain(name_of(decision.decided_by)),
        "second": plain(name_of(decision.checked_by)) if decision.checked_by else "",
    }


def _kept_until(decision: Decision) -> str:
    if decision.outcome != Decision.Outcome.REFUSE:
        return ""
    # On the day after it, the file may be erased at the hour of the decision.
    last_day = decision.final_on + timedelta(days=settings.RETENTION_DAYS["refused"] - 1)
    return formatting.written_day(last_day) if last_day > timezone.localdate() else ""


def _data(assessment: Assessment) -> DataContext:
    profile = assessed_profile(assessment)
    histories = client_profile.history_sections(profile)
    sections = [*client_profile.sections(profile), *histories]
    lines = list(chain.from_iterable(section.lines for section in sections))
    return {
        "assessed": formatting.written_day(timezone.localtime(assessment.assessed_at).date()),
        "data": [_section(section) for section in sections],
        "missing": [plain(line.label) for line in lines if line.is_missing],
        "absent": [plain(f"{section.title} ({section.state})") for section in histories if not section.lines],
    }


def _documents(case: Case) -> list[str]:
    day = formatting.written_day
    return [
        f"{document.get_kind_display()} ({day(timezone.localtime(document.added_at).date())})"
        for document in case.documents.on_file()
    ]


def _section(section: client_profile.Section) -> SectionContext:
    rows = [line for line in section.lines if not line.is_missing]
    return {
        "title": plain(section.title),
        "rows": [{"label": plain(row.label), "value": plain(row.value)} for row in rows],
    }


def _model(assessment: Assessment, language: str, by: User) -> ModelContext:
    probability, threshold = "", ""
    if assessment.probability is not None and assessment.threshold is not None:
        probability, threshold = formatting.distinct_percents(assessment.probability, assessment.threshold)
    counterfactuals = services.counterfactuals_of(assessment, by=by)
    changes = None
    if counterfactuals is not None:
        changes = [sentence(plain(counterfactual.text(language))) for counterfactual in counterfactuals]
    return {
        "verdict": formatting.localize(ADVICE[Assessment.Verdict(assessment.verdict)]),
        "probability": probability,
        "threshold": threshold,
        "model_version": plain(assessment.model_version),
        "model_digest": assessment.model_digest,
        "changes": changes,
    }


def _person(decision: Decision) -> PersonContext:
    is_quoted = decision.reason_code not in NEVER_QUOTED
    reason = formatting.localize(CLIENT_TEXTS[decision.reason_code]) if decision.reason_code else ""
    return {
        "decided_at": formatting.written_day(timezone.localtime(decision.decided_at).date()),
        "is_override": decision.is_override,
        "ground": reason,
        "grounds": plain(decision.reason) if is_quoted else "",
        "checked": formatting.written_day(decision.final_on),
        "check_grounds": plain(decision.check_reason),
        "after_contest": Contest.objects.filter(new_decision=decision).exists(),
    }
