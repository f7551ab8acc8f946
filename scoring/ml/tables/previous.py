"""The table of the client's previous applications at this bank."""

from typing import Final

from scoring.ml.tables.columns import (
    COMPANY,
    MAX_DAYS,
    NO_DATE,
    WEEKDAYS,
    YES_NO,
    amount,
    category,
    count,
    days,
    flag,
    identifier,
    labels,
    number,
    share,
)
from scoring.ml.tables.previous_categories import (
    CHANNELS,
    GOODS,
    PORTFOLIOS,
    PRODUCTS,
    PURPOSES,
    REJECT_REASONS,
    SELLER_INDUSTRIES,
    YIELD_GROUPS,
)
from scoring.ml.tables.schema import Column, Table, Text

CONTRACTS: Final = labels(
    {
        "Cash loans": ("Cash loan", "Prêt personnel"),
        "Consumer loans": ("Consumer loan", "Crédit à la consommation"),
        "Revolving loans": ("Revolving credit", "Crédit renouvelable"),
    }
)
STATUSES: Final = labels(
    {
        "Approved": ("Approved", "Accordée"),
        "Refused": ("Refused", "Refusée"),
        "Canceled": ("Cancelled", "Annulée"),
        "Unused offer": ("Offer not used", "Offre non utilisée"),
    }
)
PAYMENT_TYPES: Final = labels(
    {
        "Cash through the bank": ("Cash at the bank", "Espèces au guichet"),
        "Non-cash from your account": ("From the client’s account", "Depuis le compte du client"),
        "Cashless from the account of the employer": (
            "From the employer’s account",
            "Depuis le compte de l’employeur",
        ),
    }
)
CLIENT_TYPES: Final = labels(
    {
        "New": ("New client", "Nouveau client"),
        "Repeater": ("Returning client", "Client fidèle"),
        "Refreshed": ("Client who came back", "Client revenu"),
    }
)
PRODUCT_TYPES: Final = labels(
    {
        "x-sell": ("Offered to a known client", "Proposé à un client connu"),
        "walk-in": ("Asked for by the client", "Demandé par le client"),
    }
)


def _milestone(name: str, en: str, fr: str) -> Column:
    """A date in the life of the contract, before or after the application; often not set."""
    return days(name, en, fr, maximum=MAX_DAYS, unknown=(NO_DATE,))


_XNA: Final = ("XNA",)

PREVIOUS_APPLICATION: Final = Table(
    name="previous_application",
    stem="previous_application",
    label=Text("Earlier applications here", "Demandes antérieures chez nous"),
    key=("SK_ID_PREV",),
    columns=(
        identifier("SK_ID_PREV", "Number of the earlier application", "Numéro de la demande antérieure"),
        identifier("SK_ID_CURR", "Case reference", "Référence du dossier"),
        category("NAME_CONTRACT_TYPE", "Contract type", "Type de contrat", CONTRACTS, unknown=_XNA),
        amount("AMT_ANNUITY", "Monthly instalment", "Mensualité"),
        amount("AMT_APPLICATION", "Amount asked for", "Montant demandé", required=True),
        amount("AMT_CREDIT", "Amount offered", "Montant proposé", required=True),
        # The competition's full file holds two down payments a few cents below zero.
        amount("AMT_DOWN_PAYMENT", "Down payment", "Apport", minimum=-1.0),
        amount("AMT_GOODS_PRICE", "Price of the goods", "Prix du bien"),
        category("WEEKDAY_APPR_PROCESS_START", "Weekday", "Jour de la demande", WEEKDAYS),
        number("HOUR_APPR_PROCESS_START", "Hour", "Heure de la demande", 0, 23),
        category("FLAG_LAST_APPL_PER_CONTRACT", "Last one for the contract", "Dernière du contrat", YES_NO),
        flag("NFLAG_LAST_APPL_IN_DAY", "Last one of the day", "Dernière du jour"),
        share("RATE_DOWN_PAYMENT", "Down payment rate", "Taux d’apport", minimum=-0.01),
        share("RATE_INTEREST_PRIMARY", "Interest rate (index)", "Taux d’intérêt (indice)"),
        share("RATE_INTEREST_PRIVILEGED", "Preferential rate (index)", "Taux préférentiel (indice)"),
        category("NAME_CASH_LOAN_PURPOSE", "Purpose", "Objet du prêt", PURPOSES, unknown=_XNA),
        category("NAME_CONTRACT_STATUS", "Outcome", "Issue", STATUSES, required=True, filled=True),
        days("DAYS_DECISION", "Decided", "Décision", required=True, filled=True),
        category("NAME_PAYMENT_TYPE", "Way of paying", "Mode de paiement", PAYMENT_TYPES, unknown=_XNA),
        category("CODE_REJECT_REASON", "Reason of refusal", "Motif de refus", REJECT_REASONS, unknown=_XNA),
        category("NAME_TYPE_SUITE", "Who came along", "Accompagnant", COMPANY),
        category("NAME_CLIENT_TYPE", "Type of client", "Type de client", CLIENT_TYPES, unknown=_XNA),
        category("NAME_GOODS_CATEGORY", "Goods", "Bien financé", GOODS, unknown=_XNA),
        category("NAME_PORTFOLIO", "Portfolio", "Portefeuille", PORTFOLIOS, unknown=_XNA),
        category(
            "NAME_PRODUCT_TYPE", "Origin of the sale", "Origine de la vente", PRODUCT_TYPES, unknown=_XNA
        ),
        category("CHANNEL_TYPE", "Channel", "Canal", CHANNELS),
        number("SELLERPLACE_AREA", "Size of the shop", "Taille du point de vente", 0, 1e7, unknown=(-1.0,)),
        category(
            "NAME_SELLER_INDUSTRY", "Seller’s sector", "Secteur du vendeur", SELLER_INDUSTRIES, unknown=_XNA
        ),
        count("CNT_PAYMENT", "Number of instalments", "Nombre d’échéances"),
        category("NAME_YIELD_GROUP", "Interest band", "Tranche de taux", YIELD_GROUPS, unknown=_XNA),
        category("PRODUCT_COMBINATION", "Product", "Produit", PRODUCTS),
        _milestone("DAYS_FIRST_DRAWING", "First drawing", "Premier tirage"),
        _milestone("DAYS_FIRST_DUE", "First instalment due", "Première échéance"),
        _milestone(
            "DAYS_LAST_DUE_1ST_VERSION",
            "Last instalment, as first planned",
            "Dernière échéance prévue au départ",
        ),
        _milestone("DAYS_LAST_DUE", "Last instalment due", "Dernière échéance"),
        _milestone("DAYS_TERMINATION", "Expected end", "Fin prévue"),
        flag("NFLAG_INSURED_ON_APPROVAL", "Insurance asked for", "Assurance demandée"),
    ),
)
