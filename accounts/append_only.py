"""Tables whose rows are added and never changed: refused in code here, and in the database by triggers."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, NoReturn, TypeVar

from django.apps.registry import Apps
from django.db import models, router
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations import RunPython
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState, StateApps

Row = TypeVar("Row", bound=models.Model, covariant=True)


class AppendOnlyError(Exception):
    """Somebody tried to change or remove a row of a table that only grows."""


class AppendOnlyQuerySet(models.QuerySet[Row]):
    def _refuse(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise AppendOnlyError(f"{self.model._meta.db_table} is append-only: its rows cannot be changed")

    update = delete = bulk_update = _refuse


class AppendOnly(models.Model):
    """A row that is written once. The triggers of `forbid_changes` are the other half of the promise."""

    objects = AppendOnlyQuerySet.as_manager()

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise AppendOnlyError(f"{self._meta.db_table} is append-only: row {self.pk} cannot be changed")
        super().save(*args, **{**kwargs, "force_insert": True})

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise AppendOnlyError(f"{self._meta.db_table} is append-only: row {self.pk} cannot be deleted")


class ChangeTriggers(RunPython):
    """The migration operation of a function that reads no model.

    `RunPython` renders every model as it was before it, which takes longer than the function itself.
    """

    def database_forwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        if router.allow_migrate(schema_editor.connection.alias, app_label, **self.hints):
            self.code(StateApps([], {}), schema_editor)


def forbid_changes(
    table: str, *, verbs: Sequence[str] = ("UPDATE", "DELETE"), keys: Sequence[str] = ("id",)
) -> ChangeTriggers:
    """The migration operation that makes the database itself refuse `verbs` on `table`.

    SQLite rebuilds a table, and so drops its triggers, when a migration alters it: repeat this operation
    after such a migration. `keys` are the unique columns that INSERT OR REPLACE could take over there.
    """

    def forbid(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
        allow(apps, schema_editor)
        triggers = _postgresql_triggers if _is_postgresql(schema_editor) else _sqlite_triggers
        for statement in triggers(table, verbs, keys):
            schema_editor.execute(statement, params=None)

    def allow(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
        on_table = f" ON {table}" if _is_postgresql(schema_editor) else ""
        for verb in ("update", "delete", "replace"):
            schema_editor.execute(f"DROP TRIGGER IF EXISTS {table}_no_{verb}{on_table}")

    return ChangeTriggers(forbid, allow, elidable=False)


def forbid_column_changes(table: str, *columns: str, once: tuple[str, ...] = ()) -> ChangeTriggers:
    """The migration operation that makes the database refuse another value in `columns`.

    `once` are columns that are filled together, by one later act: the first of them is NULL until then, and
    none changes afterwards. Repeat this operation like `forbid_changes`.
    """

    def forbid(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
        allow(apps, schema_editor)
        differs = "IS DISTINCT FROM" if _is_postgresql(schema_editor) else "IS NOT"
        changed = [f"OLD.{column} {differs} NEW.{column}" for column in columns]
        changed += [f"OLD.{once[0]} IS NOT NULL AND OLD.{column} {differs} NEW.{column}" for column in once]
        condition = " OR ".join(f"({change})" for change in changed)
        refusal = (
            "FOR EACH ROW WHEN ({}) EXECUTE FUNCTION refuse_change()"
            if _is_postgresql(schema_editor)
            else f"WHEN {{}} BEGIN SELECT RAISE(ABORT, '{table} is append-only: UPDATE refused'); END"
        ).format(condition)
        schema_editor.execute(
            f"CREATE TRIGGER {table}_no_rewrite BEFORE UPDATE ON {table} {refusal}", params=None
        )

    def allow(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
        on_table = f" ON {table}" if _is_postgresql(schema_editor) else ""
        schema_editor.execute(f"DROP TRIGGER IF EXISTS {table}_no_rewrite{on_table}")

    return ChangeTriggers(forbid, allow, elidable=False)


@contextmanager
def rewriting(tables: Sequence[str], schema_editor: BaseDatabaseSchemaEditor) -> Iterator[None]:
    """Lift the triggers of these tables for a migration that rewrites stored values, in its transaction.

    Such a migration verifies the rows first and seals them again: see `accounts.audit.coverage`.
    """
    if _is_postgresql(schema_editor):
        # Checks that wait for the end of the transaction would keep a table from being altered.
        schema_editor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for table in tables:
            schema_editor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        yield
        schema_editor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for table in tables:
            schema_editor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
        schema_editor.execute("SET CONSTRAINTS ALL DEFERRED")
        return
    with _without_triggers(schema_editor, tables):
        yield


class KeepTriggers(Operation):
    """Migration operations that alter tables, with every trigger of the database put back after them.

    SQLite rebuilds a table that a constraint is added to or removed from: that drops its triggers, and fails
    where a trigger of another table names it.
    """

    reduces_to_sql = False

    def __init__(self, *operations: Operation) -> None:
        self.operations = operations

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        for operation in self.operations:
            operation.state_forwards(app_label, state)

    def database_forwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        with _without_triggers(schema_editor):
            for operation, before, after in self._steps(app_label, from_state):
                operation.database_forwards(app_label, schema_editor, before, after)

    def database_backwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        with _without_triggers(schema_editor):
            for operation, before, after in reversed(self._steps(app_label, to_state)):
                operation.database_backwards(app_label, schema_editor, after, before)

    def _steps(
        self, app_label: str, state: ProjectState
    ) -> list[tuple[Operation, ProjectState, ProjectState]]:
        """Each operation with the state before and after it."""
        steps = []
        for operation in self.operations:
            before, state = state, state.clone()
            operation.state_forwards(app_label, state)
            steps.append((operation, before, state))
        return steps


@contextmanager
def _without_triggers(
    schema_editor: BaseDatabaseSchemaEditor, tables: Sequence[str] | None = None
) -> Iterator[None]:
    """Lift the triggers of these tables, or all of them, on SQLite; PostgreSQL alters a table in place."""
    if _is_postgresql(schema_editor):
        yield
        return
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("SELECT name, tbl_name, sql FROM sqlite_master WHERE type = 'trigger'")
        triggers = cursor.fetchall()
    lifted = [(name, sql) for name, table, sql in triggers if tables is None or table in tables]
    for name, _ in lifted:
        schema_editor.execute(f"DROP TRIGGER {name}")
    yield
    for _, statement in lifted:
        schema_editor.execute(statement, params=None)


def forbid_insert(table: str, name: str, condition: str, message: str) -> ChangeTriggers:
    """The migration operation that makes the database refuse a new row NEW for which `condition` holds, a
    query over other tables that a constraint cannot express. Repeat this operation like `forbid_changes`."""
    return _forbid_where("INSERT", table, name, condition, message)


def forbid_update(table: str, name: str, condition: str, message: str) -> ChangeTriggers:
    """The same for a change of a row OLD into NEW."""
    return _forbid_where("UPDATE", table, name, condition, message)


def _forbid_where(verb: str, table: str, name: str, condition: str, message: str) -> ChangeTriggers:
    trigger = f"{table}_{name}"

    def forbid(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
        allow(apps, schema_editor)
        if _is_postgresql(schema_editor):
            schema_editor.execute(
                f"CREATE OR REPLACE FUNCTION {trigger}() RETURNS trigger LANGUAGE plpgsql AS $$ "
                f"BEGIN IF {condition} THEN RAISE EXCEPTION '{message}' "
                "USING ERRCODE = 'check_violation'; END IF; RETURN NEW; END $$",
                params=None,
            )
            refusal = f"FOR EACH ROW EXECUTE FUNCTION {trigger}()"
        else:
            refusal = f"WHEN {condition} BEGIN SELECT RAISE(ABORT, '{message}'); END"
        schema_editor.execute(f"CREATE TRIGGER {trigger} BEFORE {verb} ON {table} {refusal}", params=None)

    def allow(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
        on_table = f" ON {table}" if _is_postgresql(schema_editor) else ""
        schema_editor.execute(f"DROP TRIGGER IF EXISTS {trigger}{on_table}")

    return ChangeTriggers(forbid, allow, elidable=False)


def _is_postgresql(schema_editor: BaseDatabaseSchemaEditor) -> bool:
    return schema_editor.connection.vendor == "postgresql"


def _sqlite_triggers(table: str, verbs: Sequence[str], keys: Sequence[str]) -> list[str]:
    taken = " OR ".join(f"{key} = NEW.{key}" for key in keys)
    refusals = [
        (f"{table}_no_{verb.lower()}", f"BEFORE {verb} ON {table}", f"{table} is append-only: {verb} refused")
        for verb in verbs
    ]
    refusals.append(
        (
            f"{table}_no_replace",
            f"BEFORE INSERT ON {table} WHEN EXISTS (SELECT 1 FROM {table} WHERE {taken})",  # noqa: S608
            f"{table} is append-only: this row exists already",
        )
    )
    return [
        f"CREATE TRIGGER {name} {event} BEGIN SELECT RAISE(ABORT, '{message}'); END"
        for name, event, message in refusals
    ]


def _postgresql_triggers(table: str, verbs: Sequence[str], keys: Sequence[str]) -> list[str]:
    refuse = """
        CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN RAISE EXCEPTION '% is append-only: % refused', TG_TABLE_NAME, TG_OP; END $$
    """
    events = {"UPDATE": "UPDATE", "DELETE": "DELETE OR TRUNCATE"}
    return [
        refuse,
        *(
            f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {events[verb]} ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
            for verb in verbs
        ),
    ]
