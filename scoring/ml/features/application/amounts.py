"""Ratios of the loan to the client's means: size, instalment, income and price of the credit."""

import numpy as np

from scoring.ml.features.spec import directions
from scoring.ml.features.spec.feature import Unit
from scoring.ml.features.spec.formula import Profile, Values, derived_features, ratio

LOAN_TERMS = range(6, 61, 6)  # months
MIN_YEARLY_RATE = 0.085


def shortest_term(p: Profile, borrowed: Values) -> Values:
    """Return the shortest of the LOAN_TERMS at which the instalments repay what was borrowed with interest.

    The term is not among the columns; the bank's loans run for multiples of six months and no cheaper than
    the lowest rate (idea: the 5th place of the competition). Missing when no term up to five years does.
    """
    share = ratio(p.AMT_ANNUITY, borrowed)
    shortest = np.full_like(share, np.nan)
    for months in reversed(LOAN_TERMS):
        shortest = np.where(share > (1 + MIN_YEARLY_RATE) ** (months / 12) / months, months, shortest)
    return shortest


def simple_rate(annuity: Values, months: Values, borrowed: Values) -> Values:
    """Compute the yearly rate by the constant-ratio rule: 24 x interest / (borrowed x (term + 1))."""
    return ratio(24 * (annuity * months - borrowed), borrowed * (months + 1))


# fmt: off
LOAN = derived_features("loan_size", (
    ("CREDIT_TO_INCOME", Unit.RATIO, "Loan compared with income", "Prêt rapporté au revenu",
     lambda p: ratio(p.AMT_CREDIT, p.AMT_INCOME_TOTAL)),
    ("GOODS_TO_INCOME", Unit.RATIO, "Price of the goods compared with income",
     "Prix du bien rapporté au revenu",
     lambda p: ratio(p.AMT_GOODS_PRICE, p.AMT_INCOME_TOTAL)),
    ("CREDIT_TO_GOODS", Unit.PERCENT, "Share of the price that is borrowed", "Part du prix empruntée",
     lambda p: ratio(p.AMT_CREDIT, p.AMT_GOODS_PRICE)),
    ("GOODS_LESS_CREDIT", Unit.MONEY, "Price of the goods less the loan", "Prix du bien moins le prêt",
     lambda p: p.AMT_GOODS_PRICE - p.AMT_CREDIT),
    ("GOODS_LESS_CREDIT_TO_INCOME", Unit.RATIO, "Price less loan, compared with income",
     "Prix moins prêt, rapporté au revenu",
     lambda p: ratio(p.GOODS_LESS_CREDIT, p.AMT_INCOME_TOTAL)),
    ("CREDIT_LESS_INCOME", Unit.MONEY, "Loan less income", "Prêt moins revenu",
     lambda p: p.AMT_CREDIT - p.AMT_INCOME_TOTAL),
    ("CREDIT_PER_PERSON", Unit.MONEY, "Loan per head, children included", "Prêt par tête, enfants compris",
     lambda p: ratio(p.AMT_CREDIT, 1 + p.CNT_CHILDREN)),
    ("CREDIT_TO_AGE", Unit.MONEY, "Loan for each day of life", "Prêt par jour de vie",
     lambda p: ratio(p.AMT_CREDIT, -p.DAYS_BIRTH)),
    ("CREDIT_TO_EMPLOYED", Unit.MONEY, "Loan for each day in the job", "Prêt par jour d’ancienneté",
     lambda p: ratio(p.AMT_CREDIT, -p.DAYS_EMPLOYED)),
), directions={"CREDIT_TO_GOODS": directions.BORROWED_SHARE})

INSTALMENT = derived_features("instalment_burden", (
    ("ANNUITY_TO_INCOME", Unit.PERCENT, "Instalment as a share of income", "Mensualité en part du revenu",
     lambda p: ratio(p.AMT_ANNUITY, p.AMT_INCOME_TOTAL)),
    ("INCOME_LESS_ANNUITY", Unit.MONEY, "Income left after the instalment",
     "Revenu restant après la mensualité",
     lambda p: p.AMT_INCOME_TOTAL - p.AMT_ANNUITY),
    ("ANNUITY_PER_PERSON", Unit.MONEY, "Instalment per head, children included",
     "Mensualité par tête, enfants compris",
     lambda p: ratio(p.AMT_ANNUITY, 1 + p.CNT_CHILDREN)),
    ("ANNUITY_TO_AGE", Unit.MONEY, "Instalment for each day of life", "Mensualité par jour de vie",
     lambda p: ratio(p.AMT_ANNUITY, -p.DAYS_BIRTH)),
    ("ANNUITY_TO_EMPLOYED", Unit.MONEY, "Instalment for each day in the job",
     "Mensualité par jour d’ancienneté",
     lambda p: ratio(p.AMT_ANNUITY, -p.DAYS_EMPLOYED)),
), directions={"ANNUITY_TO_INCOME": directions.BURDEN})

PRICE = derived_features("loan_terms", (
    ("CREDIT_TO_ANNUITY", Unit.NUMBER, "Loan in monthly instalments", "Prêt en nombre de mensualités",
     lambda p: ratio(p.AMT_CREDIT, p.AMT_ANNUITY)),
    ("ANNUITY_TO_CREDIT", Unit.PERCENT, "Instalment as a share of the loan", "Mensualité en part du prêt",
     lambda p: ratio(p.AMT_ANNUITY, p.AMT_CREDIT)),
    ("GOODS_TO_ANNUITY", Unit.NUMBER, "Price of the goods in instalments",
     "Prix du bien en nombre de mensualités",
     lambda p: ratio(p.AMT_GOODS_PRICE, p.AMT_ANNUITY)),
    ("TERM_OF_CREDIT", Unit.DURATION_MONTHS, "Likely length of the loan", "Durée probable du prêt",
     lambda p: shortest_term(p, p.AMT_CREDIT)),
    ("RATE_OF_CREDIT", Unit.PERCENT, "Likely yearly rate of the loan", "Taux annuel probable du prêt",
     lambda p: simple_rate(p.AMT_ANNUITY, p.TERM_OF_CREDIT, p.AMT_CREDIT)),
    ("INTEREST_OF_CREDIT", Unit.PERCENT, "Likely interest as a share of the loan",
     "Intérêts probables en part du prêt",
     lambda p: ratio(p.AMT_ANNUITY * p.TERM_OF_CREDIT, p.AMT_CREDIT) - 1),
    ("TERM_OF_GOODS", Unit.DURATION_MONTHS, "Likely length of the loan, from the price of the goods",
     "Durée probable du prêt, d’après le prix du bien",
     lambda p: shortest_term(p, p.AMT_GOODS_PRICE)),
    ("RATE_OF_GOODS", Unit.PERCENT, "Likely yearly cost, from the price of the goods",
     "Coût annuel probable, d’après le prix du bien",
     lambda p: simple_rate(p.AMT_ANNUITY, p.TERM_OF_GOODS, p.AMT_GOODS_PRICE)),
))

INCOME = derived_features("income", (
    ("INCOME_PER_PERSON", Unit.MONEY, "Income per head, children included",
     "Revenu par tête, enfants compris",
     lambda p: ratio(p.AMT_INCOME_TOTAL, 1 + p.CNT_CHILDREN)),
    ("INCOME_TO_AGE", Unit.MONEY, "Income for each day of life", "Revenu par jour de vie",
     lambda p: ratio(p.AMT_INCOME_TOTAL, -p.DAYS_BIRTH)),
    ("INCOME_TO_EMPLOYED", Unit.MONEY, "Income for each day in the job", "Revenu par jour d’ancienneté",
     lambda p: ratio(p.AMT_INCOME_TOTAL, -p.DAYS_EMPLOYED)),
    ("INCOME_TO_REGION", Unit.NUMBER, "Income compared with the size of the region",
     "Revenu rapporté à la taille de la région",
     lambda p: ratio(p.AMT_INCOME_TOTAL, p.REGION_POPULATION_RELATIVE)),
))
# fmt: on

DERIVED = LOAN + INSTALMENT + PRICE + INCOME
