"""The timeline of a case as CSV, oldest event first, with the values before and after."""

import csv
from collections.abc import Iterator, Sequence
from typing import Final

from accounts.csv_cells import Line
from accounts.models import AuditEvent
from creditdesk.cases.export import BOM, Dialect
from creditdesk.models import (
    Assessment,
    Assignment,
    BlindOpinion,
    Claim,
    ClientMerge,
    Contest,
    Correction,
    Decision,
    DeclaredCharges,
    Document,
    DocumentRequest,
    Escalation,
    Letter,
    Note,
    Reopening,
    Snooze,
    TeamReferral,
    Withdrawal,
)
from creditdesk.pages.case.events import Event

HEADER: Final = ("reference", "at", "event", "by", "previous", "new", "text")


def timeline_csv(events: Sequence[Event], dialect: Dialect) -> Iterator[str]:
    """The lines of the file, header first."""
    writer = csv.writer(Line(), delimiter=dialect.delimiter, lineterminator="\r\n")
    if dialect.bom:
        yield BOM
    yield writer.writerow(HEADER)
    for event in sorted(events, key=lambda event: event.at):
        actor = event.actor.get_username() if event.actor else ""
        cells = (event.reference, event.at, event.kind, actor, *_values(event))
        yield writer.writerow([dialect.cell(cell) for cell in cells])


def _values(event: Event) -> tuple[object, object, str]:
    """Value before, value after, and the words of the act."""
    match event.record:
        case Assessment() as row:
            before = _verdict(event.previous) if isinstance(event.previous, Assessment) else ""
            return before, _verdict(row), ""
        case Decision() as row if event.kind == "check":
            return "proposed", row.status, str(row.check_reason)
        case Decision() as row:
            before = row.replaces.outcome if row.replaces else ""
            return before, row.outcome, str(row.reason)
        case BlindOpinion() as row:
            return "", row.outcome, ""
        case Note() as row:
            return "", "", str(row.text)
        case Letter() as row:
            return "", f"{row.kind} {row.language}", ""
    return _holder_values(event)


def _verdict(assessment: Assessment) -> str:
    """Verdict and probability, which an assessment without a model has none of."""
    probability = assessment.probability
    return assessment.verdict if probability is None else f"{assessment.verdict} {probability!r}"


def _holder_values(event: Event) -> tuple[object, object, str]:
    """Who had the case, and who has it now."""
    match event.record:
        case AuditEvent() as row:
            return row.details["previous"], row.details["new"], ""
        case Assignment() as row:
            return row.previous.get_username(), row.advisor.get_username(), ""
        case TeamReferral() as row:
            return "", row.team.name, ""
        case Claim() as row:
            holder = row.held_by.get_username()
            return (holder, "", "") if event.kind == "release" else ("", holder, "")
    return _casework_values(event)


def _casework_values(event: Event) -> tuple[object, object, str]:
    match event.record:
        case Snooze() as row:
            day = row.until_on.isoformat()
            return (day, "", "") if event.kind == "wake" else ("", day, str(row.reason))
        case Escalation() as row:
            return "", "", row.answer_in_words if event.kind == "answer" else str(row.reason)
        case Contest() as row if event.kind == "review":
            after = row.new_decision.outcome if row.new_decision else row.decision.outcome
            if row.outcome == Contest.Outcome.REOPENED:
                after = "pending"
            return row.decision.outcome, after, str(row.justification)
        case Contest() as row:
            return row.decision.outcome, "", str(row.client_statement)
        case Withdrawal() as row:
            return "proposed" if event.previous else "pending", "withdrawn", str(row.reason)
        case Reopening() as row:
            return row.decision.outcome if row.decision else "withdrawn", "pending", str(row.reason)
    return _values_of_file(event)


def _values_of_file(event: Event) -> tuple[object, object, str]:
    """What a correction or a merge changed, and what was attached or requested."""
    match event.record:
        case Correction() as row:
            before = "; ".join(f"{name}={old}" for name, (old, _) in row.changes.items())
            after = "; ".join(f"{name}={new}" for name, (_, new) in row.changes.items())
            return before, after, str(row.reason)
        case DeclaredCharges() as row:
            before = _amounts(event.previous) if isinstance(event.previous, DeclaredCharges) else ""
            return before, _amounts(row), ""
        case Document() as row if event.kind == "removal":
            return row.kind, "", str(row.removal_reason)
        case Document() as row:
            return "", row.kind, ""
        case DocumentRequest() as row:
            return "", row.language, ""
        case ClientMerge() as row if event.kind == "parting":
            return "one client", "two clients", row.get_end_reason_display()
        case ClientMerge() as row:
            return "two clients", "one client", row.get_reason_display()
    raise TypeError(f"no values of {event.kind}")


def _amounts(charges: DeclaredCharges) -> str:
    return "; ".join(f"{name}={amount}" for name, amount in charges.amounts.items())
