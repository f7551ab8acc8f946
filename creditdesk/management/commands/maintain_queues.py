from typing import Any

from django.core.management.base import BaseCommand

from creditdesk import services


class Command(BaseCommand):
    help = (
        "End claims whose time is over, hand on the cases of who is away or left, report overdue cases. "
        "Idempotent; run by the worker every quarter of an hour."
    )
    requires_system_checks = ()

    def handle(self, *args: Any, **options: Any) -> None:
        claims = services.end_expired_claims()
        cases = services.hand_on_all()
        overdue = services.notify_overdue()
        self.stdout.write(
            f"Claims ended: {claims}. Cases handed on: {cases}. Overdue cases reported: {overdue}."
        )
