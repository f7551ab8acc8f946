"""Five bands of risk by a client's history: the tie between the history tables, the form and default."""

import numpy as np

from scoring.ml.portfolio.default import fit
from scoring.ml.portfolio.margins import Floats, Values
from scoring.ml.portfolio.rows import take
from scoring.ml.portfolio.traits import Columns

BANDS = 5
NO_HISTORY = "none"
BINS = 6
FOLDS = 5
RIDGE = 30.0


def bands(summary: Columns, target: Floats, rows: Values) -> Values:
    """The fifth of risk of each client, as their `summary` (n,) tells it: "1" (safest) to "5", or "none".

    `target` (n,) is NaN where unknown: such clients are ranked, not learned from. `rows` (n,) counts their
    history rows. Each client is ranked by a fit that has not seen them: otherwise the bands would tell more
    about default than they do.
    """
    present = (rows > 0) & ~np.isnan(target)
    fold = np.arange(len(target)) % FOLDS
    odds = np.zeros(len(target))
    for number in range(FOLDS):
        seen, ranked = present & (fold != number), fold == number
        risk = fit(take(summary, seen), target[seen], bins=BINS, ridge=RIDGE)
        odds[ranked] = risk.log_odds(take(summary, ranked))
    edges = np.quantile(odds[rows > 0], np.linspace(0, 1, BANDS + 1)[1:-1])
    names = np.array([str(band + 1) for band in range(BANDS)], dtype=object)
    return np.where(rows > 0, names[np.digitize(odds, edges)], NO_HISTORY)
