"""Manifest of a backup: digests of its files, rows by table and the head of the log, sealed."""

import hmac
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final, Self

from accounts.audit.chain import key_id
from accounts.audit.keys import key_ring

FORMAT: Final = "creditdesk-backup-1"
MANIFEST: Final = "manifest.json"


class BackupError(Exception):
    """The backup could not be made, or is not one to restore; the message says why."""


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file of the backup as it lies on the disk, encrypted where the backup is."""

    sha256: str
    size: int


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The database at the moment of the backup: rows by table, applied migrations, head of the log."""

    tables: Mapping[str, int]
    migrations: list[str]
    sequence: int
    own_hash: str


@dataclass(frozen=True, slots=True)
class Manifest:
    made_at: str
    vendor: str
    encryption: str
    snapshot: Snapshot
    files: Mapping[str, StoredFile]
    # Names of the audit keys that the restored log is verified with; they say nothing of the keys.
    audit_keys: list[str] = field(default_factory=lambda: [key_id(key) for key in key_ring()])

    def write(self, folder: Path) -> None:
        content = {"format": FORMAT, **asdict(self)}
        text = json.dumps({**content, "seal": _seal(content, key_ring()[0])}, indent=1, sort_keys=True)
        (folder / MANIFEST).write_text(text + "\n", encoding="utf-8")

    @classmethod
    def read(cls, folder: Path) -> Self:
        """Raise BackupError for a folder without a manifest, or one that these audit keys did not seal."""
        content = _content(folder / MANIFEST)
        seal = str(content.pop("seal", ""))
        if not any(hmac.compare_digest(seal, _seal(content, key)) for key in key_ring()):
            raise BackupError(
                f"{folder / MANIFEST} was altered, or sealed with an AUDIT_KEY that the settings lack"
                f" (the backup names {', '.join(content.get('audit_keys', []))})"
            )
        files = {name: StoredFile(**file) for name, file in content["files"].items()}
        snapshot = Snapshot(**content["snapshot"])
        names = ("made_at", "vendor", "encryption", "audit_keys")
        return cls(files=files, snapshot=snapshot, **{name: content[name] for name in names})


def _content(path: Path) -> dict[str, Any]:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise BackupError(f"{path.parent} is no complete backup: it has no {MANIFEST}") from error
    except (OSError, ValueError) as error:
        raise BackupError(f"{path} cannot be read: {error}") from error
    if not isinstance(content, dict) or content.get("format") != FORMAT:
        raise BackupError(f"{path} is not of the format {FORMAT}")
    return content


def _seal(content: Mapping[str, Any], key: str) -> str:
    text = json.dumps(content, sort_keys=True, separators=(",", ":"))
    return hmac.digest(key.encode(), f"backup\n{text}".encode(), "sha256").hex()
