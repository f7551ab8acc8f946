"""Groups of too few cases, hidden so that no total gives them away."""

from collections.abc import Mapping


def hidden_groups(cases: Mapping[str, int], minimum: int) -> set[str]:
    """Names of the groups of fewer than `minimum` cases, and of the next larger ones until together they are
    as many: what a total leaves besides the groups that are shown is then no few cases."""
    hidden: set[str] = set()
    for name in sorted(cases, key=lambda group: cases[group]):
        if cases[name] >= minimum and not 0 < sum(cases[group] for group in hidden) < minimum:
            break
        hidden.add(name)
    return hidden
