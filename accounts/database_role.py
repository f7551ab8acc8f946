"""Rights of the database role that serves the desk: on PostgreSQL, apart from the role that owns the tables.

What the triggers of `append_only` keep from everybody, the rights keep from the runtime role a second time;
and who owns no table can neither drop a trigger nor disable one.
"""

from typing import Any, Final

from django.db import transaction
from django.db.backends.base.base import BaseDatabaseWrapper

READ: Final = "SELECT"
ADD: Final = "SELECT, INSERT"
CHANGE: Final = "SELECT, INSERT, UPDATE"
WORK: Final = "SELECT, INSERT, UPDATE, DELETE"


class RoleRefused(Exception):
    """The role may too much for a runtime role; the message says what."""


def grant_to(role: str, connection: BaseDatabaseWrapper) -> dict[str, str]:
    """Give a role what serving needs and take everything else from it; its rights by table."""
    _refuse_powerful(role, connection)
    quote = connection.ops.quote_name
    rights = _rights(connection)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("REVOKE CREATE ON SCHEMA public FROM PUBLIC")
        cursor.execute(f"REVOKE ALL ON SCHEMA public FROM {quote(role)}")
        cursor.execute(f"REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {quote(role)}")
        cursor.execute(f"REVOKE ALL ON ALL SEQUENCES IN SCHEMA public FROM {quote(role)}")
        cursor.execute(f"GRANT USAGE ON SCHEMA public TO {quote(role)}")
        cursor.execute(f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {quote(role)}")
        for table, granted in rights.items():
            cursor.execute(f"GRANT {granted} ON {quote(table)} TO {quote(role)}")
    return rights


def _rights(connection: BaseDatabaseWrapper) -> dict[str, str]:
    """What serving needs on each table, by the triggers that guard it."""
    triggers = {name for (name,) in _rows(connection, "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal")}
    rights = {}
    for table in connection.introspection.table_names():
        if table == "django_migrations":
            rights[table] = READ
        elif f"{table}_no_update" in triggers:
            rights[table] = ADD
        else:
            rights[table] = CHANGE if f"{table}_no_delete" in triggers else WORK
    return rights


def _refuse_powerful(role: str, connection: BaseDatabaseWrapper) -> None:
    attributes = _rows(
        connection,
        "SELECT rolsuper OR rolcreaterole OR rolcreatedb OR rolreplication OR rolbypassrls FROM pg_roles"
        " WHERE rolname = %s",
        [role],
    )
    if not attributes:
        raise RoleRefused(f"there is no database role {role}: the owner of the server makes it first")
    if attributes[0][0]:
        raise RoleRefused(f"the database role {role} is a superuser, or may make roles or databases")
    owners = _rows(
        connection,
        "SELECT DISTINCT tableowner FROM pg_tables"
        " WHERE schemaname = 'public' AND pg_has_role(%s, tableowner, 'MEMBER')"
        " UNION SELECT rolname FROM pg_roles WHERE rolname LIKE 'pg\\_%%' AND rolname <> 'pg_database_owner'"
        " AND pg_has_role(%s, oid, 'MEMBER')",
        [role, role],
    )
    if owners:
        names = ", ".join(sorted(name for (name,) in owners))
        raise RoleRefused(
            f"the database role {role} is, or belongs to, {names}: the runtime role owns nothing"
        )


def _rows(connection: BaseDatabaseWrapper, query: str, values: Any = None) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query, values)
        return list(cursor.fetchall())
