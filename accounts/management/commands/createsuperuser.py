from typing import Any

from django.contrib.auth.management.commands import createsuperuser
from django.core.management.base import CommandError
from django.db import transaction
from django.db.models import Max

from accounts.models import User
from accounts.people import record_added
from accounts.roles import Role


class Command(createsuperuser.Command):
    help = (
        "Add the first administrator, whose password somebody else has set: it opens nothing but the page "
        "where its owner changes it. Refused once there is one, who invites the others."
    )

    @transaction.atomic
    def handle(self, *args: Any, **options: Any) -> None:
        if there := User.objects.filter(role=Role.ADMIN, is_active=True).first():
            raise CommandError(
                f"{there} is an administrator already and invites others at /admin/; where they are gone, "
                "see manage.py grant_role --help"
            )
        newest = User.objects.aggregate(newest=Max("pk"))["newest"] or 0
        super().handle(*args, **options)
        for user in User.objects.filter(pk__gt=newest):
            user.must_change_password = True
            user.save(update_fields=["must_change_password"])
            record_added(user, by=None)
