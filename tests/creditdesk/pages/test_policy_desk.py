"""The figures of the policy desk are those of a plain recomputation from its export and the database."""

import csv
import io
import math
from typing import Any

import numpy as np
import pytest
from django.db import connection
from django.db.models import F
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEvent
from creditdesk.cases import scored_columns as columns_module
from creditdesk.cases.scored_columns import Selection, scored_columns
from creditdesk.models import Assessment, Case, MonitoringRecord, Withdrawal
from creditdesk.pages.policy.comparison import CYCLES
from scoring.ml.metrics.intervals import wilson
from scoring.models import Activation, ModelVersion, Policy
from tests.creditdesk.policies import WHY, published
from tests.factories import CaseFactory, assessed
from tests.html import HTMX, plain_text

pytestmark = pytest.mark.django_db

BEFORE = (0.05, 0.2)
AFTER = (0.08, 0.12)
QUERY = {
    "threshold_rule": "chosen",
    "threshold": "10",
    "band_below": "2",
    "band_above": "2",
    "lgd": "40",
    "minutes": "45",
}


def judge(probability: float, is_incomplete: bool, thresholds: tuple[float, float]) -> str:
    if is_incomplete:
        return "refer"
    if probability < thresholds[0]:
        return "accept"
    return "refuse" if probability >= thresholds[1] else "refer"


@pytest.fixture
def cases(person):
    """Sixty assessed cases of two products and both sexes, some on the very bounds."""
    rng = np.random.default_rng(4)
    probabilities = [*rng.uniform(0.0, 0.3, 52).tolist(), *BEFORE, *AFTER, 0.0, 1.0, 0.5, 0.01]
    people = person("manager"), person("admin")
    for number, probability in enumerate(probabilities):
        case = CaseFactory(
            reference=f"7{number:05}",
            advisor=person("advisor"),
            amount_credit=10_000 + 137 * number,
            contract_type="Revolving loans" if number % 3 == 0 else "Cash loans",
        )
        MonitoringRecord.objects.filter(case=case).delete()
        MonitoringRecord.objects.create(case=case, sex="M" if number % 2 else "F")
        assessed(case, probability, "accept")
    incomplete = list(Assessment.objects.order_by("pk").values_list("pk", flat=True)[:3])
    published(*people, accept_below=BEFORE[0], refuse_from=BEFORE[1])
    return incomplete


@pytest.fixture
def incomplete(cases):
    """Three newer assessments that lack an input, of the first cases."""
    for key, why in zip(
        cases, ("missing: AMT_CREDIT", "incomplete: AMT_CREDIT", "incomplete: x"), strict=True
    ):
        assess_again(Assessment.objects.get(pk=key), verdict="refer", refer_reason=why)


@pytest.fixture
def desk(client_as, incomplete):
    return client_as("manager").get(reverse("policy_desk"), QUERY)


def rows() -> list[tuple[Any, ...]]:
    """Probability, credit, incomplete, product and sex of each case, read back from the database."""
    newest = Assessment.objects.filter(case__latest_assessment=F("pk"))
    columns = ("probability", "case__amount_credit", "refer_reason", "case__contract_type")
    return [
        (probability, float(credit), why.startswith(("missing:", "incomplete:")), product, sex)
        for probability, credit, why, product, sex in newest.values_list(*columns, "case__monitoring__sex")
    ]


def test_swap_set_and_losses_equal_a_plain_recomputation(desk):
    comparison = desk.context["page"].comparison
    stored = rows()
    assert len(comparison.columns) == len(stored) == 60
    verdicts = [(judge(p, lacks, BEFORE), judge(p, lacks, AFTER)) for p, _credit, lacks, *_ in stored]
    for before, cells in comparison.rows:
        for after, cell in zip(("accept", "refuse", "refer"), cells, strict=True):
            credits = [row[1] for row, pair in zip(stored, verdicts, strict=True) if pair == (before, after)]
            assert cell.cases == len(credits)
            assert cell.credit == pytest.approx(math.fsum(credits), abs=1e-9)
    assert (comparison.won.cases, comparison.lost.cases) == (
        verdicts.count(("refuse", "accept")),
        verdicts.count(("accept", "refuse")),
    )
    for side, outcome in enumerate((comparison.total.before, comparison.total.after)):
        accepted = [row for row, pair in zip(stored, verdicts, strict=True) if pair[side] == "accept"]
        refused = [row for row, pair in zip(stored, verdicts, strict=True) if pair[side] == "refuse"]
        for (_label, shift), loss in zip(CYCLES, outcome.loss_by_cycle, strict=True):
            expected = math.fsum(0.4 * credit * scaled(p, shift) for p, credit, *_ in accepted)
            assert loss == pytest.approx(expected, abs=1e-9 * max(1.0, expected))
        cost = (10 * math.fsum(row[0] for row in accepted) + math.fsum(1 - row[0] for row in refused)) / 60
        assert outcome.cost == pytest.approx(cost, abs=1e-9)
        referred = [pair[side] for pair in verdicts].count("refer")
        assert comparison.hours[side] == pytest.approx(referred * 45 / 60, abs=1e-9)


def scaled(probability: float, shift: float) -> float:
    if probability in {0.0, 1.0}:
        return probability
    return 1 / (1 + math.exp(-(math.log(probability / (1 - probability)) + shift)))


def test_groups_are_counted_with_their_intervals(desk):
    product, sex = desk.context["page"].comparison.tables
    stored = rows()
    for table, column in ((product, 3), (sex, 4)):
        assert sum(row.cases for row in table.rows) == 60
        names = {"product": {"Cash loan": "Cash loans"}, "sex": {"Woman": "F", "Man": "M"}}[table.code]
        for row in table.rows:
            if row.label not in names:
                continue
            group = [item for item in stored if item[column] == names[row.label]]
            accepted = sum(judge(p, lacks, AFTER) == "accept" for p, _credit, lacks, *_ in group)
            after = row.comparison.after.acceptance
            assert (row.cases, after.value) == (len(group), pytest.approx(accepted / len(group), abs=1e-12))
            assert (after.low, after.high) == wilson(accepted, len(group))


def test_a_group_of_few_cases_does_not_follow_from_the_total_and_the_other_groups(client_as, cases):
    for case in Case.objects.order_by("pk")[:3]:
        MonitoringRecord.objects.filter(case=case).update(sex="XNA")
    product, sex = client_as("manager").get(reverse("policy_desk"), QUERY).context["page"].comparison.tables
    assert (product.hidden, sum(row.cases for row in product.rows)) == (0, 60)
    assert sex.hidden == 2
    assert 60 - sum(row.cases for row in sex.rows) >= 20


def test_the_export_recomputes_the_figures_and_is_in_the_log(client_as, incomplete):
    manager = client_as("manager")
    answer = manager.get(reverse("policy_export"), QUERY)
    text = b"".join(answer.streaming_content).decode()
    exported = list(csv.DictReader(io.StringIO(text)))
    page = manager.get(reverse("policy_desk"), QUERY).context["page"]
    lost = [
        row for row in exported if (row["verdict_in_force"], row["verdict_compared"]) == ("accept", "refuse")
    ]
    assert len(exported) == 60
    for row in exported:
        lacks = {"0": False, "1": True}[row["incomplete"]]
        judged = [judge(float(row["probability"]), lacks, terms) for terms in (BEFORE, AFTER)]
        assert [row["verdict_in_force"], row["verdict_compared"]] == judged
        assert row["affordability"] == "unknown"
    assert len(lost) == page.comparison.lost.cases
    loss = math.fsum(float(row["expected_loss"]) for row in exported if row["verdict_compared"] == "accept")
    assert loss == pytest.approx(page.comparison.total.after.loss_by_cycle[1], rel=1e-12)
    assert {int(row["assessment"]) for row in exported} == set(
        Case.objects.values_list("latest_assessment", flat=True)
    )
    begun, finished = AuditEvent.objects.filter(action__startswith="export").order_by("sequence")
    assert begun.details == {"policy_desk": True, "cases": 60}
    assert finished.details == {"export": begun.sequence, "lines": 61}


def test_only_the_days_and_the_number_that_were_chosen_are_compared(client_as, incomplete):
    manager = client_as("manager")
    newest = manager.get(reverse("policy_desk"), {**QUERY, "last": "7"}).context["page"].comparison
    keys = Case.objects.order_by("-latest_assessment").values_list("latest_assessment", flat=True)
    assert newest.columns.keys.tolist() == list(keys[:7])
    page = manager.get(reverse("policy_desk"), {**QUERY, "first_day": "2001-01-01", "last_day": "2001-12-31"})
    assert page.context["page"].comparison is None
    wrong = manager.get(
        reverse("policy_desk"), {**QUERY, "first_day": "2026-02-01", "last_day": "2026-01-01"}
    )
    assert wrong.status_code == 422
    assert "must not be before" in plain_text(wrong.content.decode())


@pytest.mark.parametrize(("day", "value"), [("first_day", "0001-01-01"), ("last_day", "9999-12-31")])
def test_a_day_at_the_end_of_the_calendar_compares_every_case(client_as, incomplete, day, value):
    page = client_as("manager").get(reverse("policy_desk"), {**QUERY, day: value}).context["page"]
    assert len(page.comparison.columns) == 60


def test_a_moved_slider_shows_the_figures_and_stores_nothing(client_as, incomplete):
    before = (Policy.objects.count(), AuditEvent.objects.count(), Assessment.objects.count())
    answer = client_as("analyst").get(reverse("policy_desk"), QUERY, headers=HTMX)
    assert 'data-cases="60"' in answer.content.decode()
    after = (Policy.objects.count(), AuditEvent.objects.count(), Assessment.objects.count())
    assert after == before


def test_the_page_says_how_many_versions_the_probabilities_are_of(client_as, incomplete):
    versions = [ModelVersion.objects.create(name=name) for name in ("first", "second", "third")]
    words = "2 model versions were in use"
    for version in versions[:2]:
        Activation.objects.create(version=version)
        assessed(CaseFactory(reference=f"79{version.pk:04}"), 0.2, "refuse")
    Activation.objects.create(version=versions[2])
    text = plain_text(client_as("manager").get(reverse("policy_desk"), QUERY).content.decode())
    assert words in text
    last = client_as("manager").get(reverse("policy_desk"), {**QUERY, "last": "1"}).content.decode()
    assert "model versions were in use" not in plain_text(last)


def test_a_proposal_keeps_the_figures_that_its_proposer_saw(client_as, incomplete):
    client_as("manager").post(reverse("policy_propose"), {**QUERY, "based_on": "1", "reason": WHY})
    policy = Policy.objects.pending().get()
    page = client_as("manager").get(reverse("policy_desk"), QUERY).context["page"]
    assert policy.evidence == page.comparison.evidence()
    assert policy.evidence["cases"] == 60
    shown = plain_text(client_as("admin").get(reverse("policy_detail", args=[policy.pk])).content.decode())
    assert "On 60 cases" in shown


def test_a_case_that_is_assessed_again_is_read_again(client_as, incomplete):
    manager = client_as("manager")
    assert len(manager.get(reverse("policy_desk"), QUERY).context["page"].comparison.columns) == 60
    assessed(CaseFactory(reference="799999"), 0.2, "refuse")
    assert len(manager.get(reverse("policy_desk"), QUERY).context["page"].comparison.columns) == 61


def test_a_completed_read_equals_a_fresh_one(cases, person):
    """Cases assessed anew, for the first time and without a probability; a withdrawal and its end."""
    selection = Selection(last=50)
    read = scored_columns(selection)
    again = Case.objects.get(reference="700050")
    assessed(again, 0.31, "refuse")
    assert equal_to_fresh(selection)
    assessed(CaseFactory(reference="799998", advisor=person("advisor")), 0.02, "accept")
    assert equal_to_fresh(selection)
    assert len(read) == len(scored_columns(selection)) == 50
    assess_again(Assessment.objects.latest("pk"), probability=None, verdict="refer", refer_reason="model")
    assert equal_to_fresh(selection)
    withdrawn = Withdrawal.objects.create(
        case=again, channel="phone", received_on=timezone.localdate(), recorded_by=person("advisor")
    )
    assert equal_to_fresh(selection)
    Withdrawal.objects.filter(pk=withdrawn.pk).update(reopened_at=timezone.now())
    assert equal_to_fresh(selection)
    assert again.latest_assessment_id in scored_columns(selection).keys


def test_an_assessment_committed_after_a_later_one_is_read_too(cases, monkeypatch):
    """Two transactions of PostgreSQL: the later key was there when the columns were read."""
    monkeypatch.setattr(columns_module, "OVERLAP", 5)
    selection = Selection()
    late = Assessment.objects.order_by("-pk")[1]
    case = Case.objects.get(latest_assessment=late)
    Case.objects.filter(pk=case.pk).update(latest_assessment=None)
    scored_columns(selection)
    Case.objects.filter(pk=case.pk).update(latest_assessment=late)
    assessed(CaseFactory(reference="799997"), 0.4, "refuse")
    assert late.pk in scored_columns(selection).keys
    assert equal_to_fresh(selection)


def test_only_what_is_new_is_read_again(cases, monkeypatch):
    monkeypatch.setattr(columns_module, "OVERLAP", 5)
    selection = Selection()
    scored_columns(selection)
    assessed(CaseFactory(reference="799996"), 0.4, "refuse")
    newest = Assessment.objects.latest("pk").pk
    with CaptureQueriesContext(connection) as queries:
        scored_columns(selection)
    reading = [query["sql"] for query in queries if "amount_credit" in query["sql"]]
    assert len(reading) == 1
    assert f'"id" > {newest - 6}' in reading[0]


def equal_to_fresh(selection: Selection) -> bool:
    completed = scored_columns(selection).rows
    columns_module.forget()
    return np.array_equal(completed, scored_columns(selection).rows)


def assess_again(before: Assessment, **changes: Any) -> None:
    fields = {
        f.attname: getattr(before, f.attname) for f in Assessment._meta.concrete_fields if not f.primary_key
    }
    newer = Assessment.objects.create(**{**fields, **changes})
    Case.objects.filter(latest_assessment=before).update(latest_assessment=newer)
