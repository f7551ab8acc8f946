"""Band of probabilities that a person looks at, so that few of those accepted without one default.

Learn then Test (A. Angelopoulos, S. Bates, E. Candès and others, 2022) by MAPIE: thresholds are tested in an
order that the data have no part in, from half the limit upwards, until one cannot be shown to keep the
limit.
"""

import warnings
from typing import Final

import numpy as np
from mapie.risk_control import BinaryClassificationController, BinaryRisk
from numpy.typing import NDArray

from scoring.ml.metrics.intervals import Estimate, wilson
from scoring.ml.model.manifest_choices import AcceptLimit, ReferBand

Values = NDArray[np.float64]

# So high that the default rate seen in another sample of the same size keeps the limit too, 97 times of 100.
CONFIDENCE: Final = 0.999
# Thresholds are whole tenths of a percentage point, as people enter them.
STEP: Final = 0.001

ACCEPTED_DEFAULTS: Final = BinaryRisk(
    risk_occurrence=lambda target, is_accepted: target == 1,
    risk_condition=lambda target, is_accepted: is_accepted == 1,
    higher_is_better=False,
)


def refer_band(
    probability: Values,
    target: Values,
    *,
    threshold: float,
    limit: AcceptLimit,
    hold_out: tuple[Values, Values] | None = None,
) -> ReferBand:
    """Choose the two thresholds on out-of-fold probabilities, (n,), and look at them on a hold-out.

    Nobody is accepted above the `threshold` of the model. Without a threshold that can be shown to keep the
    limit there is no band, and `accept_below` is None.
    """
    accept_below = _accept_below(probability, target, threshold, limit)
    if accept_below is None:
        return ReferBand(limit=limit, confidence=CONFIDENCE, clients=len(target))
    refuse_from = _refuse_from(probability, accept_below, limit.refer_share)
    is_accepted = probability < accept_below
    held_out_probability, held_out_target = hold_out or (np.empty(0), np.empty(0))
    held_out = held_out_target[held_out_probability < accept_below]
    return ReferBand(
        limit=limit,
        confidence=CONFIDENCE,
        clients=len(target),
        accept_below=accept_below,
        refuse_from=refuse_from,
        accepted=float(is_accepted.mean()),
        referred=float(((probability >= accept_below) & (probability < refuse_from)).mean()),
        default_rate=_rate(target[is_accepted]),
        hold_out=_rate(held_out) if len(held_out) else None,
    )


def _accept_below(probability: Values, target: Values, threshold: float, limit: AcceptLimit) -> float | None:
    """The highest threshold, in the fixed order, that is shown to keep the limit."""
    tested = _tested_thresholds(threshold, limit.default_rate)
    # Positive is accepted: a probability below the threshold, the threshold itself left out.
    negated = -np.nextafter(tested, 0)
    controller = BinaryClassificationController(
        predict_function=lambda rows: np.column_stack([rows, -rows]),
        risk=ACCEPTED_DEFAULTS,
        target_level=limit.default_rate,
        confidence_level=CONFIDENCE,
        best_predict_param_choice=ACCEPTED_DEFAULTS,
        list_predict_params=negated,
        fwer_method="fixed_sequence",
    )
    with warnings.catch_warnings():
        # That no threshold keeps the limit is an answer.
        warnings.simplefilter("ignore")
        controller.calibrate(probability, target)
    valid = len(controller.valid_predict_params)
    return float(tested[valid - 1]) if valid else None


def _tested_thresholds(threshold: float, limit: float) -> Values:
    """From half the limit, where a calibrated model is far below it, up to the threshold of the model."""
    last = int(threshold / STEP)
    first = max(min(round(limit / 2 / STEP), last), 1)
    return np.round(np.arange(first, last + 1) * STEP, 3)


def _refuse_from(probability: Values, accept_below: float, share: float) -> float:
    """The highest threshold that refers no more than the share."""
    above = np.sort(probability[probability >= accept_below])
    referable = int(share * len(probability))
    if referable >= len(above):
        return 1.0
    refuse_from = np.floor(above[referable] / STEP) * STEP
    return float(max(round(refuse_from, 3), accept_below))


def _rate(target: Values) -> Estimate:
    defaults, size = float(target.sum()), len(target)
    return Estimate(defaults / size, *wilson(defaults, size))
