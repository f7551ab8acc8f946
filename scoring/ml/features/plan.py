"""Features of one client or a few, by a plan that is compiled once for the features of a model.

The formulas are run once on symbolic columns. Every operation that two of them share is computed once, and
all operations of one kind whose arguments are known are computed in one call of NumPy: a few hundred calls
instead of several thousand. The operations are those of the formulas, element by element, so the values are
the same to the bit as `feature_matrix` computes them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from scoring.ml.features import catalogue
from scoring.ml.features.application.columns import CATEGORY_CODES, number
from scoring.ml.features.packing import PackedRecord
from scoring.ml.features.spec.formula import Columns, Values
from scoring.ml.features.spec.terms import Graph, Node, Operation, Term

Indices = NDArray[np.intp]


Argument = np.float64 | tuple[Indices, bool]


class Step(NamedTuple):
    """One call: the results of one operation for all nodes from `start` to `end`.

    `arguments`: for each of them, the nodes whose values it reads, and whether these are booleans, or the
    number that it is for all; for an operation that takes its arguments as the rows of one matrix, one array
    of two dimensions.
    """

    operation: Operation
    arguments: tuple[Argument, ...]
    start: int
    end: int


class _Recorder:
    """Stands for a profile while formulas are recorded; each column and feature is recorded once."""

    def __init__(self, graph: Graph) -> None:
        self._graph = graph

    def __getattr__(self, name: str) -> Any:
        formula = catalogue.FORMULAS.get(name)
        term = formula(self) if formula else self._cleaned(name)  # type: ignore[arg-type]
        if not isinstance(term, Term):
            raise TypeError(f"{name} does not depend on the client")
        self.__dict__[name] = term
        return term

    def _cleaned(self, name: str) -> Term:
        raw, cleaning = self.raw(name), catalogue.CLEANINGS[name]
        # The code of a category is looked up while the record is read.
        if cleaning is number or name in CATEGORY_CODES:
            return raw
        return self._graph.record(("cleaning", name), cleaning, (raw,))

    def raw(self, name: str) -> Term:
        if name not in catalogue.CLEANINGS:
            raise AttributeError(name)
        return self._graph.input(name)


@dataclass(frozen=True, eq=False)
class FeaturePlan:
    """The features `names`, from the columns `inputs` in their order."""

    names: tuple[str, ...]
    inputs: tuple[str, ...]
    constants: Values
    steps: tuple[Step, ...]
    outputs: Indices
    size: int

    @classmethod
    def compile(cls, names: Sequence[str]) -> Self:
        """AttributeError for a name that is not in the catalogue."""
        graph = Graph()
        recorder = _Recorder(graph)
        with np.errstate(all="ignore"):
            wanted = [getattr(recorder, name).number for name in names]
        order, steps = _schedule(graph)
        position = {node: place for place, node in enumerate(order)}
        return cls(
            names=tuple(names),
            inputs=tuple(graph.inputs),
            constants=np.array(list(graph.constants.values()), dtype=np.float64),
            steps=steps,
            outputs=np.array([position[node] for node in wanted], dtype=np.intp),
            size=len(order),
        )

    @cached_property
    def _codes(self) -> tuple[tuple[int, Mapping[Any, float]], ...]:
        """Position and codes of each input that is a category."""
        return tuple(
            (position, CATEGORY_CODES[name])
            for position, name in enumerate(self.inputs)
            if name in CATEGORY_CODES
        )

    def of_records(self, records: Sequence[Mapping[str, Any]]) -> Values:
        """The features (n, k) of records by column; what is absent or None is missing."""
        return self._run(np.array([self._numbers(record) for record in records], dtype=np.float64).T)

    @cached_property
    def _positions(self) -> dict[int, Indices]:
        """By layout, where the inputs stand among the numbers of a packed row."""
        return {}

    def of_columns(self, columns: Columns, size: int) -> Values:
        """The features (n, k) of columns (n,), as `feature_matrix` takes them."""
        missing = np.full(size, np.nan)
        read = np.array(
            [
                catalogue.CLEANINGS[name](columns[name])
                if name in columns and name in CATEGORY_CODES
                else columns.get(name, missing)
                for name in self.inputs
            ],
            dtype=np.float64,
        )
        return self._run(read)

    def _numbers(self, record: Mapping[str, Any]) -> Any:
        read = record.get
        values: Any
        if isinstance(record, PackedRecord) and not record.misplaced:
            values = self._packed_numbers(record)
            read = record.categories.get  # type: ignore[assignment]
        else:
            values = [read(name) for name in self.inputs]
        for position, codes in self._codes:
            values[position] = codes.get(read(self.inputs[position]), np.nan)
        return values

    def _packed_numbers(self, record: PackedRecord) -> Any:
        positions = self._positions.get(record.layout.number)
        if positions is None:
            # A category, and what an earlier layout did not have, is read as the missing number at the end.
            of = record.layout.positions
            positions = np.array([of.get(name, len(of)) for name in self.inputs], dtype=np.intp)
            self._positions[record.layout.number] = positions
        return record.numbers.take(positions)

    def _run(self, inputs: Values) -> Values:
        """`inputs` (j, n)."""
        clients = inputs.shape[1]
        values = np.empty(self.size * clients)
        given = inputs.size
        values[:given] = inputs.ravel()
        values[given : given + len(self.constants) * clients] = np.repeat(self.constants, clients)
        with np.errstate(all="ignore"):
            for operation, arguments, start, end in self.steps:
                read = [_argument(values, argument, clients) for argument in arguments]
                values[start * clients : end * clients] = operation(*read)
        return np.ascontiguousarray(_column(values, self.outputs, clients).reshape(-1, clients).T)


def _argument(values: Values, argument: Argument, clients: int) -> Any:
    if isinstance(argument, np.float64):
        return argument
    nodes, is_bool = argument
    column = _column(values, nodes, clients)
    return column.astype(bool) if is_bool else column


def _column(values: Values, nodes: Indices, clients: int) -> Values:
    """The values of some nodes, those of all clients of a node side by side, as one column (or matrix)."""
    if clients == 1:
        return values.take(nodes)
    return values.reshape(-1, clients).take(nodes, axis=0).reshape(*nodes.shape[:-1], -1)


@lru_cache(maxsize=64)
def plan_of(names: tuple[str, ...]) -> FeaturePlan:
    return FeaturePlan.compile(names)


def _schedule(graph: Graph) -> tuple[list[int], tuple[Step, ...]]:
    """The nodes in the order of their results (inputs, constants, then step by step), and the steps."""
    groups: dict[Any, list[int]] = {}
    for number_, node in enumerate(graph.nodes):
        if node.operation is not None:
            types = tuple(graph.nodes[argument].is_bool for argument in node.arguments)
            groups.setdefault((node.level, node.key, types), []).append(number_)
    order = [*graph.inputs.values(), *graph.constants]
    position = {node: place for place, node in enumerate(order)}
    steps = []
    for _, members in sorted(groups.items(), key=lambda group: group[0][0]):
        start = len(order)
        order += members
        position |= {node: start + place for place, node in enumerate(members)}
        steps.append(_step(graph, [graph.nodes[member] for member in members], position, start))
    return order, tuple(steps)


def _step(graph: Graph, nodes: Sequence[Node], position: Mapping[int, int], start: int) -> Step:
    first = nodes[0]
    columns = list(zip(*(node.arguments for node in nodes), strict=True))
    read = [np.array([position[node] for node in column], dtype=np.intp) for column in columns]
    types = [graph.nodes[column[0]].is_bool for column in columns]
    operation = first.operation or np.positive
    if first.is_stacked:
        return Step(operation, ((np.array(read), any(types)),), start, start + len(nodes))
    arguments: list[Argument] = []
    for column, values, is_bool in zip(columns, read, types, strict=True):
        fixed = graph.constants.get(column[0]) if len({*column}) == 1 else None
        # A power with a plain number as exponent may take another way.
        is_plain = fixed is not None and operation is not np.power
        arguments.append(np.float64(fixed) if is_plain else (values, is_bool))
    return Step(operation, tuple(arguments), start, start + len(nodes))
