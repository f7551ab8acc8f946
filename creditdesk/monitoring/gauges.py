"""The state of the desk at the moment of a scrape, read from the engine and the database."""

from collections.abc import Callable, Iterator

from django.db import DatabaseError
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import REGISTRY, Collector

from accounts.models import AuditHead
from creditdesk.models import Case
from creditdesk.monitoring import schedule
from scoring.models import DriftReport

DRIFTED = 20


class DeskState(Collector):
    def describe(self) -> list[Metric]:
        """Nothing in advance: registering must not ask the database."""
        return []

    def collect(self) -> Iterator[Metric]:
        """Every reading that can be taken; one that cannot shows as `creditdesk_reading_ok` 0."""
        taken = GaugeMetricFamily(
            "creditdesk_reading_ok", "1 when the reading could be taken.", labels=["reading"]
        )
        for name, reading in READINGS.items():
            try:
                metrics = list(reading())
            except DatabaseError:
                taken.add_metric([name], 0)
            else:
                taken.add_metric([name], 1)
                yield from metrics
        yield taken


def _model() -> Iterator[Metric]:
    # Not above: every command loads this module, and few wait for the model's libraries.
    from scoring import engine
    from scoring.ml.model.folder import ModelUnavailable

    loaded = GaugeMetricFamily(
        "creditdesk_model_loaded", "1 when the model in use is loaded.", labels=["version"]
    )
    try:
        model = engine.current()
    except ModelUnavailable:
        loaded.add_metric(["none"], 0)
        yield loaded
        return
    loaded.add_metric([model.version], 1)
    yield loaded
    yield GaugeMetricFamily(
        "creditdesk_model_load_seconds", "How long it took to load the model in use.", engine.load_seconds()
    )


def _queue() -> Iterator[Metric]:
    yield GaugeMetricFamily(
        "creditdesk_cases_pending", "Cases without a closing decision.", Case.objects.pending().count()
    )
    yield GaugeMetricFamily(
        "creditdesk_cases_awaiting_second_person",
        "Cases whose proposed decision waits for a second person.",
        Case.objects.waiting().count(),
    )


def _audit() -> Iterator[Metric]:
    head = AuditHead.objects.first()
    yield GaugeMetricFamily(
        "creditdesk_audit_head_sequence",
        "Number of the newest event of the audit chain; it never goes down.",
        head.sequence if head else 0,
    )


def _drift() -> Iterator[Metric]:
    report = DriftReport.objects.order_by("-pk").first()
    if report is None:
        return
    psi = GaugeMetricFamily(
        "creditdesk_drift_psi",
        "Population stability index in the newest drift report: the score and what moved most.",
        labels=["feature"],
    )
    if score := report.numbers.get("score"):
        psi.add_metric(["score"], score["psi"])
    for column in report.numbers["columns"][:DRIFTED]:
        psi.add_metric([column["name"]], column["psi"])
    yield psi
    yield GaugeMetricFamily(
        "creditdesk_drift_findings", "Limits passed in the newest drift report.", len(report.findings)
    )
    yield GaugeMetricFamily(
        "creditdesk_drift_checked_timestamp_seconds",
        "When drift was last looked for.",
        report.made_at.timestamp(),
    )


def _schedule() -> Iterator[Metric]:
    success = GaugeMetricFamily(
        "creditdesk_job_last_success_timestamp_seconds", "When a job last succeeded.", labels=["name"]
    )
    seconds = GaugeMetricFamily(
        "creditdesk_job_duration_seconds", "How long its last run took.", labels=["name"]
    )
    late = GaugeMetricFamily("creditdesk_job_late", "1 when a job is overdue.", labels=["name"])
    failed = GaugeMetricFamily("creditdesk_job_failed", "1 when its last run failed.", labels=["name"])
    for state in schedule.states():
        name = [state.job.name]
        if state.last_success and state.last_success.ended_at:
            success.add_metric(name, state.last_success.ended_at.timestamp())
        if state.last_run and state.last_run.seconds is not None:
            seconds.add_metric(name, state.last_run.seconds)
        late.add_metric(name, state.is_late)
        failed.add_metric(name, state.has_failed)
    yield from (success, seconds, late, failed)
    yield GaugeMetricFamily(
        "creditdesk_worker_alive", "1 when a worker was seen lately.", schedule.a_worker_is_alive()
    )


READINGS: dict[str, Callable[[], Iterator[Metric]]] = {
    "model": _model,
    "queue": _queue,
    "audit": _audit,
    "drift": _drift,
    "schedule": _schedule,
}


def register() -> None:
    REGISTRY.register(DeskState())
