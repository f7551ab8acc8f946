"""Time of a search as an advisor types, on 65,000 named clients: `python -m bench.search [CLIENTS]`.

The names are the portfolio's; a third of the clients bear an invented family name besides, as a real bank has
far more different names than any list. DATABASE_URL names an empty
database; without one it is a SQLite file.
"""

import os
import random
import sys
import tempfile
from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Final

import django
import numpy as np

CLIENTS: Final = 65_000
# Stored in one go.
AT_ONCE: Final = 50_000
REQUESTS: Final = 205
SYLLABLES: Final = (
    "ba",
    "cor",
    "del",
    "fi",
    "gan",
    "ho",
    "jul",
    "ka",
    "lem",
    "mo",
    "ni",
    "pel",
    "ru",
    "so",
    "ti",
    "vau",
)


def main(clients: int) -> None:
    with tempfile.TemporaryDirectory(prefix="creditdesk-bench-") as beside:
        os.environ.setdefault("DATABASE_URL", f"sqlite:///{beside}/search.sqlite3")
        os.environ |= {
            "DJANGO_SETTINGS_MODULE": "creditdesk.settings",
            "AUDIT_ANCHOR": f"{beside}/audit.anchor",
            "LOG_LEVEL": "WARNING",
            "HTTPS": "false",
            "REQUIRE_MFA": "false",
            "BLIND_SHARE": "0",
        }
        django.setup()
        from django.core.management import call_command

        call_command("migrate", verbosity=0)
        names = drawn_names(clients)
        store(names)
        for name, (p50, p95) in times(names):
            print(f"{name:<34} p50 {p50:7.2f} ms  p95 {p95:7.2f} ms")


def drawn_names(clients: int) -> list[str]:
    rng = np.random.default_rng(1)
    starts = range(0, clients, AT_ONCE)
    drawn = (name for start in starts for name in _listed(rng, min(AT_ONCE, clients - start)))
    return [f"{name.split()[0]} {_invented(rng)}" if rng.random() < 1 / 3 else name for name in drawn]


def _listed(rng: np.random.Generator, clients: int) -> list[str]:
    """Names of the portfolio's lists, of so many people of whom none is another's second application."""
    from scoring.ml.portfolio import names

    people = {name: np.arange(clients) for name in names.SAME} | {
        "SK_ID_CURR": np.arange(clients),
        "DAYS_BIRTH": np.zeros(clients),
        "CODE_GENDER": np.where(rng.random(clients) < 0.66, "F", "M"),
    }
    return list(names.draw(rng, people)["NAME"])


def _invented(rng: np.random.Generator) -> str:
    return "".join(rng.choice(SYLLABLES, size=rng.integers(2, 5))).capitalize()


def store(names: Sequence[str]) -> None:
    """Store a case for each name, by the manager's and an advisor's hand in turn."""
    from django.utils import timezone

    from accounts.models import User
    from accounts.roles import Role
    from creditdesk.models import Case, Client
    from creditdesk.models.name_index import index_names

    users = [
        User.objects.create(username=name, role=role)
        for name, role in (("manager", Role.MANAGER), ("advisor", Role.ADVISOR))
    ]
    now = timezone.now()
    for start in range(0, len(names), AT_ONCE):
        people = Client.objects.bulk_create(Client(name=name) for name in names[start : start + AT_ONCE])
        index_names({client.pk: client.name for client in people})
        Case.objects.bulk_create(
            Case(
                reference=str(500_000 + number),
                client=client,
                advisor=users[number % 2],
                submitted_at=now - timedelta(minutes=number),
                contract_type="Cash loans",
                amount_credit=100_000,
            )
            for number, client in enumerate(people, start)
        )


def times(names: Sequence[str]) -> Iterator[tuple[str, tuple[float, float]]]:
    """Yield p50 and p95 of each kind of term, through every middleware."""
    from django.conf import settings
    from django.test import Client as Browser

    from accounts.models import User
    from bench.timing import percentiles

    settings.ALLOWED_HOSTS = ["testserver"]
    for role in ("manager", "advisor"):
        browser = Browser()
        browser.force_login(User.objects.get(username=role))

        def search(term: str, browser: Browser = browser) -> None:
            browser.post("/cases/", {"q": term}, headers={"HX-Request": "true"})

        for kind, terms in terms_of(names).items():
            yield f"{role}: {kind}", percentiles(search, terms)[:2]


def terms_of(names: Sequence[str]) -> dict[str, list[str]]:
    chosen = random.Random(1).sample(list(names), REQUESTS)  # noqa: S311
    return {
        "first letter": [name[:1] for name in chosen],
        "first four letters": [name[:4] for name in chosen],
        "whole name": chosen,
        "other order": [" ".join(reversed(name.split())) for name in chosen],
        "one typo": [f"{name[:-2]}x{name[-1:]}" for name in chosen],
        "joined": [name.replace(" ", "").replace("-", "") for name in chosen],
        "in nobody's name": [f"{name[:3]}xq{name[3:5]}" for name in chosen],
        "reference": [str(500_000 + number * 317)[:5] for number in range(REQUESTS)],
    }


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else CLIENTS)
