"""Symbolic columns: a formula run on them once gives the graph of its element-wise operations.

A term takes the place of a column (n,). What NumPy would compute with it is recorded instead, each operation
on the same terms once, however many formulas contain it. An operation that cannot be recorded is a TypeError.
"""

from collections.abc import Callable, Sequence
from functools import partial, wraps
from typing import Any, Final, NamedTuple, ParamSpec

import numpy as np
from numpy.lib.mixins import NDArrayOperatorsMixin
from numpy.typing import NDArray

Operation = Callable[..., NDArray[Any]]
Arguments = ParamSpec("Arguments")


class Node(NamedTuple):
    """One operation and the nodes that it reads; an input or a constant has neither."""

    key: Any
    operation: Operation | None
    arguments: tuple[int, ...]
    level: int
    is_bool: bool
    # Whether the operation takes its arguments as the rows of one matrix.
    is_stacked: bool = False


class Graph:
    """Nodes in the order in which they were recorded: each reads earlier ones only."""

    def __init__(self) -> None:
        self.nodes: list[Node] = []
        self.inputs: dict[str, int] = {}
        self.constants: dict[int, float] = {}
        self._numbers: dict[Any, int] = {}

    def input(self, name: str) -> "Term":
        """A column of the client's record."""
        if name not in self.inputs:
            self.inputs[name] = self._add(Node(("input", name), None, (), 0, is_bool=False))
        return Term(self, self.inputs[name])

    def record(
        self, key: Any, operation: Operation, arguments: Sequence[Any], *, is_stacked: bool = False
    ) -> "Term":
        """An operation on terms and plain numbers; `key` says which operations are the same.

        One that `is_stacked` takes them as the rows of one matrix.
        """
        numbers = tuple(self._number_of(argument) for argument in arguments)
        identity = (key, numbers)
        if identity not in self._numbers:
            read = [self.nodes[number] for number in numbers]
            # Empty columns of the same types tell the type of the result, and whether it can be computed.
            empty = [np.empty(0, dtype=bool if node.is_bool else np.float64) for node in read]
            result = operation(empty) if is_stacked else operation(*empty)
            if result.shape != (0,) or result.dtype not in (np.dtype(bool), np.dtype(np.float64)):
                raise TypeError(f"{key} is not an element-wise operation on numbers")
            level = 1 + max(node.level for node in read)
            is_bool = result.dtype == np.dtype(bool)
            self._numbers[identity] = self._add(Node(key, operation, numbers, level, is_bool, is_stacked))
        return Term(self, self._numbers[identity])

    def constant(self, value: float) -> int:
        # By its bits: 0.0 and -0.0 are two constants, and every NaN is one.
        identity = ("constant", np.float64(value).tobytes())
        if identity not in self._numbers:
            self._numbers[identity] = self._add(Node(identity, None, (), 0, is_bool=False))
            self.constants[self._numbers[identity]] = float(value)
        return self._numbers[identity]

    def _number_of(self, argument: Any) -> int:
        if isinstance(argument, Term):
            return argument.number
        if isinstance(argument, bool | np.bool_) or not isinstance(
            argument, int | float | np.integer | np.floating
        ):
            raise TypeError(f"{type(argument).__name__} is neither a term nor a number")
        return self.constant(float(argument))

    def _add(self, node: Node) -> int:
        self.nodes.append(node)
        return len(self.nodes) - 1


class Term(NDArrayOperatorsMixin):
    """A column that is not computed yet."""

    def __init__(self, graph: Graph, number: int) -> None:
        self.graph = graph
        self.number = number

    def __bool__(self) -> bool:
        raise TypeError("a formula that branches on values cannot be recorded")

    def __array__(self, *args: Any, **kwargs: Any) -> NDArray[Any]:
        raise TypeError("a term has no values")

    def __pow__(self, exponent: Any) -> "Term":
        # NumPy raises to some plain numbers by other operations than to columns.
        if isinstance(exponent, Term):
            return self.graph.record(np.power, np.power, (self, exponent))
        return self.graph.record(("power", float(exponent)), partial(_raised, float(exponent)), (self,))

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **kwargs: Any) -> Any:
        if method != "__call__" or kwargs:
            return NotImplemented
        return self.graph.record(ufunc, ufunc, inputs)

    def __array_function__(self, func: Any, types: Any, args: Any, kwargs: Any) -> Any:
        return _FUNCTIONS[func](self, *args, **kwargs) if func in _FUNCTIONS else NotImplemented


def _raised(exponent: float, base: NDArray[Any]) -> NDArray[Any]:
    raised: NDArray[Any] = base**exponent
    return raised


def _where(term: Term, condition: Any, if_true: Any, if_false: Any) -> Term:
    return term.graph.record(np.where, np.where, (condition, if_true, if_false))


def _round(term: Term, values: Any, decimals: int = 0) -> Term:
    return term.graph.record(("round", decimals), partial(_rounded, decimals), (values,))


def _rounded(decimals: int, column: NDArray[Any]) -> NDArray[Any]:
    rounded: NDArray[Any] = np.round(column, decimals)
    return rounded


def _full_like(term: Term, column: Any, fill: float) -> Term:
    return Term(term.graph, term.graph.constant(fill))


_FUNCTIONS: Final[dict[Any, Callable[..., Term]]] = {
    np.where: _where,
    np.round: _round,
    np.full_like: _full_like,
}


def over_columns(
    function: Callable[[Sequence[NDArray[np.float64]]], NDArray[np.float64]],
) -> Callable[[Sequence[NDArray[np.float64]]], NDArray[np.float64]]:
    """Let a function of several columns, each row on its own, be recorded as one operation."""

    @wraps(function)
    def recorded(columns: Sequence[Any]) -> Any:
        terms = [column for column in columns if isinstance(column, Term)]
        if not terms:
            return function(columns)
        return terms[0].graph.record((function, len(columns)), function, columns, is_stacked=True)

    return recorded
