import gc
import threading
import weakref

import pytest
from django.db import connection, connections

from accounts.models import User
from accounts.prepared_queries import ANYBODY, ANYTHING, Prepared, PreparedObjects, PreparedRows, RowCount
from accounts.roles import Role
from creditdesk.models import Case

pytestmark = pytest.mark.django_db


def test_objects_are_those_of_the_query_with_their_relations(case_of, person, django_assert_num_queries):
    query = PreparedObjects[Case](
        lambda reference: Case.objects.select_related("advisor").filter(reference=reference),
        "a reference",
    )
    cases = [case_of("advisor"), case_of("colleague")]
    for case in cases:
        with django_assert_num_queries(1):
            (read,) = query.all(case.reference)
            identity = (read.pk, read.advisor.username)
        assert identity == (case.pk, case.advisor.username)
    assert query.all("no such reference") == []


def test_how_a_column_is_read_is_found_out_once(case_of, monkeypatch):
    query = PreparedObjects[Case](lambda pk: Case.objects.select_related("client").filter(pk=pk), ANYTHING)
    case = Case.objects.get(pk=case_of("advisor", name="Ada Lovelace").pk)
    query.all(ANYTHING)
    requested = []

    def converters_of(expression):
        requested.append(expression)
        return []

    monkeypatch.setattr(connection.ops, "get_db_converters", converters_of)
    (read,) = query.all(case.pk)
    # As the database and the key of the client give them back, not as they are stored.
    assert (read.client.name, read.amount_credit) == ("Ada Lovelace", case.amount_credit)
    assert read.submitted_at == case.submitted_at
    assert requested == []


def test_a_row_that_changed_is_read_as_it_is_now(person):
    query = PreparedRows(lambda pk: User.objects.filter(pk=pk).values_list("first_name"), ANYBODY)
    advisor = person("advisor")
    for name in ("Anna", "Boris"):
        User.objects.filter(pk=advisor.pk).update(first_name=name)
        assert query.all(advisor.pk) == [(name,)]
    assert query.all(ANYBODY) == []


def test_a_query_that_selects_nothing_for_certain_gives_no_rows(case_of):
    analyst = User(pk=1, role=Role.ANALYST)
    assert PreparedObjects[Case](lambda: Case.objects.visible_to(analyst)).all() == []
    assert Prepared(lambda: Case.objects.visible_to(analyst).values_list("pk")).first() is None


class Counted(RowCount):
    """Nobody else counts by this name."""


def test_the_tree_of_a_query_does_not_stay_once_its_sql_is_written(person):
    trees = []

    def rows(pk):
        users = User.objects.filter(pk=pk).values_list("username", Counted(Case.objects.values("pk")))
        trees.append(weakref.ref(users.query))
        return users

    query = PreparedRows(rows, ANYBODY)
    advisor = person("advisor")
    assert query.all(advisor.pk) == query.all(advisor.pk) == [(advisor.username, 0)]
    gc.collect()
    assert [tree() for tree in trees] == [None]
    assert not any(isinstance(thing, Counted) for thing in gc.get_objects())


def test_rows_are_counted(case_of, person):
    case_of("advisor")
    case_of("advisor")
    query = Prepared(
        lambda pk: User.objects.filter(pk=pk).values_list(RowCount(Case.objects.values("pk"))), ANYBODY
    )
    assert query.first(person("advisor").pk) == (2,)


@pytest.mark.django_db(transaction=True)
def test_threads_share_what_is_written_and_each_reads_by_its_own_connection(case_of):
    written: list[str] = []
    used: list[list[object]] = []
    read: list[tuple[object, ...]] = []

    def cases(reference):
        written.append(reference)
        return Case.objects.select_related("advisor").filter(reference=reference)

    marker = "a reference"
    rows = PreparedRows(lambda reference: cases(reference).values_list("pk", "submitted_at"), marker)
    objects = PreparedObjects[Case](cases, marker)
    case = Case.objects.get(pk=case_of("advisor").pk)

    def look():
        def noted(execute, sql, parameters, many, context):
            used[-1].append(context["connection"])
            return execute(sql, parameters, many, context)

        used.append([])
        with connection.execute_wrapper(noted):
            (there,) = objects.all(case.reference)
            read.append((rows.all(case.reference), there, there.advisor))
        used[-1].append(connections["default"])
        connection.close()

    for _ in range(3):
        thread = threading.Thread(target=look)
        thread.start()
        thread.join()
    assert read == [([(case.pk, case.submitted_at)], case, case.advisor)] * 3
    assert written == [marker] * 2
    assert [len(set(map(id, of_thread))) for of_thread in used] == [1, 1, 1]
    assert len({id(of_thread[0]) for of_thread in used}) == 3
