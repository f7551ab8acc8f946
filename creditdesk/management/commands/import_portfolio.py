import sys
from argparse import ArgumentParser
from collections.abc import Callable
from dataclasses import astuple
from decimal import Decimal
from itertools import chain, islice
from pathlib import Path
from typing import Any

import duckdb
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import OperationalError
from django.utils import timezone
from tqdm import tqdm

from accounts.models import User
from accounts.roles import Role
from creditdesk.cases.team import Turns, pending_cases, present
from creditdesk.importing.application_days import application_days
from creditdesk.importing.client_keys import drop_contradictions
from creditdesk.importing.client_names import names_in
from creditdesk.importing.rejects import write_rejects
from creditdesk.importing.store import ImportCounts, Portfolio, on_days, store
from creditdesk.web.freed_memory import give_back
from scoring.ml.tables.catalogue import TABLES
from scoring.ml.tables.checks import CheckedFolder, Reject
from scoring.ml.tables.folder import FolderError
from scoring.services.engines import DUCKDB, ENGINES, checked_folder

SHOWN_REJECTS = 5


class Command(BaseCommand):
    help = "Import the Home Credit tables of a folder: clients, cases and what the model reads of them."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", type=Path, metavar="DIR")
        parser.add_argument("--advisor", metavar="USERNAME", help="default: spread over the active advisors")
        parser.add_argument(
            "--applied",
            type=Path,
            metavar="FILE",
            help="CSV of application days (SK_ID_CURR, APPLIED_ON); default: new applications are of today",
        )
        parser.add_argument("--rejects", type=Path, metavar="FILE", help="CSV of the rows that are not taken")
        parser.add_argument("--engine", choices=ENGINES, default=DUCKDB)
        parser.add_argument("--progress", action="store_true", help="show it though this is no terminal")

    def handle(self, *, folder: Path, **options: Any) -> None:
        self.counts = ImportCounts()
        try:
            self.run(folder, **options)
        except FolderError as error:
            raise CommandError(str(error)) from error
        except (OperationalError, OSError, duckdb.Error) as error:
            raise CommandError(stopped_message(error, self.counts)) from error

    def run(
        self,
        folder: Path,
        *,
        advisor: str | None,
        applied: Path | None,
        rejects: Path | None,
        engine: str,
        **options: Any,
    ) -> None:
        advisors = advisors_for(advisor)
        checked = checked_folder(folder, engine=engine)
        listed, unlisted = names_in(folder)
        unlisted += drop_contradictions(listed)
        days, dayless = application_days(applied, today=timezone.localdate()) if applied else ({}, [])
        self.report_absent_tables(checked)
        self.report_rejects(checked, [unlisted, dayless], rejects)
        portfolio = Portfolio(
            checked,
            listed,
            advisors,
            reassigned=advisor is not None,
            submitted=on_days(days, until=timezone.now()),
            by_rules=rules_for(advisor),
        )
        self.store(portfolio, show=options["progress"] or sys.stderr.isatty())

    def store(self, portfolio: Portfolio, *, show: bool) -> None:
        clients = portfolio.checked.folder.clients()
        if not clients:
            raise CommandError("No application of this folder can be taken; nothing was stored.")
        with tqdm(total=clients, unit=" clients", file=sys.stderr, disable=not show) as progress:
            for self.counts in store(portfolio):
                progress.update(self.counts.clients - progress.n)
                # Of each part a tenth stays in pieces between what is still in use.
                give_back()
        counts = self.counts
        self.stdout.write(
            f"{counts.clients:,} clients: {counts.added:,} new, {counts.updated:,} changed,"
            f" {counts.unchanged:,} as they were."
        )
        if counts.closed or counts.corrected:
            self.stdout.write(
                f"Applications that differ from the folder and stay as they are: {counts.closed:,} closed"
                f" (decided or withdrawn), {counts.corrected:,} corrected."
            )

    def report_absent_tables(self, checked: CheckedFolder) -> None:
        absent = [TABLES[name].stem for name in checked.folder.absent]
        if absent:
            self.stderr.write(
                f"Not provided: {', '.join(absent)}."
                " The case page says so; it is not the same as a client without such history."
            )

    def report_rejects(self, checked: CheckedFolder, beside: list[list[Reject]], path: Path | None) -> None:
        """`beside` are the rejected lines of the files beside the tables."""
        rows = checked.rejects.rows() | {lines[0].file: len(lines) for lines in beside if lines}
        rejects = chain(checked.rejects, *beside)
        if path:
            write_rejects(path, list(Reject.__annotations__), map(astuple, rejects))
        if rows:
            counted = ", ".join(f"{file} {number:,}" for file, number in rows.items())
            self.stderr.write(f"Rows not taken: {counted}.")
            for line in [f"See {path}."] if path else map(reject_line, islice(rejects, SHOWN_REJECTS)):
                self.stderr.write(line)


def advisors_for(username: str | None) -> list[User]:
    """The named advisor, or every one who is there today."""
    active = User.objects.filter(is_active=True)
    if username is None:
        advisors = list(present().filter(role=Role.ADVISOR).order_by("pk"))
        if not advisors:
            raise CommandError("There is no active advisor to give cases to: add one or name --advisor.")
        return advisors
    advisor = active.filter(username=username).first()
    if advisor is None or not advisor.has_perm("creditdesk.decide_case"):
        raise CommandError(f"{username} is no active user who may decide cases.")
    return [advisor]


def rules_for(username: str | None) -> Callable[[str, Decimal], User | None] | None:
    """The rules of the settings; none where an advisor is named, or where there are none."""
    if username is not None or not settings.ASSIGNMENT_RULES:
        return None
    return Turns(present(), pending_cases()).next


def reject_line(reject: Reject) -> str:
    problem = " ".join(filter(None, (reject.column, reject.reason)))
    return f"  {reject.file} line {reject.line}: {problem}"


def stopped_message(error: Exception, counts: ImportCounts) -> str:
    outcome = (
        f"{counts.clients:,} clients were stored before that, whole, and are kept: import again to go on."
        if counts.clients
        else "Nothing was stored."
    )
    return f"The import stopped: {str(error).splitlines()[0]}. {outcome}"
