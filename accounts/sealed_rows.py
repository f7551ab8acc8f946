"""Tables whose rows the audit log seals: their digests go into the event of the act that wrote them."""

from collections.abc import Callable
from typing import Final, TypeVar

from django.db.models import Model

Sealed = TypeVar("Sealed", bound=type[Model])

# By table: the columns that the digest covers; none named, all of them.
SEALED_TABLES: Final[dict[str, tuple[str, ...]]] = {}


def sealed(*columns: str) -> Callable[[Sealed], Sealed]:
    """Mark a model as sealed; without `columns` the digest covers the whole row."""

    def register(model: Sealed) -> Sealed:
        SEALED_TABLES[model._meta.db_table] = columns
        return model

    return register
