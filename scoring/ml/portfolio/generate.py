"""Drawing a portfolio block by block: forms, then who defaults, then the histories that go with both."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from scoring.ml.portfolio import (
    application,
    bureau,
    bureau_months,
    card,
    default,
    names,
    outcomes,
    previous,
    repayment,
)
from scoring.ml.portfolio.default import Default
from scoring.ml.portfolio.margins import Floats, Values
from scoring.ml.portfolio.rows import take
from scoring.ml.portfolio.traits import Columns, Sheet, Trait

BLOCK = 5_000
FIRST_CLIENT = 500_001  # above every real SK_ID_CURR, so that the two can live in one database
TEST_SHARE = 0.2
# Drawn table by table, histories tell the outcome more plainly than real ones, which repeat each other (a
# quick model had AUC 0.90). So they follow it for this share of the clients; others have somebody else's.
INFORMATIVE_SHARE = 0.5
LIKE = "HISTORY_LIKE_TARGET"
"""Whose history a client has: "1" of one who defaults."""
SHEETS: Mapping[str, tuple[Trait, ...]] = {
    "application": application.TRAITS,
    "bureau_clients": bureau.CLIENT_TRAITS,
    "bureau_credits": bureau.CREDIT_TRAITS,
    "previous_clients": previous.CLIENT_TRAITS,
    "previous_contracts": previous.CONTRACT_TRAITS,
    "loans": repayment.LOAN_TRAITS,
    "payments": repayment.PAYMENT_TRAITS,
    "payers": repayment.PAYER_TRAITS,
    "cards": card.CARD_TRAITS,
}
Block = dict[str, dict[str, Values]]


@dataclass(frozen=True)
class Portfolio:
    """What was measured, ready to draw from."""

    layout: Mapping[str, list[list[str]]]
    sheets: Mapping[str, Sheet]
    form_default: Default
    history_default: tuple[Default, ...]
    bureau_months: Mapping[str, Any]

    @classmethod
    def from_json(cls, measured: Mapping[str, Any]) -> "Portfolio":
        return cls(
            layout=measured["layout"],
            sheets={name: Sheet.from_json(traits, measured[name]) for name, traits in SHEETS.items()},
            form_default=Default.from_json(measured["default"]),
            history_default=tuple(Default.from_json(model) for model in measured["default_history"]),
            bureau_months=measured["bureau_months"],
        )

    def blocks(
        self,
        clients: int,
        seed: int,
        *,
        test_share: float = TEST_SHARE,
        last_month: outcomes.Month = outcomes.LAST_MONTH,
        campaign: outcomes.Month | None = None,
    ) -> Iterator[Block]:
        """The seven tables (application in its two files), `clients`, and what was observed up to
        `last_month` (`applied`, `outcomes`), in blocks of at most 5,000 clients.

        The quarter that begins with the month `campaign` is a bad vintage.

        The same seed gives the same rows; a block depends on the seed and the blocks before it only.
        """
        first_credit, first_contract = bureau.FIRST_CREDIT, previous.FIRST_CONTRACT
        for number, start in enumerate(range(0, clients, BLOCK)):
            rng = np.random.default_rng([seed, number])
            size = min(BLOCK, clients - start)
            people = self._people(rng, size, FIRST_CLIENT + start)
            block = self._histories(rng, people, first_credit, first_contract)
            first_credit += len(block["bureau"]["SK_ID_BUREAU"])
            first_contract += len(block["previous_application"]["SK_ID_PREV"])
            block |= _forms(people, rng.random(size) < test_share) | {"clients": names.draw(rng, people)}
            # Numbers of its own: what happens after an application changes nothing before it.
            later = np.random.default_rng([seed, number, 1])
            yield block | outcomes.draw(later, people, last_month, campaign)

    def sample_odds(self, clients: int, seed: int) -> Floats:
        """(clients,) log-odds of default of drawn clients."""
        traits = self.sheets["application"].draw(np.random.default_rng(seed), {}, clients)
        return self._odds(application.unfold(traits), traits)

    def _odds(self, raw: Columns, traits: Columns) -> Floats:
        added = sum((model.log_odds(traits) for model in self.history_default), np.zeros(1))
        return self.form_default.log_odds(default.inputs(raw)) + added

    def _people(self, rng: np.random.Generator, size: int, first: int) -> dict[str, Values]:
        traits = self.sheets["application"].draw(rng, {}, size)
        raw = application.unfold(traits)
        chance = 1 / (1 + np.exp(-self._odds(raw, traits)))
        defaults = rng.random(size) < chance
        like = np.where(rng.random(size) < INFORMATIVE_SHARE, defaults, rng.random(size) < chance)
        payers = self.sheets["payers"].draw(rng, {"TARGET": default.as_category(like)}, size)
        return {
            **raw,
            **{band: traits[band] for band in application.BANDS},
            "PAYER_BAND": payers["PAYER_BAND"],
            "TARGET": defaults.astype(np.float64),
            "CHANCE": chance,
            LIKE: default.as_category(like),
            "SK_ID_CURR": np.arange(first, first + size, dtype=np.float64),
        }

    def _histories(
        self, rng: np.random.Generator, people: Columns, first_credit: int, first_contract: int
    ) -> Block:
        sheets = self.sheets
        columns = ("SK_ID_CURR", *application.BANDS, "PAYER_BAND", "AMT_INCOME_TOTAL", "DAYS_BIRTH")
        clients = {name: people[name] for name in columns}
        clients["TARGET"] = people[LIKE]
        credits = bureau.draw(
            (sheets["bureau_clients"], sheets["bureau_credits"]), rng, clients, first_credit
        )
        contracts = previous.draw(
            (sheets["previous_clients"], sheets["previous_contracts"]), rng, clients, first_contract
        )
        months, payments = repayment.draw((sheets["loans"], sheets["payments"]), rng, contracts)
        card_months, card_payments = card.draw((sheets["cards"], sheets["payments"]), rng, contracts)
        return {
            "bureau": credits,
            "bureau_balance": bureau_months.draw(self.bureau_months, rng, credits),
            "previous_application": contracts,
            "POS_CASH_balance": months,
            "credit_card_balance": card_months,
            "installments_payments": {
                name: np.concatenate([values, card_payments[name]]) for name, values in payments.items()
            },
        }


def _forms(people: Columns, is_test: Values) -> Block:
    return {"application_train": take(people, ~is_test), "application_test": take(people, is_test)}
