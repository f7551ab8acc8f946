"""The demo users and their one password."""

from typing import Final

from accounts.demo_people import PEOPLE
from accounts.models import User
from accounts.people import add_user

ADVISORS: Final = ("advisor", "colleague")


def missing_people() -> list[str]:
    present = set(User.objects.filter(username__in=PEOPLE).values_list("username", flat=True))
    return [username for username in PEOPLE if username not in present]


def add_person(username: str, password: str) -> User:
    role, first_name, last_name = PEOPLE[username]
    return add_user(
        username, by=None, password=password, role=role, first_name=first_name, last_name=last_name
    )


def renew_passwords(password: str) -> None:
    """Set the password of the demo users who have another one; hashing takes time, so skip the rest."""
    for person in User.objects.filter(username__in=PEOPLE):
        if not person.check_password(password):
            person.set_password(password)
            person.save(update_fields=["password"])


def named(username: str) -> User:
    return User.objects.get(username=username)
