"""What a program may send in each raw column: the types of Pydantic, made from the catalogue of columns."""

from collections.abc import Callable, Mapping
from typing import Annotated, Any, Final, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, WithJsonSchema, create_model
from pydantic_core import PydanticCustomError

from scoring.ml.tables.schema import Column, Kind, Table

WHOLE: Final = frozenset({Kind.ID, Kind.COUNT, Kind.FLAG})


class Strict(BaseModel):
    """Nothing is guessed: an unknown field is an error, "12" is not 12, and nor is true."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def rows_of(
    table: Table, name: str, *, optional: frozenset[str], examples: Mapping[str, Any]
) -> type[Strict]:
    """The model of a row of `table`: what the catalogue wants filled must be there, unless `optional`."""
    fields: dict[str, Any] = {
        column.name: _field(column, column.filled and column.name not in optional, examples)
        for column in table.columns
    }
    return create_model(name, __base__=Strict, __doc__=table.label.en, **fields)


def type_of(column: Column) -> Any:
    """What the column holds where it is not missing, as a type that Pydantic checks."""
    if column.kind is Kind.CATEGORY:
        return Literal[(*column.categories, *column.unknown)]
    checks: list[Any] = [Field(strict=True, allow_inf_nan=False)]
    if column.unknown:
        checks += [AfterValidator(_bounded(column)), WithJsonSchema(_either(column))]
    else:
        checks.append(Field(ge=column.minimum, le=column.maximum))
    if column.kind in WHOLE:
        checks.append(AfterValidator(_whole))
    return Annotated[float, *checks]


def _field(column: Column, is_required: bool, examples: Mapping[str, Any]) -> tuple[Any, Any]:
    held = type_of(column)
    told: dict[str, Any] = {"description": _told(column), "title": column.label.en}
    if column.name in examples:
        told["examples"] = [examples[column.name]]
    return (held, Field(**told)) if is_required else (held | None, Field(default=None, **told))


def _told(column: Column) -> str:
    unit = {
        Kind.DAYS: " Days relative to the application, negative before it.",
        Kind.MONTHS: " Months relative to the application, negative before it.",
        Kind.FLAG: " 0 or 1.",
        Kind.COUNT: " A whole number.",
    }.get(column.kind, "")
    reads = f" {', '.join(map(str, column.unknown))} stands for unknown." if column.unknown else ""
    kept = " Never an input of the model, and not kept." if column.protected else ""
    return f"{column.label.en}.{unit}{reads}{kept}"


def _bounded(column: Column) -> Callable[[float], float]:
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


def _either(column: Column) -> dict[str, Any]:
    within = {"type": "number", "minimum": column.minimum, "maximum": column.maximum}
    return {"anyOf": [within, {"enum": list(column.unknown)}]}


def _whole(value: float) -> float:
    if not value.is_integer():
        raise PydanticCustomError("whole_number", "Input should be a whole number")
    return value
