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


def papers() -> None:
    """Papers that name a client: a draft of another person, an answer of the API, a letter, a contest."""
    from django.conf import settings
    from django.test import Client as Browser
    from django.test import override_settings
    from django.utils import timezone

    from accounts.api_keys.lifecycle import create_key
    from accounts.models import User
    from accounts.people import add_user
    from creditdesk import services as desk
    from creditdesk.letters.write import letter_on
    from creditdesk.models import StoredAnswer
    from tests.factories import CaseFactory

    add_user("admin", by=None, role="admin")
    advisor, manager = (User.objects.get(username=name) for name in ("advisor", "manager"))
    case = CaseFactory(advisor=advisor, name="Ambroise Quillefeu-Bréhal", reference="900001")
    assessment = desk.assess(case=case, by=advisor)
    desk.add_note(case=case, text="Ambroise Quillefeu-Bréhal brings the payslips.", by=advisor)
    browser = Browser(SERVER_NAME="127.0.0.1")
    browser.force_login(manager)
    answers = {"client_name": "quillefeu brehal, AMBROISE", "AMT_CREDIT": "1000"}
    assert browser.post("/cases/new/draft/", answers).status_code == 302
    assert browser.post("/cases/new/draft/", {"client_name": "Lise Montbrun"}).status_code == 302
    # Nobody has collected the static files of this desk.
    plain = {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
    with override_settings(STORAGES={**settings.STORAGES, **plain}):
        for address in (case.get_absolute_url(), "/cases/?q=quillefeu", "/cases/export.csv"):
            assert browser.get(address).status_code == 200
    _, key = create_key(
        owner=advisor, by=advisor, name="program", scopes=["predict"], days=1, per_minute=None
    )
    headers = {"Authorization": f"Bearer {key}", "Idempotency-Key": "once"}
    body = {"reference": case.reference}
    answer = browser.post("/api/v1/predict", body, content_type="application/json", headers=headers)
    assert answer.status_code == 200, answer.content
    assert StoredAnswer.objects.count() == 1
    desk.decide(
        case=case,
        assessment=assessment,
        outcome="refuse",
        by=advisor,
        reason_code="documents",
        reason="Quillefeu-Bréhal sent no payslips.",
    )
    letter_on(case, "letter", "fr", by=advisor)
    statement = "I, Ambroise Quillefeu-Bréhal, have repaid that loan."
    desk.contest(case=case, client_statement=statement, received_on=timezone.localdate(), by=advisor)


STEPS: Final[dict[str, Callable[[], None]]] = {
    "work": work,
    "notes": notes,
    "session": session,
    "papers": papers,
    "texts": texts,
}

if __name__ == "__main__":
    django.setup()
    for step in sys.argv[1:]:
        STEPS[step]()
