"""Pydantic types of the raw columns, built from the catalogue of columns."""

from collections.abc import Callable, Mapping
from typing import Annotated, Any, Final, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, WithJsonSchema, create_model
from pydantic_core import PydanticCustomError

from scoring.ml.tables.schema import Column, Kind, Table

WHOLE: Final = frozenset({Kind.ID, Kind.COUNT, Kind.FLAG})


class Strict(BaseModel):
    """Strict validation: an unknown field is an error; neither "12" nor true is the number 12."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def row_schema(
    table: Table, name: str, *, optional: frozenset[str], examples: Mapping[str, object]
) -> type[Strict]:
    """Build the schema of a row; what the catalogue wants filled is required, unless it is `optional`."""
    fields: dict[str, Any] = {
        column.name: _field(column, column.filled and column.name not in optional, examples)
        for column in table.columns
    }
    return create_model(name, __base__=Strict, __doc__=table.label.en, **fields)


def type_of(column: Column) -> Any:
    """Return the type of a value of the column that is not missing."""
    if column.kind is Kind.CATEGORY:
        return Literal[(*column.categories, *column.unknown)]
    checks: list[Any] = [Field(strict=True, allow_inf_nan=False)]
    if column.unknown:
        checks.append(AfterValidator(_bounds_check(column)))
    else:
        checks.append(Field(ge=column.minimum, le=column.maximum))
    if column.kind in WHOLE:
        checks.append(AfterValidator(_whole_number))
    return Annotated[float, *checks, WithJsonSchema(_number_schema(column))]


def _field(column: Column, is_required: bool, examples: Mapping[str, object]) -> tuple[Any, Any]:
    value_type = type_of(column)
    metadata: dict[str, Any] = {"description": _description(column), "title": column.label.en}
    if column.name in examples:
        metadata["examples"] = [examples[column.name]]
    if is_required:
        return value_type, Field(**metadata)
    return value_type | None, Field(default=None, **metadata)


def _description(column: Column) -> str:
    unit = {
        Kind.DAYS: " Days relative to the application, negative before it.",
        Kind.MONTHS: " Months relative to the application, negative before it.",
        Kind.FLAG: " 0 or 1.",
        Kind.COUNT: " A whole number.",
    }.get(column.kind, "")
    unknown = f" {', '.join(map(str, column.unknown))} stands for unknown." if column.unknown else ""
    protected = " Never an input of the model, and not kept." if column.protected else ""
    return f"{column.label.en}.{unit}{unknown}{protected}"


def _bounds_check(column: Column) -> Callable[[float], float]:
    low, high = column.minimum, column.maximum

    def check(value: float) -> float:
        if value not in column.unknown and not (low <= value <= high):  # type: ignore[operator]
            raise PydanticCustomError(
                "out_of_bounds",
                "Input should be between {low} and {high}, or {unknown} for unknown",
                {"low": low, "high": high, "unknown": ", ".join(map(str, column.unknown))},
            )
        return value

    return check


def _number_schema(column: Column) -> dict[str, object]:
    """A whole number may be written 1 or 1.0, as JSON Schema has it."""
    number = "integer" if column.kind in WHOLE else "number"
    limits = {"minimum": column.minimum, "maximum": column.maximum}
    bounds: dict[str, object] = {"type": number}
    bounds |= {name: limit for name, limit in limits.items() if limit is not None}
    return {"anyOf": [bounds, {"enum": list(column.unknown)}]} if column.unknown else bounds


def _whole_number(value: float) -> float:
    if not value.is_integer():
        raise PydanticCustomError("whole_number", "Input should be a whole number")
    return value
