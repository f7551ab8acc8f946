"""Earlier applications at the bank: what is measured of them by risk band, and how new ones are drawn."""

import numpy as np

from scoring.ml.portfolio import budget
from scoring.ml.portfolio.bands import NO_HISTORY
from scoring.ml.portfolio.bureau import money, size_group
from scoring.ml.portfolio.cells import Ids
from scoring.ml.portfolio.margins import Floats, Values
from scoring.ml.portfolio.per_client import PerClient, ratio, spread
from scoring.ml.portfolio.rows import take
from scoring.ml.portfolio.traits import Columns, Sheet, Trait

FIRST_CONTRACT = 3_000_001  # above every real SK_ID_PREV
NO_DATE = 365243.0
DUE_EVERY = 30  # days between two instalments
REVOLVING = "Revolving loans"
DATES = (
    "DAYS_FIRST_DRAWING",
    "DAYS_FIRST_DUE",
    "DAYS_LAST_DUE_1ST_VERSION",
    "DAYS_LAST_DUE",
    "DAYS_TERMINATION",
)
RATES = ("RATE_INTEREST_PRIMARY", "RATE_INTEREST_PRIVILEGED")
DOWN_PAYMENT_SCALE = 1.0890909090909091  # RATE_DOWN_PAYMENT is published multiplied by it

CLIENT_PARENTS = ("PREVIOUS_BAND", "TARGET", "CARD_HELD", "APPLICATION_GROUP")
LOAN, CARD, OTHER = "loan", "card", "other"
TERMS = (6.5, 10.5, 12.5, 24.5)
CLIENT_TRAITS = (
    Trait("APPLICATIONS", given=("PREVIOUS_BAND", "TARGET")),
    Trait("LOAN_HELD", given=("PREVIOUS_BAND", "TARGET")),
)
CONTRACT_TRAITS = (
    Trait(
        "PRODUCT_COMBINATION",
        given=("ROLE", "CARD_HELD", "TARGET", "APPLICATION_GROUP", "PREVIOUS_BAND"),
        keep_rest=True,
    ),
    Trait("NAME_CONTRACT_TYPE", given=("PRODUCT_COMBINATION",)),
    Trait(
        "NAME_CONTRACT_STATUS",
        given=("ROLE", "PRODUCT_COMBINATION", "TARGET", "APPLICATION_GROUP", "PREVIOUS_BAND"),
        keep_rest=True,
    ),
    Trait("NAME_PORTFOLIO", given=("PRODUCT_COMBINATION", "NAME_CONTRACT_STATUS")),
    Trait("NAME_PRODUCT_TYPE", given=("PRODUCT_COMBINATION", "NAME_PORTFOLIO")),
    Trait("NAME_YIELD_GROUP", given=("PRODUCT_COMBINATION", "NAME_CONTRACT_STATUS")),
    Trait(
        "DAYS_DECISION",
        given=(
            "ROLE",
            "TARGET",
            "APPLICATION_GROUP",
            "NAME_CONTRACT_TYPE",
            "NAME_CONTRACT_STATUS",
            "PREVIOUS_BAND",
        ),
    ),
    Trait(
        "AMT_APPLICATION",
        given=("NAME_CONTRACT_STATUS", "PRODUCT_COMBINATION", "TARGET", "PREVIOUS_BAND"),
        edges=(1.0,),
    ),
    Trait("CREDIT_TO_APPLICATION", given=("NAME_CONTRACT_TYPE", "NAME_CONTRACT_STATUS"), masked=True),
    Trait("CREDIT_UNASKED", given=("NAME_CONTRACT_TYPE", "NAME_CONTRACT_STATUS"), masked=True),
    Trait(
        "CNT_PAYMENT",
        given=("NAME_CONTRACT_STATUS", "PRODUCT_COMBINATION", "AMT_APPLICATION", "TARGET"),
        edges=TERMS,
    ),
    Trait("CREDIT_TO_ANNUITY", given=("CNT_PAYMENT", "NAME_YIELD_GROUP"), masked=True),
    Trait("RATE_DOWN_PAYMENT", given=("NAME_CONTRACT_TYPE", "NAME_CONTRACT_STATUS", "TARGET"), knots=40),
    Trait("WEEKDAY_APPR_PROCESS_START"),
    Trait("HOUR_APPR_PROCESS_START"),
    Trait("FLAG_LAST_APPL_PER_CONTRACT"),
    Trait("NFLAG_LAST_APPL_IN_DAY"),
    Trait("INTEREST_SHOWN"),
    *(Trait(rate, masked=True) for rate in RATES),
    Trait("NAME_CASH_LOAN_PURPOSE", given=("PRODUCT_COMBINATION",)),
    Trait("NAME_PAYMENT_TYPE", given=("NAME_CONTRACT_TYPE", "NAME_CONTRACT_STATUS")),
    Trait("CODE_REJECT_REASON", given=("NAME_CONTRACT_STATUS", "PRODUCT_COMBINATION")),
    Trait("NAME_TYPE_SUITE", given=("NAME_CONTRACT_TYPE",)),
    Trait("NAME_CLIENT_TYPE", given=("PRODUCT_COMBINATION",)),
    Trait("NAME_GOODS_CATEGORY", given=("PRODUCT_COMBINATION",)),
    Trait("CHANNEL_TYPE", given=("PRODUCT_COMBINATION",)),
    Trait("SELLERPLACE_AREA", given=("CHANNEL_TYPE",)),
    Trait("NAME_SELLER_INDUSTRY", given=("PRODUCT_COMBINATION", "NAME_GOODS_CATEGORY")),
    Trait("NFLAG_INSURED_ON_APPROVAL", given=("NAME_CONTRACT_TYPE",), masked=True),
    Trait("PAID_OUT", given=("ROLE", "NAME_CONTRACT_TYPE", "NAME_CONTRACT_STATUS")),
    Trait("DUE_AFTER", given=("NAME_CONTRACT_TYPE",), masked=True),
    Trait("ENDED_EARLY", given=("CNT_PAYMENT",), masked=True),
    Trait("TERMINATED_AFTER", masked=True, knots=30),
)


def summary(contracts: Columns, instalments: Columns, references: Ids) -> tuple[dict[str, Floats], PerClient]:
    """What earlier applications and the months of loans (`instalments`) tell about `references` (n,)."""
    per_client = PerClient(references, contracts["SK_ID_CURR"].astype(np.int64))
    months = PerClient(references, instalments["SK_ID_CURR"].astype(np.int64))
    status = contracts["NAME_CONTRACT_STATUS"]
    approved = status == "Approved"
    product = contracts["PRODUCT_COMBINATION"]
    measured = {
        "APPLICATIONS": per_client.rows.astype(np.float64),
        "REFUSED_SHARE": per_client.mean(status == "Refused"),
        "APPROVED_SHARE": per_client.mean(approved),
        "NEWEST": per_client.max(contracts["DAYS_DECISION"]),
        "AGE": per_client.mean(contracts["DAYS_DECISION"]),
        "TERM": per_client.mean(contracts["CNT_PAYMENT"]),
        "CREDIT": per_client.mean(np.where(approved, contracts["AMT_CREDIT"], np.nan)),
        "DOWN_PAYMENT": per_client.mean(contracts["RATE_DOWN_PAYMENT"]),
        "HIGH_YIELD_SHARE": per_client.mean(contracts["NAME_YIELD_GROUP"] == "high"),
        "MOBILE_SHARE": per_client.mean(product == "POS mobile with interest"),
        "CARD_SHARE": per_client.mean(contracts["NAME_CONTRACT_TYPE"] == REVOLVING),
        "LATE_SHARE": months.mean(instalments["SK_DPD"] > 0),
    }
    return measured, per_client


def fold_clients(contracts: Columns, clients: Columns) -> dict[str, Values]:
    """The client traits of `clients` (n,), whose `contracts` these are, and what goes with their number."""
    per_client = PerClient(clients["SK_ID_CURR"].astype(np.int64), contracts["SK_ID_CURR"].astype(np.int64))
    counts = per_client.rows.astype(np.float64)
    loan_held = np.where(per_client.sum(open_contracts(contracts)[0]) > 0, "1", "0").astype(object)
    return {"APPLICATIONS": counts, "LOAN_HELD": loan_held, **client_groups(clients["CARD_BAND"], counts)}


def fold(contracts: Columns, clients: Columns, owner: Ids) -> dict[str, Values]:
    """The traits of real earlier applications; `owner` (n,) is the row of each one's client in `clients`."""
    requested, credit = contracts["AMT_APPLICATION"], contracts["AMT_CREDIT"]
    dates = {name: np.where(contracts[name] == NO_DATE, np.nan, contracts[name]) for name in DATES}
    revolving = contracts["NAME_CONTRACT_TYPE"] == REVOLVING
    annuity = np.where(revolving, np.nan, contracts["AMT_ANNUITY"])
    last, planned = dates["DAYS_LAST_DUE"], dates["DAYS_LAST_DUE_1ST_VERSION"]
    # A loan that still runs has not ended early; leaving it out would make early ends look too common.
    early = np.where(np.isnan(last) & (planned > 0), 0.0, last - planned)
    return {
        **contracts,
        **{name: clients[name][owner] for name in CLIENT_PARENTS},
        "ROLE": _roles(contracts, owner, clients["CARD_HELD"] == "1"),
        "CREDIT_TO_APPLICATION": np.where(requested > 0, ratio(credit, requested), np.nan),
        "CREDIT_UNASKED": np.where(requested > 0, np.nan, credit),
        "CREDIT_TO_ANNUITY": ratio(credit, annuity),
        "PAID_OUT": np.where(np.isnan(contracts["DAYS_FIRST_DUE"]), "0", "1").astype(object),
        "INTEREST_SHOWN": np.where(np.isnan(contracts[RATES[0]]), "0", "1").astype(object),
        "DUE_AFTER": dates["DAYS_FIRST_DUE"] - contracts["DAYS_DECISION"],
        "ENDED_EARLY": np.where(revolving, np.nan, early),
        "TERMINATED_AFTER": dates["DAYS_TERMINATION"] - dates["DAYS_LAST_DUE"],
    }


def draw(
    sheets: tuple[Sheet, Sheet], rng: np.random.Generator, clients: Columns, first: int
) -> dict[str, Values]:
    """New earlier applications of `clients` (n,), numbered from `first`. The other columns of `clients`,
    such as bands, come along: the months of these contracts need them."""
    client_sheet, contract_sheet = sheets
    with_history = clients["PREVIOUS_BAND"] != NO_HISTORY
    given = take(clients, with_history)
    drawn = client_sheet.draw(rng, given, int(with_history.sum()))
    drawn |= client_groups(drawn["CARD_BAND"], drawn["APPLICATIONS"])
    loans, cards = (np.asarray(drawn[name] == "1", dtype=np.int64) for name in ("LOAN_HELD", "CARD_HELD"))
    owner, place = spread(np.maximum(np.round(drawn["APPLICATIONS"]), np.maximum(loans + cards, 1)))
    not_loan = np.where(place < (loans + cards)[owner], CARD, OTHER)
    theirs = take(drawn, owner) | {"ROLE": np.where(place < loans[owner], LOAN, not_loan).astype(object)}
    return {
        **unfold(contract_sheet.draw(rng, theirs, len(owner))),
        "SK_ID_PREV": np.arange(first, first + len(owner), dtype=np.float64),
    }


def open_contracts(contracts: Columns) -> tuple[Values, Values]:
    """(paid out as a loan, approved as a card), of each of the `contracts` (n,)."""
    approved = contracts["NAME_CONTRACT_STATUS"] == "Approved"
    revolving = contracts["NAME_CONTRACT_TYPE"] == REVOLVING
    return approved & ~revolving & ~np.isnan(contracts["DAYS_FIRST_DUE"]), approved & revolving


def _roles(contracts: Columns, owner: Ids, has_card: Values) -> Values:
    """The oldest loan of a client is the "loan", the oldest card of one who uses it the "card": nearly all
    have the one and few the other, which drawing product after product would blur."""
    loan, card = open_contracts(contracts)
    roles = np.full(len(owner), OTHER, dtype=object)
    order = np.argsort(contracts["DAYS_DECISION"], kind="stable")
    for role, those in ((LOAN, loan), (CARD, card & has_card[owner])):
        rows = order[those[order]]
        roles[rows[np.unique(owner[rows], return_index=True)[1]]] = role
    return roles


def client_groups(card_band: Values, applications: Floats) -> dict[str, Values]:
    """What else, besides the band, the products of a client depend on."""
    has_card = np.where(card_band == NO_HISTORY, "0", "1").astype(object)
    return {"CARD_HELD": has_card, "APPLICATION_GROUP": size_group(applications)}


def unfold(traits: Columns) -> dict[str, Values]:
    """The raw columns of drawn earlier applications."""
    return {**traits, **_amounts(traits), **_dates(traits)}


def _amounts(traits: Columns) -> dict[str, Values]:
    requested = np.maximum(traits["AMT_APPLICATION"], 0.0)
    asks = money(requested) > 0
    lent = np.where(asks, requested * traits["CREDIT_TO_APPLICATION"], traits["CREDIT_UNASKED"])
    term = np.round(traits["CNT_PAYMENT"])
    revolving = traits["NAME_CONTRACT_TYPE"] == REVOLVING
    evenly = budget.annuity_within(lent, lent / traits["CREDIT_TO_ANNUITY"], term)
    monthly = np.where(revolving, lent * 0.05, evenly)
    granted = budget.scale_of_past_loans(monthly, traits["AMT_INCOME_TOTAL"])
    requested, credit, annuity = money(requested * granted), money(lent * granted), money(monthly * granted)
    paid_down = np.clip(traits["RATE_DOWN_PAYMENT"] / DOWN_PAYMENT_SCALE, 0.0, 0.9)
    shown = traits["INTEREST_SHOWN"] == "1"
    return {
        "AMT_APPLICATION": requested,
        "AMT_GOODS_PRICE": np.where(asks, requested, np.nan),
        "AMT_CREDIT": credit,
        "CNT_PAYMENT": term,
        "AMT_ANNUITY": np.where(np.isnan(term), np.nan, annuity),
        "AMT_DOWN_PAYMENT": money(credit * paid_down / (1 - paid_down)),
        "HOUR_APPR_PROCESS_START": np.round(traits["HOUR_APPR_PROCESS_START"]),
        "SELLERPLACE_AREA": np.round(traits["SELLERPLACE_AREA"]),
        **{rate: np.where(shown, traits[rate], np.nan) for rate in RATES},
    }


def _dates(traits: Columns) -> dict[str, Values]:
    """First and last dues of approved contracts; "no date" for what has not happened, else missing."""
    grown_up = budget.came_of_age(traits["DAYS_BIRTH"])
    decision = np.minimum(np.maximum(np.round(traits["DAYS_DECISION"]), grown_up), -1.0)
    paid_out = traits["PAID_OUT"] == "1"
    revolving = traits["NAME_CONTRACT_TYPE"] == REVOLVING
    first = decision + np.maximum(np.round(traits["DUE_AFTER"]), 1.0)
    planned = first + DUE_EVERY * (np.maximum(np.round(traits["CNT_PAYMENT"]), 1.0) - 1)
    last = np.maximum(planned + np.minimum(np.round(traits["ENDED_EARLY"]), 0.0), first)
    over = (last < 0) & ~revolving
    ended = last + np.maximum(np.round(traits["TERMINATED_AFTER"]), 1.0)
    dates = {
        "DAYS_FIRST_DRAWING": np.where(revolving & (first < 0), first - DUE_EVERY, NO_DATE),
        "DAYS_FIRST_DUE": np.where(first < 0, first, NO_DATE),
        "DAYS_LAST_DUE_1ST_VERSION": np.where(revolving, NO_DATE, planned),
        "DAYS_LAST_DUE": np.where(over, last, NO_DATE),
        "DAYS_TERMINATION": np.where(over & (ended < 0), ended, NO_DATE),
    }
    insured = np.where(paid_out, np.round(traits["NFLAG_INSURED_ON_APPROVAL"]), np.nan)
    paid = {name: np.where(paid_out, day, np.nan) for name, day in dates.items()}
    return {"DAYS_DECISION": decision, "NFLAG_INSURED_ON_APPROVAL": insured, **paid}
