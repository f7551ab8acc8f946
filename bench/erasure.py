"""Erasing 1,000 clients: what is left of their names, and whether the log stays valid.

python -m bench.erasure. A demo desk of its own among the temporary files, with a note that names each client.
Counts the bytes of their names in the database, in backups made before and after, and in the log.
"""

import json
import os
import subprocess
import sys
import tempfile
from contextlib import closing
from pathlib import Path
from sqlite3 import connect
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
CHOICE = """
import json, time
from django.db import transaction
from accounts.models import User
from creditdesk import services
from creditdesk.models import Case
from creditdesk.services.personal_data.erased_copies import overwrite_deleted
from creditdesk.services.personal_data.erasure import erase_client
bearers = {}
# Retention has erased some of the demo.
cases = Case.objects.filter(client__erasure=None)
for case in cases.select_related("client", "advisor", "profile").order_by("pk"):
    bearers.setdefault(case.client.name, []).append(case)
# Of people with the same name all are erased, or none.
chosen, clients = [], {}
for same in bearers.values():
    of_name = {case.client_id: case.client for case in same}
    if len(clients) + len(of_name) <= 1_000:
        chosen += same
        clients |= of_name
"""
WORK = """
with transaction.atomic():
    for case in chosen:
        services.add_note(case=case, text=f"{case.client.name} brings the payslips.", by=case.advisor)
names = {case.client.name for case in chosen}
print(json.dumps([sorted(names), sorted(bearers.keys() - names)]))
"""
ERASE = """
by, approved_by = (User.objects.get(username=name) for name in ("manager", "admin"))
begun = time.perf_counter()
for client in clients.values():
    erase_client(client=client, by=by, approved_by=approved_by)
overwrite_deleted()
print(json.dumps([len(clients), time.perf_counter() - begun]))
"""


class Desk:
    """A desk among the temporary files; its commands log into one file."""

    def __init__(self, place: Path) -> None:
        self.place, self.database, self.log = place, place / "desk.sqlite3", place / "desk.log"
        self.environment = os.environ | {
            "DATABASE_URL": f"sqlite:///{self.database}",
            "AUDIT_ANCHOR": str(place / "audit.anchor"),
            "HTTPS": "false",
            "REQUIRE_MFA": "false",
            "BLIND_SHARE": "0",
            "OMP_NUM_THREADS": "1",
        }

    def manage(self, *arguments: str) -> str:
        with self.log.open("ab") as log:
            command = [sys.executable, "manage.py", *arguments]
            done = subprocess.run(
                command, cwd=ROOT, env=self.environment, stdout=subprocess.PIPE, stderr=log, check=True
            )
        return done.stdout.decode().strip()

    def run(self, code: str) -> Any:
        return json.loads(self.manage("shell", "-v0", "-c", CHOICE + code).splitlines()[-1])

    def backup(self) -> bytes:
        """What SQLite's online backup gives."""
        copy = self.place / "copy.sqlite3"
        copy.unlink(missing_ok=True)
        with closing(connect(self.database)) as live, closing(connect(copy)) as target:
            live.backup(target)
        return copy.read_bytes()

    def files(self) -> bytes:
        return b"".join(path.read_bytes() for path in self.place.glob(f"{self.database.name}*"))


def left_of(names: list[str], remaining: list[str], content: bytes) -> int:
    """Bytes of names, as written and in small letters, outside the names that are still somebody's.

    The index of names has theirs without hyphens.
    """
    for name in remaining:
        for spelling in (name, name.casefold(), name.casefold().replace("-", " ")):
            content = content.replace(spelling.encode(), b"-")
    spellings = {spelling.encode() for name in names for spelling in (name, name.casefold())}
    return sum(content.count(spelling) * len(spelling) for spelling in spellings)


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="bench-erasure-") as folder:
        desk = Desk(Path(folder))
        desk.manage("demo")
        names, remaining = desk.run(WORK)
        before = desk.backup()
        erased, seconds = desk.run(ERASE)
        print(f"{erased} clients erased in {seconds:.1f} s")
        contents = {"database files": desk.files(), "backup made afterwards": desk.backup()}
        contents["log"] = desk.log.read_bytes()
        for place, content in contents.items():
            print(f"bytes of their names in the {place}: {left_of(names, remaining, content)}")
        written = sum(before.count(name.encode()) for name in names)
        print(f"names as written in a backup made before: {written}")
        print(desk.manage("verify_audit"))
        print(desk.manage("replay_assessments"))


if __name__ == "__main__":
    main()
