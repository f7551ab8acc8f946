"""The mark of a pending case, which triggers of the database keep equal to what it follows from.

A case is pending unless a final decision accepts or refuses it, its client has withdrawn it, or the words
about its client were erased. Every queue begins with that: looked up in three tables for each case, it cost
most of the time of a list. The triggers write the mark with the row that changes it, whoever writes it.
"""

# ruff: noqa: S608 (no value from outside)

from django.apps.registry import Apps
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations import RunPython

# Of a row of cases with this name.
_PENDING = (
    "(NOT EXISTS (SELECT 1 FROM creditdesk_decision WHERE case_id = {case}.id AND status = 'final'"
    " AND outcome IN ('accept', 'refuse'))"
    " AND NOT EXISTS (SELECT 1 FROM creditdesk_withdrawal WHERE case_id = {case}.id AND reopened_at IS NULL)"
    " AND NOT EXISTS (SELECT 1 FROM creditdesk_erasure WHERE client_id = {case}.client_id))"
)
_OF_TABLE = _PENDING.format(case="creditdesk_case")
_OF_NEW = _PENDING.format(case="NEW")
# What changes the mark of cases: table, event, and the cases.
_CHANGES = (
    ("creditdesk_decision", "INSERT", "id = NEW.case_id"),
    ("creditdesk_decision", "UPDATE OF status, outcome", "id = NEW.case_id"),
    ("creditdesk_withdrawal", "INSERT", "id = NEW.case_id"),
    ("creditdesk_withdrawal", "UPDATE OF reopened_at", "id = NEW.case_id"),
    ("creditdesk_erasure", "INSERT", "client_id = NEW.client_id"),
)


def mark_pending_cases() -> RunPython:
    """The migration operation that marks the stored cases, and has the database keep the marks.

    SQLite drops the triggers of a table that a migration alters: repeat this operation after one that alters
    cases, decisions, withdrawals or erasures.
    """

    def mark(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
        leave(apps, schema_editor)
        schema_editor.execute(f"UPDATE creditdesk_case SET is_pending = {_OF_TABLE}", params=None)
        for statement in _postgresql() if _is_postgresql(schema_editor) else _sqlite():
            schema_editor.execute(statement, params=None)

    def leave(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
        for name, table in _names():
            on_table = f" ON {table}" if _is_postgresql(schema_editor) else ""
            schema_editor.execute(f"DROP TRIGGER IF EXISTS {name}{on_table}")

    return RunPython(mark, leave, elidable=False)


def _is_postgresql(schema_editor: BaseDatabaseSchemaEditor) -> bool:
    return schema_editor.connection.vendor == "postgresql"


def _name(table: str, event: str) -> str:
    return f"{table}_marks_{event.split()[0].lower()}"


def _names() -> list[tuple[str, str]]:
    own = [(f"creditdesk_case_marked_{verb}", "creditdesk_case") for verb in ("insert", "update")]
    return [*own, *((_name(table, event), table) for table, event, _cases in _CHANGES)]


def _sqlite() -> list[str]:
    update = (
        f"UPDATE creditdesk_case SET is_pending = {_OF_TABLE} WHERE {{cases}} AND is_pending <> {_OF_TABLE}"
    )
    wrong = {
        "INSERT": "NOT NEW.is_pending OR EXISTS"
        " (SELECT 1 FROM creditdesk_erasure WHERE client_id = NEW.client_id)",
        "UPDATE OF is_pending, client_id": f"NEW.is_pending <> {_OF_NEW}",
    }
    own = [
        f"CREATE TRIGGER {name} AFTER {event} ON {table} WHEN {condition}"
        f" BEGIN {update.format(cases='id = NEW.id')}; END"
        for (name, table), (event, condition) in zip(_names()[:2], wrong.items(), strict=True)
    ]
    return own + [
        f"CREATE TRIGGER {_name(table, event)} AFTER {event} ON {table}"
        f" BEGIN {update.format(cases=cases)}; END"
        for table, event, cases in _CHANGES
    ]


def _postgresql() -> list[str]:
    begin = "CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
    own = [
        f"{begin.format(name='creditdesk_case_marked')} NEW.is_pending := {_OF_NEW}; RETURN NEW; END $$",
        *(
            f"CREATE TRIGGER creditdesk_case_marked_{event.split()[0].lower()} BEFORE {event}"
            " ON creditdesk_case FOR EACH ROW EXECUTE FUNCTION creditdesk_case_marked()"
            for event in ("INSERT", "UPDATE OF is_pending, client_id")
        ),
    ]
    marks = [
        # Locked first: the statement after it sees what another transaction has committed meanwhile.
        f"{begin.format(name=_name(table, event))}"
        f" PERFORM 1 FROM creditdesk_case WHERE {cases} ORDER BY id FOR UPDATE;"
        f" UPDATE creditdesk_case SET is_pending = {_OF_TABLE} WHERE {cases} AND is_pending <> {_OF_TABLE};"
        " RETURN NULL; END $$"
        for table, event, cases in _CHANGES
    ]
    triggers = [
        f"CREATE TRIGGER {_name(table, event)} AFTER {event} ON {table}"
        f" FOR EACH ROW EXECUTE FUNCTION {_name(table, event)}()"
        for table, event, _cases in _CHANGES
    ]
    return own + marks + triggers
