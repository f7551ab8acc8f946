"""The loan asked for against what the client already owes and has paid, over all tables."""

from scoring.ml.features.formula import Derived

DERIVED: tuple[Derived, ...] = ()
