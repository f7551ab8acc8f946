import gc
import weakref

import pytest
from django.db import connection

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
