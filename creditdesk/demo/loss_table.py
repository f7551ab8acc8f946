"""The demo's loss table, for an expected loss of its portfolio: plain round numbers, measured nowhere."""

from typing import Final

from creditdesk import services
from creditdesk.demo.people import named
from scoring.models import LossTable

TERMS: Final = services.LossTerms(
    lgd_cash=0.45,
    ead_cash=0.9,
    lgd_revolving=0.7,
    ead_revolving=0.6,
    favourable_shift=-0.3,
    adverse_shift=0.5,
    adverse_lgd_factor=1.2,
    favourable_weight=0.25,
    adverse_weight=0.25,
    loss_limit=0.1,
)
# Stored as they are written, and read on pages of either language: so both.
WHY: Final = (
    "Round numbers for the demo, measured nowhere. / "
    "Des chiffres ronds pour la démonstration, mesurés nulle part."
)
YES: Final = "In order for the demo, and for nothing else. / Bon pour la démonstration, et pour rien d’autre."


def publish_loss_table() -> None:
    """Put the demo's table in force, unless there is one."""
    if LossTable.objects.exists():
        return
    table = services.propose_loss_table(terms=TERMS, based_on=None, reason=WHY, by=named("manager"))
    services.publish_loss_table(table=table, reason=YES, by=named("admin"))
