"""Frozen dataclasses from and to JSON objects, with stored keys that may differ from the attribute names."""

from collections.abc import Callable, Mapping
from dataclasses import MISSING, Field, fields, is_dataclass
from enum import Enum
from functools import lru_cache
from types import NoneType, UnionType
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

T = TypeVar("T")
Decoder = Callable[[Any, str], Any]

_SCALARS: Mapping[type, tuple[str, Callable[[Any], bool]]] = {
    str: ("a text", lambda value: isinstance(value, str)),
    bool: ("true or false", lambda value: isinstance(value, bool)),
    int: ("a whole number", lambda value: isinstance(value, int) and not isinstance(value, bool)),
    float: ("a number", lambda value: isinstance(value, int | float) and not isinstance(value, bool)),
}


class JsonMismatch(ValueError):
    """A key is missing or holds another type; the message names it by its path, such as costs.fn."""


def stored_as(key: str, *, none_as: Any = MISSING) -> Mapping[str, Any]:
    """Metadata of a field under another key; `none_as` is the JSON value that stands for None."""
    return {"key": key, "none_as": none_as}


def decode(kind: type[T], stored: Any) -> T:
    """The instance of `kind` that a JSON value describes. Raises JsonMismatch.

    Keys that the dataclass does not know are ignored; a key may be missing where the field has a default.
    A class with a method `upgrade` first brings the form of an earlier release to the present one.
    """
    target: Any = kind
    instance: T = _decoder(target)(stored, "")
    return instance


def encode(value: Any) -> Any:
    """The JSON value of an instance; fields that are None by default are left out when they are None."""
    if is_dataclass(value):
        pairs = [(item, getattr(value, item.name)) for item in fields(value)]
        return {
            _key(item): _encode_field(item, content) for item, content in pairs if _is_stored(item, content)
        }
    if isinstance(value, Mapping):
        return {name: encode(content) for name, content in value.items()}
    if isinstance(value, tuple | list):
        return [encode(content) for content in value]
    return value.value if isinstance(value, Enum) else value


def _encode_field(item: "Field[Any]", content: Any) -> Any:
    none_as = item.metadata.get("none_as", MISSING)
    return none_as if content is None and none_as is not MISSING else encode(content)


def _is_stored(item: "Field[Any]", content: Any) -> bool:
    return content is not None or item.default is not None


def _key(item: "Field[Any]") -> str:
    key: str = item.metadata.get("key", item.name)
    return key


@lru_cache(maxsize=256)
def _decoder(kind: Any) -> Decoder:
    origin, arguments = get_origin(kind), get_args(kind)
    if kind in _SCALARS:
        return _scalar(kind)
    if is_dataclass(origin or kind):
        return _dataclass(origin or kind, arguments)
    if origin in (Union, UnionType):
        return _union(arguments)
    if origin is tuple:
        return _sequence(arguments[0])
    if isinstance(origin, type) and issubclass(origin, Mapping):
        return _mapping(arguments[1])
    if isinstance(kind, type) and issubclass(kind, Enum):
        return _enumeration(kind)
    return lambda stored, path: stored


def _scalar(kind: type) -> Decoder:
    expected, matches = _SCALARS[kind]

    def decode_scalar(stored: Any, path: str) -> Any:
        if not matches(stored):
            raise JsonMismatch(f"does not give {expected} as {path}")
        return stored

    return decode_scalar


def _union(kinds: tuple[Any, ...]) -> Decoder:
    """Scalars, or one other type, or None."""
    not_none = [kind for kind in kinds if kind is not NoneType]
    decode_value = _decoder(not_none[0]) if len(not_none) == 1 else _any_scalar(not_none)
    if len(not_none) == len(kinds):
        return decode_value
    return lambda stored, path: None if stored is None else decode_value(stored, path)


def _any_scalar(kinds: list[Any]) -> Decoder:
    expected = " or ".join(_SCALARS[kind][0] for kind in kinds)

    def decode_any(stored: Any, path: str) -> Any:
        if not any(_SCALARS[kind][1](stored) for kind in kinds):
            raise JsonMismatch(f"does not give {expected} as {path}")
        return stored

    return decode_any


def _sequence(kind: Any) -> Decoder:
    decode_item = _decoder(kind)

    def decode_sequence(stored: Any, path: str) -> Any:
        if not isinstance(stored, list | tuple):
            raise JsonMismatch(f"does not give a list as {path}")
        return tuple([decode_item(item, path) for item in stored])

    return decode_sequence


def _mapping(kind: Any) -> Decoder:
    decode_item = _decoder(kind)

    def decode_mapping(stored: Any, path: str) -> Any:
        if not isinstance(stored, Mapping):
            raise JsonMismatch(f"does not give an object as {path}")
        return {name: decode_item(item, f"{path}.{name}") for name, item in stored.items()}

    return decode_mapping


def _enumeration(kind: type[Enum]) -> Decoder:
    def decode_member(stored: Any, path: str) -> Any:
        try:
            return kind(stored)
        except ValueError as error:
            names = ", ".join(str(member.value) for member in kind)
            raise JsonMismatch(f"does not give one of {names} as {path}") from error

    return decode_member


def _dataclass(kind: Any, arguments: tuple[Any, ...]) -> Decoder:
    hints = get_type_hints(kind)
    generic = dict(zip(getattr(kind, "__parameters__", ()), arguments, strict=False))
    decoders = [
        (item, _key(item), _decoder(generic.get(hints[item.name], hints[item.name]))) for item in fields(kind)
    ]
    needed = [key for item, key, _ in decoders if item.default is MISSING and item.default_factory is MISSING]
    upgrade = getattr(kind, "upgrade", lambda stored: stored)

    def decode_instance(stored: Any, path: str) -> Any:
        if not isinstance(stored, Mapping):
            raise JsonMismatch(f"does not give an object as {path}")
        present = upgrade(stored)
        prefix = f"{path}." if path else ""
        if absent := sorted(f"{prefix}{key}" for key in needed if key not in present):
            raise JsonMismatch(f"says nothing about {', '.join(absent)}")
        values = {}
        for item, key, decode_field in decoders:
            if key not in present:
                continue
            none_as = item.metadata.get("none_as", MISSING)
            is_none = none_as is not MISSING and present[key] == none_as
            values[item.name] = None if is_none else decode_field(present[key], f"{prefix}{key}")
        return kind(**values)

    return decode_instance
