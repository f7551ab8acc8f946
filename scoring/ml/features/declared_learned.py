"""Names, units and labels of the learned features; `scoring.ml.learned` computes them."""

from scoring.ml.features.spec.feature import Feature, Unit
from scoring.ml.tables.schema import Text

PEER_GROUPS: tuple[tuple[str, str, str], ...] = (
    (
        "JOB",
        "of people with the same education and occupation",
        "des personnes de même niveau d’études et de même métier",
    ),
    ("EMPLOYER", "of people with the same kind of employer", "des personnes au même type d’employeur"),
    (
        "LOAN",
        "of people with a loan as long, the same kind of income and education",
        "des personnes au prêt aussi long, au même type de revenu et au même niveau d’études",
    ),
)
"""Part of the feature's name, and the end of its label in English and in French."""
COMPARED_FEATURES: tuple[tuple[str, str, Unit, str, str], ...] = (
    (
        "EXT_SOURCE_1",
        "external_ratings",
        Unit.SCORE,
        "External credit rating 1",
        "Note de crédit externe n° 1",
    ),
    (
        "EXT_SOURCE_2",
        "external_ratings",
        Unit.SCORE,
        "External credit rating 2",
        "Note de crédit externe n° 2",
    ),
    (
        "EXT_SOURCE_3",
        "external_ratings",
        Unit.SCORE,
        "External credit rating 3",
        "Note de crédit externe n° 3",
    ),
    ("AMT_INCOME_TOTAL", "income", Unit.MONEY, "Income", "Revenu"),
    ("AMT_CREDIT", "loan_size", Unit.MONEY, "Loan amount", "Montant du prêt"),
    ("AMT_ANNUITY", "instalment_burden", Unit.MONEY, "Instalment", "Mensualité"),
    ("CREDIT_TO_ANNUITY", "loan_terms", Unit.NUMBER, "Loan in instalments", "Prêt en mensualités"),
    ("DAYS_EMPLOYED", "employment", Unit.NUMBER, "Days in the job", "Jours dans l’emploi"),
)
"""Plain feature, reason group, unit, start of the label in English and in French."""


def _feature(name: str, group: str, unit: Unit, en: str, fr: str, table: str = "application") -> Feature:
    return Feature(name, group, unit, Text(en, fr), table)


PEERS: tuple[Feature, ...] = tuple(
    _feature(
        f"PEERS_{peer_group}_{name}",
        group,
        Unit.NUMBER if unit is Unit.SCORE else unit,
        f"{en} less the usual one {group_en}",
        f"{fr} : écart à la valeur habituelle {group_fr}",
    )
    for peer_group, group_en, group_fr in PEER_GROUPS
    for name, group, unit, en, fr in COMPARED_FEATURES
)

NEIGHBOURS: tuple[Feature, ...] = (
    *(
        _feature(
            f"NEIGHBOURS_{count}",
            "external_ratings",
            Unit.PERCENT,
            f"Defaults among the {count} clients nearest by external credit ratings and loan length",
            f"Défauts parmi les {count} clients les plus proches par les notes de crédit externes et la "
            "durée du prêt",
        )
        for count in (100, 500)
    ),
    _feature(
        "NEIGHBOURS_DISTANCE",
        "external_ratings",
        Unit.NUMBER,
        "Distance to the hundredth nearest client by external credit ratings and loan length",
        "Distance au centième client le plus proche par les notes de crédit externes et la durée du prêt",
    ),
)

IMPUTED_RATINGS: tuple[Feature, ...] = tuple(
    feature
    for number in (1, 2, 3)
    for feature in (
        _feature(
            f"EXPECTED_EXT_{number}",
            "external_ratings",
            Unit.SCORE,
            f"External credit rating {number} that clients like this one have",
            f"Note de crédit externe n° {number} des clients semblables",
        ),
        _feature(
            f"SURPRISE_EXT_{number}",
            "external_ratings",
            Unit.NUMBER,
            f"External credit rating {number} less that of clients like this one",
            f"Note de crédit externe n° {number} : écart à celle des clients semblables",
        ),
    )
)

IMPLIED_TERM: tuple[Feature, ...] = (
    _feature(
        "IMPLIED_TERM",
        "loan_terms",
        Unit.DURATION_MONTHS,
        "Length of the loan, as past loans with such instalments had",
        "Durée du prêt, d’après les crédits passés aux mêmes mensualités",
    ),
    _feature(
        "IMPLIED_RATE",
        "loan_terms",
        Unit.PERCENT,
        "Monthly rate at that length",
        "Taux mensuel à cette durée",
    ),
    _feature(
        "IMPLIED_INTEREST",
        "loan_terms",
        Unit.PERCENT,
        "Interest at that length, as a share of the loan",
        "Intérêts à cette durée, en part du prêt",
    ),
    _feature(
        "IMPLIED_EXTRA_MONTHS",
        "loan_terms",
        Unit.DURATION_MONTHS,
        "Months of instalments that pay interest alone",
        "Mois de mensualités qui ne paient que des intérêts",
    ),
)

# The score is in log-odds: 0 at the default rate of the clients that the model was fitted on.
NESTED_MODELS: tuple[Feature, ...] = tuple(
    _feature(
        f"NESTED_{table.upper()}",
        group,
        Unit.NUMBER,
        f"Risk above the usual, going by {en} alone",
        f"Risque au-dessus de l’ordinaire, d’après {fr}",
        table,
    )
    for table, group, en, fr in (
        (
            "bureau",
            "other_lenders_history",
            "loans at other lenders",
            "les seuls crédits chez d’autres prêteurs",
        ),
        (
            "bureau_balance",
            "other_lenders_lateness",
            "monthly statuses of loans at other lenders",
            "les seuls états mensuels des crédits chez d’autres prêteurs",
        ),
        (
            "previous_application",
            "previous_applications",
            "previous applications with us",
            "les seules demandes précédentes chez nous",
        ),
        (
            "pos_cash_balance",
            "pos_progress",
            "statements of past instalment loans",
            "les seuls relevés des crédits passés à échéances",
        ),
        (
            "installments_payments",
            "instalment_delays",
            "payments of past instalments",
            "les seuls paiements des échéances passées",
        ),
        (
            "credit_card_balance",
            "card_usage",
            "statements of our credit card",
            "les seuls relevés de notre carte de crédit",
        ),
    )
)

FEATURES: tuple[Feature, ...] = (*PEERS, *NEIGHBOURS, *IMPUTED_RATINGS, *IMPLIED_TERM, *NESTED_MODELS)
