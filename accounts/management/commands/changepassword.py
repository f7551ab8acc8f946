from typing import Any

from django.contrib.auth.management.commands import changepassword

from accounts.models import User
from accounts.sign_in import sessions


class Command(changepassword.Command):
    help = "Set a password for somebody, who has to choose another one at the next sign-in."

    def handle(self, *args: Any, **options: Any) -> str | None:
        done: str | None = super().handle(*args, **options)
        user = User.objects.get(username=options["username"])
        user.must_change_password = True
        user.save(update_fields=["must_change_password"])
        sessions.end_sessions(user)
        return done
