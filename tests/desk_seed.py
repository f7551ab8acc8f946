"""Steps that give a desk some work: `python -m tests.desk_seed STEP...`."""

import sys
import time
from collections.abc import Callable
from typing import Final

import django

CASES: Final = 6


def work() -> None:
    """A model in use, cases that are assessed and decided, notes: everything with its audit event."""
    from django.conf import settings

    from accounts.people import add_user
    from creditdesk import services as desk
    from creditdesk.models import Case
    from scoring import services as models
    from tests.factories import CaseFactory
    from tests.scoring.modelfolder import tiny_model

    tiny_model(settings.ML_ARTIFACTS, name="tiny-1")
    models.activate(version=models.register(name="tiny-1", by=None), by=None, reason="")
    advisor = add_user("advisor", by=None, role="advisor")
    add_user("manager", by=None, role="manager")
    for number in range(CASES):
        case = CaseFactory(advisor=advisor, name=f"Zélie Testamant {number}")
        desk.assess(case=case, by=advisor)
        desk.add_note(case=Case.objects.get(pk=case.pk), text=f"Three payslips checked {number}", by=advisor)


def notes() -> None:
    """Add notes until the process is ended, and print the number of each one that is committed."""
    from accounts.models import User
    from creditdesk import services as desk
    from creditdesk.models import Case

    advisor, case = User.objects.get(username="advisor"), Case.objects.order_by("pk")[0]
    number = 0
    while True:
        number += 1
        desk.add_note(case=case, text=f"written meanwhile {number}", by=advisor)
        print(number, flush=True)
        time.sleep(0.002)


def session() -> None:
    """Print the key of a session of the advisor, and the reference of a case."""
    from django.test import Client as Browser

    from accounts.models import User
    from creditdesk.models import Case

    browser = Browser()
    browser.force_login(User.objects.get(username="advisor"))
    print(browser.session.session_key, Case.objects.order_by("pk")[0].reference)


def texts() -> None:
    """Print the text of every note."""
    from creditdesk.models import Note

    for text in Note.objects.values_list("text", flat=True):
        print(text)


STEPS: Final[dict[str, Callable[[], None]]] = {
    "work": work,
    "notes": notes,
    "session": session,
    "texts": texts,
}

if __name__ == "__main__":
    django.setup()
    for step in sys.argv[1:]:
        STEPS[step]()
