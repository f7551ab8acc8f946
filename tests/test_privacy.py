"""The inventory of personal data names every column that can hold words, and what is encrypted is."""

import re
from pathlib import Path
from typing import Any

from django.apps import apps
from django.db import models

from creditdesk.encryption.fields import (
    EncryptedBinaryField,
    EncryptedJSONField,
    EncryptedTextField,
)
from creditdesk.retention_table import DEFAULTS

PAGE = (Path(__file__).resolve().parents[1] / "docs" / "privacy.md").read_text(encoding="utf-8")
ENCRYPTED = EncryptedBinaryField | EncryptedJSONField | EncryptedTextField
WORDS = (
    models.CharField,
    models.TextField,
    models.JSONField,
    models.BinaryField,
    models.FileField,
    models.GenericIPAddressField,
    models.UUIDField,
)
CLASSES = {"encrypted", "search", "figures", "staff", "technical"}


def inventory() -> list[tuple[str, str, str]]:
    """Table, column and class of every line."""
    lines = re.findall(r"^\| `(\w+)` \| (`.*`) \| (\w+) \|$", PAGE, flags=re.MULTILINE)
    return [
        (table, column, kind) for table, columns, kind in lines for column in re.findall(r"`(\w+)`", columns)
    ]


def columns() -> dict[tuple[str, str], "models.Field[Any, Any]"]:
    """Every column of text, JSON or bytes."""
    return {
        (model._meta.db_table, field.column): field
        for model in apps.get_models(include_auto_created=True)
        for field in model._meta.concrete_fields
        if isinstance(field, WORDS)
    }


def test_every_column_of_words_is_in_the_inventory_once():
    listed = [(table, column) for table, column, _ in inventory()]
    assert sorted(listed) == sorted(columns())


def test_the_inventory_calls_encrypted_what_is_encrypted():
    assert {kind for _, _, kind in inventory()} <= CLASSES
    named = {(table, column) for table, column, kind in inventory() if kind == "encrypted"}
    assert named == {key for key, field in columns().items() if isinstance(field, ENCRYPTED)}


def test_the_retention_table_of_the_page_is_that_of_the_settings():
    listed = re.findall(r"^\| `(\w+)` \| (\d+) \|", PAGE, flags=re.MULTILINE)
    assert {kind: int(days) for kind, days in listed} == DEFAULTS
