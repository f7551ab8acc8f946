"""The groups of clients a case is compared with: the same names in training and on the page."""

from bisect import bisect_right
from collections.abc import Mapping, Sequence

from scoring.ml.tables.catalogue import column
from scoring.ml.tables.schema import Text

ALL = "all"
# No trait of a client: every client is compared with those that the model accepts.
ACCEPTED = "accepted"
AGES = (30, 40, 50, 60)
_DAYS_PER_YEAR = 365.25

# Kind of segment -> the raw application column whose category names it, and how the group is said.
BY_CATEGORY: Mapping[str, tuple[str, Text]] = {
    "contract": ("NAME_CONTRACT_TYPE", Text("Contract: {}", "Contrat : {}")),
    "occupation": ("OCCUPATION_TYPE", Text("Occupation: {}", "Métier : {}")),
    "education": ("NAME_EDUCATION_TYPE", Text("Education: {}", "Études : {}")),
    "housing": ("NAME_HOUSING_TYPE", Text("Housing: {}", "Logement : {}")),
}
INGREDIENTS = (*(name for name, _ in BY_CATEGORY.values()), "AMT_INCOME_TOTAL", "DAYS_BIRTH")

Row = Mapping[str, float | str | None]


def segments_of(row: Row, income_edges: Sequence[float], amounts: Sequence[str]) -> list[tuple[str, Text]]:
    """The segments to compare one client with and their labels: "all", "accepted", then those it is in.

    `row` holds raw application columns; `income_edges` are the inner edges of the income bands, stored as
    `income_edges` in the population part of model.json; `amounts` are the same edges as people read them.
    """
    all_clients, *own = keys_of(row, income_edges)
    return [(key, label(key, amounts)) for key in (all_clients, ACCEPTED, *own)]


def keys_of(row: Row, income_edges: Sequence[float]) -> list[str]:
    """The segment keys of one client, such as "contract:Cash loans", "income_band:2", "age_band:30-39"."""
    keys = [ALL]
    for kind, (name, _) in BY_CATEGORY.items():
        if row.get(name) in column("application", name).categories:
            keys.append(f"{kind}:{row[name]}")
    income, birth = row.get("AMT_INCOME_TOTAL"), row.get("DAYS_BIRTH")
    if isinstance(income, float | int):
        keys.append(f"income_band:{bisect_right(income_edges, income) + 1}")
    if isinstance(birth, float | int):
        keys.append(f"age_band:{age_band(birth)}")
    return keys


def age_band(days_birth: float) -> str:
    """The band of ten years for DAYS_BIRTH (negative days): "under-30", "30-39", ... "60-plus"."""
    position = bisect_right(AGES, -days_birth / _DAYS_PER_YEAR)
    if position == 0:
        return f"under-{AGES[0]}"
    return f"{AGES[-1]}-plus" if position == len(AGES) else f"{AGES[position - 1]}-{AGES[position] - 1}"


def label(key: str, amounts: Sequence[str]) -> Text:
    """How the segment `key` is said in both languages, its incomes as `amounts` has them."""
    kind, _, value = key.partition(":")
    if kind == ALL:
        return Text("All clients", "Tous les clients")
    if kind == ACCEPTED:
        return Text("Clients that the model accepts", "Clients acceptés par le modèle")
    if kind == "age_band":
        return _age_label(value)
    if kind == "income_band":
        return _income_label(int(value), amounts)
    name, words = BY_CATEGORY[kind]
    category = column("application", name).categories[value]
    return Text(words.en.format(category.en), words.fr.format(category.fr))


def _age_label(band: str) -> Text:
    if band.startswith("under-"):
        return Text(f"Under {AGES[0]}", f"Moins de {AGES[0]} ans")
    if band.endswith("-plus"):
        return Text(f"Aged {AGES[-1]} and over", f"{AGES[-1]} ans et plus")
    low, _, high = band.partition("-")
    return Text(f"Aged {low} to {high}", f"De {low} à {high} ans")


def _income_label(band: int, amounts: Sequence[str]) -> Text:
    low = amounts[band - 2] if band > 1 else None
    high = amounts[band - 1] if band <= len(amounts) else None
    if low is None and high is None:
        return Text("All incomes", "Tous les revenus")
    if low is None:
        return Text(f"Income under {high}", f"Revenu inférieur à {high}")
    if high is None:
        return Text(f"Income of {low} or more", f"Revenu de {low} ou plus")
    return Text(f"Income {low} to {high}", f"Revenu de {low} à {high}")
