"""The list, its queues and their counts on a large desk, and acts on many cases at once.

python -m bench.queues [--cases N] [--assessments M]: on a database of its own, filled past the desk, 300,000
cases and 500,000 assessments unless said otherwise. Processor time of each page and of the empty page, in
turn, so that a busy machine slows both; the same lists over HTTP from a web process, as `bench.served_pages`
measures; seconds of a bulk assignment, its evidence and audit events included.
"""

import sqlite3
import time
from argparse import ArgumentParser
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np

from bench.desk import empty_desk
from bench.kill_writers import web_processes
from bench.served_pages import COUNT, HEADING, Reader, Request, measured, report
from bench.soak import Desk

if TYPE_CHECKING:
    from django.test import Client as Browser

    from accounts.models import User

Row = tuple[object, ...]
# Stores rows of a table, by its columns.
Store = Callable[[str, str, Iterator[Row]], None]

EMPTY: Final = "/healthz"
REQUESTS: Final = 45
ADVISORS: Final = 20
# Of a hundred cases so many are decided.
DECIDED: Final = 60
LIMIT: Final = 4.0
BULK: Final = 1_000
LISTS: Final = ("to_decide", "late", "second", "escalated", "contested", "shared", "snoozed", "all")
MAX_BULK_SECONDS: Final = 3.0


def main(cases: int, assessments: int) -> None:
    with empty_desk(ALLOWED_HOSTS="testserver,127.0.0.1") as database:
        _measure(database, cases, assessments)


def _measure(database: Path, cases: int, assessments: int) -> None:
    from django.core.management import call_command
    from django.test import Client as Browser

    from accounts.models import User

    call_command("migrate", verbosity=0)
    people = [User.objects.create_user("manager", role="manager")]
    people += [User.objects.create_user(f"advisor{n}", role="advisor") for n in range(ADVISORS)]
    fill(database, cases, assessments, [person.pk for person in people])
    print(f"{cases:,} cases, {assessments:,} assessments", flush=True)
    worst = 0.0
    for person in people[:2]:
        browser = Browser()
        browser.force_login(person)
        for name, work in _works(browser, person):
            empty, mine = _in_turn(lambda: browser.get(EMPTY), work)  # noqa: B023
            # Like with like: the slowest twentieth of the page against that of the empty page.
            p50, p95 = np.percentile(mine, [50, 95]) / np.percentile(empty, [50, 95])
            worst = max(worst, float(p95))
            print(
                f"{person.role:8} {name:28}{np.median(mine):8.2f} ms  x{p50:5.1f}  p95 x{p95:5.1f}",
                flush=True,
            )
    print(f"worst p95 x{worst:.1f}, limit x{LIMIT}")
    for line in _over_http(database, people[:2]):
        print(line, flush=True)
    print(f"{BULK} cases assigned at once: {_bulk(people):.2f} s, limit {MAX_BULK_SECONDS} s")


def _works(browser: "Browser", person: "User") -> Iterator[tuple[str, Callable[[], object]]]:
    from creditdesk.cases.queue_counts import forget_queue_counts
    from creditdesk.pages.queue_tabs import queue_strip

    for queue in LISTS:
        yield f"list, {queue}", lambda queue=queue: browser.get("/cases/", {"queue": queue})  # type: ignore[misc]

    def counted_anew() -> None:
        forget_queue_counts(person)
        queue_strip(person)

    yield "counts, counted anew", counted_anew
    yield "counts, seconds old", lambda: queue_strip(person)
    yield "a page with the counts", lambda: browser.get("/absences/")


def _over_http(database: Path, people: Sequence["User"]) -> Iterator[str]:
    """A line for each list, of a web process with the same database."""
    from django.core.management import call_command
    from django.test import Client as Browser

    call_command("collectstatic", interactive=False, verbosity=0)
    desk = Desk(database.parent)
    # Without a model it is not ready; the lists are there.
    server = desk.serve(EMPTY)
    try:
        (web,) = web_processes(server.pid)
        yield HEADING
        for person in people:
            browser = Browser()
            browser.force_login(person)
            reader = Reader(desk.port, web, str(browser.session.session_key))
            for queue in LISTS:
                requests = [Request("GET", f"/cases/?queue={queue}", {})] * COUNT
                yield report(f"{person.role}, {queue}", *measured(reader, requests))
    finally:
        server.terminate()
        server.wait()


def _in_turn(empty: Callable[[], object], work: Callable[[], object]) -> tuple[list[float], list[float]]:
    """Milliseconds of processor time of both, fetched in turn; the first few only warm up."""
    times: tuple[list[float], list[float]] = ([], [])
    for _ in range(REQUESTS):
        for fetch, stored in zip((empty, work), times, strict=True):
            begun = time.process_time()
            fetch()
            stored.append((time.process_time() - begun) * 1000)
    return times[0][5:], times[1][5:]


def _bulk(people: list["User"]) -> float:
    from creditdesk import services
    from creditdesk.models import Case

    manager, to, other = people[:3]
    pending = Case.objects.filter(advisor=other).unclaimed().order_by("pk").values_list("pk", flat=True)
    begun = time.perf_counter()
    result = services.assign_many(cases=dict.fromkeys(pending[:BULK]), to=to, by=manager)
    seconds = time.perf_counter() - begun
    if len(result.done) != BULK:
        raise SystemExit(f"only {len(result.done)} of {BULK} cases were assigned: {result.conflicts}")
    return seconds


def fill(database: Path, cases: int, assessments: int, people: list[int]) -> None:
    """Cases of all advisors over half a year, most decided, some in each queue."""
    manager, *advisors = people
    keys = range(1, cases + 1)
    pending = [key for key in keys if key % 100 >= DECIDED]
    with closing(sqlite3.connect(database)) as connection, connection:
        connection.execute("PRAGMA foreign_keys = OFF")
        store = partial(_store, connection)
        _applications(store, keys, advisors, manager)
        _assessments(store, cases, assessments, manager)
        _decisions(store, keys, pending, advisors)
        _casework(store, pending, advisors)
        connection.execute("ANALYZE")


def _store(connection: sqlite3.Connection, table: str, columns: str, rows: Iterator[Row]) -> None:
    marks = ", ".join("?" * len(columns.split(",")))
    connection.executemany(f"INSERT INTO creditdesk_{table} ({columns}) VALUES ({marks})", rows)  # noqa: S608


def _days_ago(days: float) -> str:
    return (datetime.now(UTC) - timedelta(days=days)).strftime("%Y-%m-%d %H:%M:%S")


def _applications(store: Store, keys: Sequence[int], advisors: Sequence[int], manager: int) -> None:
    """A client and a case each; of every thousand cases one is shared."""
    store("client", "id, name", ((key, "") for key in keys))
    shared = (_days_ago(0), manager)
    store(
        "case",
        "id, reference, client_id, advisor_id, origin, submitted_at, contract_type, amount_credit,"
        " latest_assessment_id, shared_at, shared_by_id",
        (
            (
                *(key, str(100_000 + key), key, advisors[key % ADVISORS], "imported"),
                *(_days_ago(1 + 180 * key / len(keys)), "Cash loans", 50_000 + key % 900_000, key),
                *(shared if key % 1000 == 7 else (None, None)),
            )
            for key in keys
        ),
    )


def _assessments(store: Store, cases: int, assessments: int, manager: int) -> None:
    """The first of each case, then further ones in turn."""
    probability = np.random.default_rng(0).beta(1, 11, assessments).tolist()
    assessed_at = _days_ago(1)
    store(
        "assessment",
        "id, case_id, model_version, model_digest, profile_digest, inputs, features, contributions,"
        " probability, threshold, verdict, refer_reason, missing, reasons, assessed_by_id, assessed_at,"
        " request_id",
        (
            (
                *(key, (key - 1) % cases + 1, "v", "d", "p", "{}", "", "", p, 0.08),
                *("refuse" if p >= 0.08 else "accept", "", "[]", "[]", manager, assessed_at, ""),
            )
            for key, p in enumerate(probability, 1)
        ),
    )


def _decisions(store: Store, keys: Sequence[int], pending: Sequence[int], advisors: Sequence[int]) -> None:
    """Acceptances of all cases that are not pending; of those, some wait for a second person."""
    columns = (
        "id, outcome, status, is_override, reason_code, reason, decided_at, check_reason, assessment_id,"
        " case_id, decided_by_id, needs_checker"
    )
    final_at, proposed_at = _days_ago(0.5), _days_ago(0.1)
    final = (
        (key, "accept", "final", 0, "", "", final_at, "", key, key, advisors[key % ADVISORS], 0)
        for key in keys
        if key % 100 < DECIDED
    )
    proposed = (
        (
            *(key, "accept", "proposed", 1, "income", "Payslips.", proposed_at, "", key, key),
            *(advisors[key % ADVISORS], 1),
        )
        for key in pending[::1000]
    )
    store("decision", columns, final)
    store("decision", columns, proposed)


def _casework(store: Store, pending: Sequence[int], advisors: Sequence[int]) -> None:
    """Claims, escalations and snoozes of some of the pending cases."""
    at, until_on = _days_ago(0.1), _days_ago(-5)[:10]
    claims = ((key, advisors[key % ADVISORS], at) for key in pending[1::300])
    store("claim", "case_id, held_by_id, claimed_at", claims)
    escalations = ((key, "Too much.", at, "", advisors[key % ADVISORS]) for key in pending[2::1000])
    store("escalation", "case_id, reason, escalated_at, answer, escalated_by_id", escalations)
    snoozes = ((key, until_on, "Payslips.", at, advisors[key % ADVISORS]) for key in pending[3::500])
    store("snooze", "case_id, until_on, reason, snoozed_at, snoozed_by_id", snoozes)


if __name__ == "__main__":
    parser = ArgumentParser()
    parser.add_argument("--cases", type=int, default=300_000)
    parser.add_argument("--assessments", type=int, default=500_000)
    arguments = parser.parse_args()
    main(arguments.cases, arguments.assessments)
