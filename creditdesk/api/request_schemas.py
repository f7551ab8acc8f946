"""Request bodies of the API: one case or application, or a batch of them."""

from collections.abc import Iterator
from typing import Annotated, Any, Final, Self

from pydantic import BaseModel, BeforeValidator, Field, WithJsonSchema, create_model, model_validator
from pydantic.config import JsonDict
from pydantic_core import PydanticCustomError

from creditdesk.api import examples
from creditdesk.api.column_types import Strict, row_schema
from creditdesk.models.client import KEY_CHARACTERS, MAX_KEY_LENGTH
from scoring.ml.tables.catalogue import HISTORY, TABLES

MAX_ITEMS: Final = 1_000
MAX_ROWS: Final = 10_000
# Of a declared amount, in the unit of the tables.
MAX_AMOUNT: Final = 1e9

# A caller without a number of its own for the client need not invent one.
OPTIONAL: Final = frozenset({"SK_ID_CURR"})

Application = row_schema(
    TABLES["application"], "Application", optional=OPTIONAL, examples=examples.APPLICATION
)
ROW_SCHEMAS: Final = {
    name: row_schema(
        TABLES[name],
        "".join(word.capitalize() for word in name.split("_")),
        optional=OPTIONAL,
        examples=examples.HISTORY.get(name, [{}])[0],
    )
    for name in HISTORY
}
_TABLES: Final[dict[str, Any]] = {
    name: (
        list[schema] | None,  # type: ignore[valid-type]
        Field(
            default=None,
            max_length=MAX_ROWS,
            # The first wrong row is named; ten thousand are not collected.
            fail_fast=True,
            description=f"{TABLES[name].label.en}, any order.",
        ),
    )
    for name, schema in ROW_SCHEMAS.items()
}
History = create_model(
    "History",
    __base__=Strict,
    __doc__="The client's rows of each history table. A table left out was not provided; an empty list means "
    "that the client has no such history.",
    **_TABLES,
)


def _without_fraction(sent: object) -> object:
    """A number of JSON is whole by its value: 3.0 is the integer 3."""
    return int(sent) if isinstance(sent, float) and sent.is_integer() else sent


Amount = Annotated[float, Field(strict=True, ge=0, le=MAX_AMOUNT, allow_inf_nan=False)]


class Charges(Strict):
    """What a client declares to pay each month, in the unit of the tables, and for how many people."""

    model_config = {"json_schema_extra": {"examples": [examples.CHARGES]}}

    housing: Annotated[Amount, Field(description="Rent, or charges of the home.")]
    loans: Annotated[Amount, Field(description="Instalments at other lenders.")]
    other: Annotated[Amount, Field(description="Other charges, such as maintenance.")]
    members: Annotated[
        int,
        Field(strict=True, ge=1, le=40, description="People in the household."),
        BeforeValidator(_without_fraction),
    ]


_NOTHING: Final[JsonDict] = {"type": "null"}
_BY_REFERENCE: Final[JsonDict] = {
    "required": ["reference"],
    "properties": {
        "reference": {"type": "string"},
        "application": _NOTHING,
        "history": _NOTHING,
        "client_key": _NOTHING,
        "charges": _NOTHING,
    },
}
_BY_APPLICATION: Final[JsonDict] = {
    "required": ["application"],
    "properties": {"application": {"type": "object"}, "reference": _NOTHING},
}


class PredictionRequest(Strict):
    """Either the reference of a stored case, or a raw application with what history there is."""

    model_config = {
        "json_schema_extra": {
            "examples": [examples.APPLICATION_REQUEST, examples.REFERENCE_REQUEST],
            "oneOf": [_BY_REFERENCE, _BY_APPLICATION],
        }
    }

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
    client_key: Annotated[
        str | None,
        Field(
            default=None,
            strict=True,
            min_length=1,
            max_length=MAX_KEY_LENGTH,
            pattern=f"^{KEY_CHARACTERS}$",
            description="The bank's own key of the client. With an application only: the answer lists the "
            "client's cases, and the application is erased with the client.",
        ),
    ]
    charges: Annotated[
        Charges | None,
        Field(
            default=None,
            description="With an application only: what a policy with a rule of affordability judges; "
            "without it, its verdict is refer. The charges of a stored case are declared on its page.",
        ),
    ]

    @model_validator(mode="after")
    def _reference_or_application(self) -> Self:
        if (self.reference is None) == (self.application is None):
            raise PydanticCustomError("one_of_two", "Give either reference or application")
        if self.reference is not None and self.history is not None:
            raise PydanticCustomError("one_of_two", "history goes with application, not with reference")
        if self.reference is not None and self.client_key is not None:
            raise PydanticCustomError("one_of_two", "client_key goes with application, not with reference")
        if self.reference is not None and self.charges is not None:
            raise PydanticCustomError("one_of_two", "charges go with application, not with reference")
        return self


class Batch(Strict):
    """Up to 1,000 requests, each validated and answered on its own: an invalid one spoils no other."""

    model_config = {
        "json_schema_extra": {
            "examples": [{"items": [examples.REFERENCE_REQUEST, examples.APPLICATION_REQUEST]}]
        }
    }

    items: Annotated[
        list[Annotated[Any, WithJsonSchema({"type": "object"})]],
        Field(min_length=1, max_length=MAX_ITEMS),
    ]
    contributions: Annotated[
        bool,
        Field(
            default=False,
            strict=True,
            description="Also each feature's contribution and the reasons, as /explain; needs its scope.",
        ),
    ]


def _field_names() -> Iterator[str]:
    schemas: list[type[BaseModel]] = [
        Batch,
        PredictionRequest,
        Charges,
        History,
        Application,
        *ROW_SCHEMAS.values(),
    ]
    for schema in schemas:
        yield from schema.model_fields


FIELD_NAMES: Final = frozenset(_field_names())
"""Every name that a request may use, on any level."""
