import os
import secrets
from contextlib import nullcontext
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from accounts.demo_people import PEOPLE
from accounts.models import User
from creditdesk.demo import CLIENTS, RETIRED, people
from creditdesk.models import Case, Decision
from scoring.models import Activation

if TYPE_CHECKING:
    from creditdesk.demo.clients import DemoFolder


class Command(BaseCommand):
    help = "Prepare the demo: tables, users, synthetic portfolio, demo model, some work done. Idempotent."
    # A second start is to be quick, and checking the URLs imports every page; the server does that anyway.
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--reports", action="store_true", help="and what takes longer: the challenger, Evidently"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if self.is_left_alone():
            return
        self.migrate()
        if self.is_prepared():
            self.add_people()
        else:
            self.prepare()
        if options["reports"]:
            from creditdesk.demo import drift, model

            model.appoint_challenger()
            drift.add_evidently()

    def is_prepared(self) -> bool:
        """Whether nothing is left to do but to look over the people: a second start is to be quick."""
        return (
            Case.objects.filter(origin=Case.Origin.DEMO).exists()
            and self.has_a_model()
            and Decision.objects.exists()
        )

    def prepare(self) -> None:
        # Table engine and model take seconds to load.
        from creditdesk.demo import past
        from creditdesk.demo.clients import demo_folder
        from creditdesk.demo.clock import clock_at

        with demo_folder() as folder:
            is_new = not User.objects.exists()
            with clock_at(past.beginning(folder)) if is_new else nullcontext():
                self.add_people()
                self.import_clients(folder)
                is_active = self.activate_model()
            if is_active and not Decision.objects.exists():
                self.do_some_work(folder)

    def is_left_alone(self) -> bool:
        """Whether cases were imported beside the demo. Raises CommandError where no case is of the demo."""
        if Case._meta.db_table not in connection.introspection.table_names():
            return False
        origins = set(Case.objects.values_list("origin", flat=True).distinct())
        if origins and Case.Origin.DEMO not in origins:
            raise CommandError(
                "This database holds cases that are not demo cases: the demo does not touch it."
                " Point DATABASE_URL at another one."
            )
        if Case.Origin.IMPORTED in origins:
            self.stdout.write("This database holds imported cases beside the demo: nothing was changed.")
        return Case.Origin.IMPORTED in origins

    def migrate(self) -> None:
        executor = MigrationExecutor(connection)
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            self.stdout.write("Preparing the database")
            call_command("migrate", verbosity=0, interactive=False)

    def add_people(self) -> None:
        chosen = os.environ.get("CREDITDESK_DEMO_PASSWORD", "")
        missing = people.missing_people()
        password = chosen or secrets.token_urlsafe(12)
        if chosen:
            people.renew_passwords(chosen)
        for username in missing:
            people.add_person(username, password)
        self.stdout.write(f"Demo users: {', '.join(PEOPLE)}")
        if missing:
            where = "as in CREDITDESK_DEMO_PASSWORD" if chosen else f"{password} (shown once)"
            self.stdout.write(f"Their password: {where}")

    def import_clients(self, folder: "DemoFolder") -> None:
        if Case.objects.filter(origin=Case.Origin.DEMO).exists():
            return
        from creditdesk.demo import clients

        self.stdout.write(f"Importing {CLIENTS:,} synthetic clients")
        clients.import_clients(folder)

    def activate_model(self) -> bool:
        """Return whether a model is in use."""
        from creditdesk.demo import model
        from scoring.ml.model.folder import ModelUnavailable

        try:
            if not self.has_a_model():
                self.stdout.write(f"Active model: {model.activate_demo_model()}")
        except ModelUnavailable as error:
            self.stderr.write(f"No model in use, every verdict will be refer: {error}")
            return False
        return True

    def do_some_work(self, folder: "DemoFolder") -> None:
        from creditdesk.demo import comparison, decisions, drift, loss_table, past, policy

        self.stdout.write(f"Deciding {len(folder.past_days):,} applications of the past, and some of today's")
        past.decide_the_past(folder)
        policy.publish_band()
        decisions.do_some_work()
        past.import_repayments(folder)
        drift.check_drift()
        comparison.add_comparison()
        loss_table.publish_loss_table()

    def has_a_model(self) -> bool:
        """Whether the model in use stays: not so a demo model that is retired or whose folder is gone."""
        current = Activation.objects.current().first()
        if current is None:
            return False
        name = current.version.name
        is_shipped = name not in RETIRED and (settings.ML_ARTIFACTS / name).is_dir()
        return not current.version.is_demo or is_shipped
