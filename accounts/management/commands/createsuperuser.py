from typing import Any

from django.contrib.auth.management.commands import createsuperuser
from django.db import transaction
from django.db.models import Max

from accounts.models import User
from accounts.people import record_added


class Command(createsuperuser.Command):
    help = "Add an administrator, with the event that seals the role."

    @transaction.atomic
    def handle(self, *args: Any, **options: Any) -> None:
        newest = User.objects.aggregate(newest=Max("pk"))["newest"] or 0
        super().handle(*args, **options)
        for user in User.objects.filter(pk__gt=newest):
            record_added(user, by=None)
