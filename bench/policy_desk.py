"""The policy desk on many assessments: reading the columns, comparing two policies, answering a slider.

python -m bench.policy_desk [--assessments N]: on a database of its own, filled past the desk with drawn
cases of five model versions. Seconds of the wall clock and of the processor; the floor is the same query
read by SQLite alone.
"""

import sqlite3
import time
from argparse import ArgumentParser
from collections.abc import Callable
from contextlib import closing
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np

from bench.desk import empty_desk

FLOOR = (
    "SELECT a.id, a.probability, c.amount_credit, c.contract_type, m.sex FROM creditdesk_assessment a "
    "JOIN creditdesk_case c ON c.latest_assessment_id = a.id "
    "LEFT JOIN creditdesk_monitoringrecord m ON m.case_id = c.id ORDER BY a.id DESC"
)


def timed(name: str, work: Callable[[], Any]) -> Any:
    begun, begun_cpu = time.perf_counter(), time.process_time()
    result = work()
    wall, cpu = time.perf_counter() - begun, time.process_time() - begun_cpu
    print(f"{name:40}{wall:8.2f} s{cpu:8.2f} s of processor time", flush=True)
    return result


def main(assessments: int) -> None:
    with empty_desk(BLIND_SHARE="0") as database:
        _measure(database, assessments)


def _measure(database: Path, assessments: int) -> None:
    from django.core.management import call_command
    from django.test import Client

    from accounts.models import User
    from creditdesk.cases.scored_columns import Selection, forget, scored_columns
    from creditdesk.pages.policy.comparison import PolicyComparison
    from creditdesk.services.policy import PolicyTerms, propose_policy, publish_policy
    from scoring.ml.metrics.policy_comparison import Assumptions

    call_command("migrate", verbosity=0)
    manager = User.objects.create_user("manager", role="manager")
    _fill(database, assessments, manager.pk)
    with closing(sqlite3.connect(database)) as connection:
        timed("floor: the query by SQLite alone", lambda: connection.execute(FLOOR).fetchall())
    selection = Selection(last=assessments)
    columns = timed("columns read into NumPy", lambda: scored_columns(selection))
    print(f"{'assessments':40}{len(columns):8,}")
    current, proposed = (
        PolicyTerms(
            cost_fn=10,
            cost_fp=1,
            threshold_rule="chosen",
            accept_below=low,
            refuse_from=high,
            second_person_above=Decimal(0),
        )
        for low, high in ((0.08, 0.08), (0.06, 0.12))
    )

    def compare() -> None:
        compared = PolicyComparison(current, proposed, selection, Assumptions(), manager)
        _ = compared.total, compared.cells, compared.tables

    timed("two policies compared", compare)
    reason = "Drawn cases need a policy to be compared with."
    policy = propose_policy(terms=current, based_on=None, reason=reason, by=manager)
    admin = User.objects.create_user("admin", role="admin")
    publish_policy(policy=policy, reason=reason, by=admin)
    browser = Client()
    browser.force_login(manager)
    query = {"last": str(assessments), "threshold_rule": "chosen", "threshold": "9"}
    # Opened before, as on a desk that runs: what is imported and compiled once is no part of an answer.
    browser.get("/policy/desk/", {"last": "1"})
    forget()
    timed("page, first answer", lambda: browser.get("/policy/desk/", query))
    query["threshold"] = "9.5"
    answer = timed(
        "a slider moved", lambda: browser.get("/policy/desk/", query, headers={"HX-Request": "true"})
    )
    if f'data-cases="{assessments}"' not in answer.content.decode():
        raise SystemExit("the desk compared other cases than these")


def _fill(database: Path, assessments: int, manager: int) -> None:
    rng = np.random.default_rng(0)
    probability = rng.beta(1, 11, assessments).tolist()
    credit = rng.integers(50, 2_000, assessments).tolist()
    keys = range(1, assessments + 1)
    with closing(sqlite3.connect(database)) as connection, connection:
        connection.execute("PRAGMA foreign_keys = OFF")
        connection.executemany(
            "INSERT INTO creditdesk_client (id, name) VALUES (?, '')", ((key,) for key in keys)
        )
        connection.executemany(
            "INSERT INTO creditdesk_assessment (id, case_id, model_version, model_digest, profile_digest,"
            " inputs, features, contributions, probability, threshold, verdict, refer_reason, missing,"
            " reasons, assessed_by_id, assessed_at, request_id)"
            " VALUES (?, ?, ?, 'd', 'p', '{}', '', '', ?, 0.08, ?, '', '[]', '[]', ?,"
            " '2026-11-01 08:00:00', '')",
            (
                (key, key, f"v{key % 5}", p, "refuse" if p >= 0.08 else "accept", manager)
                for key, p in zip(keys, probability, strict=True)
            ),
        )
        connection.executemany(
            "INSERT INTO creditdesk_case (id, reference, client_id, advisor_id, origin, submitted_at,"
            " contract_type, amount_credit, latest_assessment_id) VALUES"
            " (?, ?, ?, ?, 'demo', '2026-11-01 08:00:00', ?, ?, ?)",
            (
                (key, str(key), key, manager, "Cash loans" if key % 10 else "Revolving loans", 1000 * k, key)
                for key, k in zip(keys, credit, strict=True)
            ),
        )
        connection.executemany(
            "INSERT INTO creditdesk_monitoringrecord (case_id, sex, family_status) VALUES (?, ?, '')",
            ((key, "F" if key % 3 else "M") for key in keys),
        )


if __name__ == "__main__":
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--assessments", type=int, default=300_000)
    main(parser.parse_args().assessments)
