"""A plausible French name for each drawn client, with a first name that fits the sex on the form.

The lists are names common in France, from general knowledge, the commoner ones first; nobody in particular.
"""

from functools import cache
from pathlib import Path

import numpy as np

from scoring.ml.portfolio.margins import Values
from scoring.ml.portfolio.traits import Columns

LISTS = Path(__file__).with_name("french")
# Of forty applications one is a second one of the same person.
EVERY_NTH_AGAIN = 40
# What a person has in both applications, and how far apart their ages may be, in days.
SAME = ("CODE_GENDER", "NAME_FAMILY_STATUS", "NAME_EDUCATION_TYPE")
SAME_AGE = 366
PARTICLE_SHARE = 0.06
DOUBLE_SHARE = 0.04


def draw(rng: np.random.Generator, clients: Columns) -> dict[str, Values]:
    """SK_ID_CURR, NAME and CLIENT_KEY of `clients` (n,), of which CODE_GENDER chooses the first name.

    A few are a second application of somebody before them, of much the same age: same name, same key.
    """
    size = len(clients["SK_ID_CURR"])
    woman = clients["CODE_GENDER"] == "F"
    first = np.where(woman, _choose(rng, "women", size), _choose(rng, "men", size))
    family, second = _choose(rng, "families", size), _choose(rng, "families", size)
    kind = rng.random(size)
    family = np.where((kind < DOUBLE_SHARE) & (family != second), family + "-" + second, family)
    family = np.where(kind > 1 - PARTICLE_SHARE, _choose(rng, "with_particle", size), family)
    person = _people(clients)
    keys = np.array([f"C{reference:.0f}" for reference in clients["SK_ID_CURR"]], dtype=object)
    return {
        "SK_ID_CURR": clients["SK_ID_CURR"],
        "NAME": (first + " " + family)[person],
        "CLIENT_KEY": keys[person],
    }


def _people(clients: Columns) -> Values:
    """(n,) the row of each client's first application: their own, for nearly all."""
    person = np.arange(len(clients["SK_ID_CURR"]))
    for row in range(EVERY_NTH_AGAIN - 1, len(person), EVERY_NTH_AGAIN):
        before = np.flatnonzero(person[:row] == np.arange(row))
        alike = before[
            np.all([clients[name][before] == clients[name][row] for name in SAME], axis=0)
            & (np.abs(clients["DAYS_BIRTH"][before] - clients["DAYS_BIRTH"][row]) < SAME_AGE)
        ]
        if len(alike):
            distance = np.abs(clients["DAYS_BIRTH"][alike] - clients["DAYS_BIRTH"][row])
            person[row] = alike[np.argmin(distance)]
    return person


def _choose(rng: np.random.Generator, stem: str, size: int) -> Values:
    """Earlier names are commoner: the first one four times as common as the last."""
    names = _names(stem)
    weights = np.linspace(4.0, 1.0, len(names))
    return names[rng.choice(len(names), size, p=weights / weights.sum())]


@cache
def _names(stem: str) -> Values:
    lines = (LISTS / f"{stem}.txt").read_text(encoding="utf-8").splitlines()
    return np.array(lines, dtype=object)
