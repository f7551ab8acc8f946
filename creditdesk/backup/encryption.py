"""Encryption of a backup's files in the format of age (age-encryption.org/v1), streamed.

A passphrase locks a key pair made for this backup alone (`identity.age`, which `age -d` opens too): what age
encrypts with a passphrase directly would have to fit into memory.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Final, Self

import pyrage

from creditdesk.backup.manifest import BackupError

IDENTITY: Final = "identity.age"
SUFFIX: Final = ".age"


@dataclass(frozen=True)
class Lock:
    """The public keys that a backup is encrypted for; none, and it stays as it is."""

    recipients: tuple[Any, ...] = ()
    # The identity that the passphrase opens, encrypted with it.
    identity: bytes = b""

    @classmethod
    def of(cls, recipient: str = "", passphrase: str = "") -> Self:
        """Raise BackupError for a recipient that is no public key of age."""
        if recipient and passphrase:
            raise BackupError("Give a recipient or a passphrase, not both.")
        if passphrase:
            made = pyrage.x25519.Identity.generate()
            return cls((made.to_public(),), pyrage.passphrase.encrypt(f"{made}\n".encode(), passphrase))
        try:
            names = [name.strip() for name in recipient.split(",") if name.strip()]
            return cls(tuple(map(pyrage.x25519.Recipient.from_str, names)))
        except pyrage.RecipientError as error:
            raise BackupError(f"{recipient} is no public key of age (age1...): {error}") from error

    @property
    def name(self) -> str:
        if not self.recipients:
            return "none"
        return "passphrase" if self.identity else "recipient"

    def encrypt(self, source: BinaryIO, target: Any) -> None:
        pyrage.encrypt_io(source, target, list(self.recipients))


@dataclass(frozen=True)
class Key:
    """The private keys that open a backup."""

    identities: tuple[Any, ...]

    @classmethod
    def of(cls, folder: Path, identity: Path | None, passphrase: str) -> Self:
        """Raise BackupError when neither fits this backup."""
        try:
            if identity is not None:
                return cls(_identities_in(identity.read_text(encoding="utf-8")))
            if passphrase and (folder / IDENTITY).exists():
                opened = pyrage.passphrase.decrypt((folder / IDENTITY).read_bytes(), passphrase)
                return cls(_identities_in(opened.decode()))
        except pyrage.DecryptError as error:
            raise BackupError(f"The passphrase does not open this backup: {error}") from error
        except (OSError, pyrage.IdentityError) as error:
            raise BackupError(f"{identity} cannot be used: {error}") from error
        raise BackupError("This backup is encrypted: give --identity FILE or the passphrase that opens it.")

    def decrypt(self, source: BinaryIO, target: BinaryIO) -> None:
        try:
            pyrage.decrypt_io(source, target, list(self.identities))
        except pyrage.DecryptError as error:
            raise BackupError(f"The backup cannot be decrypted: {error}") from error


def _identities_in(text: str) -> tuple[Any, ...]:
    lines = [line.strip() for line in text.splitlines()]
    return tuple(
        pyrage.x25519.Identity.from_str(line) for line in lines if line.startswith("AGE-SECRET-KEY-")
    )
