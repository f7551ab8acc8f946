"""What a program may ask: about a stored case, about an application that it sends along, about many."""

from typing import Annotated, Any, Final, Self

from pydantic import Field, WithJsonSchema, create_model, model_validator
from pydantic_core import PydanticCustomError

from creditdesk.api import examples
from creditdesk.api.column_types import Strict, rows_of
from scoring.ml.tables.catalogue import HISTORY, TABLES

MOST_ITEMS: Final = 1_000
MOST_ROWS: Final = 10_000

# A program that has no number for its client need not invent one.
OPTIONAL: Final = frozenset({"SK_ID_CURR"})

Application = rows_of(TABLES["application"], "Application", optional=OPTIONAL, examples=examples.APPLICATION)
ROWS: Final = {
    name: rows_of(
        TABLES[name],
        "".join(word.capitalize() for word in name.split("_")),
        optional=OPTIONAL,
        examples=examples.HISTORY.get(name, [{}])[0],
    )
    for name in HISTORY
}
_TABLES: Final[dict[str, Any]] = {
    name: (
        list[row] | None,  # type: ignore[valid-type]
        Field(default=None, max_length=MOST_ROWS, description=f"{TABLES[name].label.en}, any order."),
    )
    for name, row in ROWS.items()
}
History = create_model(
    "History",
    __base__=Strict,
    __doc__="The client's rows of each history table. A table left out was not provided; an empty list says "
    "that the client has no such history, which is not the same.",
    **_TABLES,
)


class Question(Strict):
    """Either the reference of a stored case, or a raw application with what history there is."""

    model_config = {"json_schema_extra": {"examples": [examples.QUESTION, examples.STORED]}}

    reference: Annotated[
        str | None,
        Field(
            default=None,
            strict=True,
            min_length=1,
            max_length=32,
            pattern=r"^[0-9A-Za-z-]+$",
            description="A case of the desk.",
        ),
    ]
    application: Annotated[  # type: ignore[valid-type]
        Application | None,
        Field(default=None, description="The raw columns of the Home Credit application table."),
    ]
    history: Annotated[  # type: ignore[valid-type]
        History | None,
        Field(default=None, description="With an application only."),
    ]

    @model_validator(mode="after")
    def _one_of_two(self) -> Self:
        if (self.reference is None) == (self.application is None):
            raise PydanticCustomError("one_of_two", "Give either reference or application")
        if self.reference is not None and self.history is not None:
            raise PydanticCustomError("one_of_two", "history goes with application, not with reference")
        return self


class Batch(Strict):
    """Up to 1,000 questions. Each is checked and answered for itself: one that is wrong spoils no other."""

    model_config = {"json_schema_extra": {"examples": [{"items": [examples.STORED, examples.QUESTION]}]}}

    items: Annotated[
        list[Annotated[Any, WithJsonSchema({"type": "object"})]],
        Field(min_length=1, max_length=MOST_ITEMS),
    ]
    contributions: Annotated[
        bool,
        Field(
            default=False,
            strict=True,
            description="Also each feature's contribution and the reasons, as /explain; needs its scope.",
        ),
    ]
