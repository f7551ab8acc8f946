"""Backups: a folder with database, models, drift reports and anchor, and its verified restoration."""

from creditdesk.backup.create import create_backup, prune
from creditdesk.backup.manifest import BackupError
from creditdesk.backup.restore import restore_backup

__all__ = ["BackupError", "create_backup", "prune", "restore_backup"]
