"""CPU time of a fresh assessment without its page, step by step, against the model alone.

python -m bench.one_client [CLIENTS]: on the desk of DATABASE_URL, which is only read. Every client goes
through all steps in turn, so that what else the machine does falls on all of them alike.
"""

import os
import sys
import time
from collections.abc import Callable
from itertools import islice
from operator import attrgetter
from typing import TYPE_CHECKING, Any, Final

import django
import numpy as np

if TYPE_CHECKING:
    pass

CLIENTS: Final = 300
ROUNDS: Final = 3
FLOOR: Final = ("probability", "contributions")


class Steps:
    """Seconds of CPU of each step, one entry per client."""

    def __init__(self) -> None:
        self.taken: dict[str, list[float]] = {}

    def __call__(self, name: str, work: Callable[..., Any], *given: Any) -> Any:
        begun = time.process_time()
        result = work(*given)
        self.taken.setdefault(name, []).append(time.process_time() - begun)
        return result


def measure(clients: int = CLIENTS) -> dict[str, float]:
    """The median CPU time of each step, in milliseconds."""
    from creditdesk.api.case_lookup import stored_profile
    from creditdesk.models import Profile
    from creditdesk.services.prediction import Prediction, reasons_of
    from scoring import engine
    from scoring.ml.model.completeness import recommend
    from scoring.ml.model.verdict import Thresholds

    model = engine.current()
    # Erased clients, and refused ones whose time is over, have no inputs any more.
    with_inputs = (profile.pk for profile in Profile.objects.order_by("pk") if profile.packed_inputs)
    keys = list(islice(with_inputs, clients))
    steps = Steps()
    for key in keys * ROUNDS:
        profile: Profile = steps("stored profile", stored_profile, key)
        record = steps("inputs by name", attrgetter("record"), profile)
        matrix = steps("features", model.rows, [record])
        scores = steps("probability", model.score, matrix)
        parts = steps("contributions", model.contributions, matrix)
        probability = float(scores.probability[0])
        thresholds = Thresholds.single(model.threshold)
        answer = steps("verdict", recommend, model, thresholds, probability, record)
        prediction = Prediction(
            probability, float(parts.base[0]), matrix[0], parts.values[0], answer.verdict, answer.missing
        )
        steps("reasons", reasons_of, model, prediction, profile.history_rows)
    return {name: 1000 * float(np.median(taken)) for name, taken in steps.taken.items()}


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "creditdesk.settings")
    django.setup()
    taken = measure(int(sys.argv[1]) if len(sys.argv) > 1 else CLIENTS)
    floor = sum(taken[name] for name in FLOOR)
    for name, milliseconds in taken.items():
        print(f"{name:<16} {milliseconds:7.3f} ms")
    total = sum(taken.values())
    print(f"{'in all':<16} {total:7.3f} ms  {total / floor:.2f} x the model alone ({floor:.3f} ms)")


if __name__ == "__main__":
    main()
