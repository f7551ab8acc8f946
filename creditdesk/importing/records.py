"""A client of an imported folder, in the shape of the desk's tables."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Final, TypedDict

import numpy as np

from creditdesk.models import Case, Client, MonitoringRecord, Profile, profile_digest
from scoring.ml.features.frames import ProfileBatch

_CENT: Final = Decimal("0.01")


class CaseColumns(TypedDict):
    """The columns of a case that come from its application."""

    contract_type: str
    amount_credit: Decimal
    amount_annuity: Decimal | None


@dataclass(frozen=True, slots=True)
class ImportedClient:
    """One client to be stored; `name` is None where the folder has none, and a stored name then stays."""

    reference: str
    name: str | None
    application: Mapping[str, float | str]
    history: Mapping[str, float]
    history_rows: Mapping[str, int]
    digest: str
    sex: str
    family_status: str
    defaulted: bool | None

    def to_client(self, pk: int | None = None) -> Client:
        return Client(pk=pk, name=self.name or "")

    def case_columns(self) -> CaseColumns:
        annuity = self.application.get("AMT_ANNUITY")
        return {
            "contract_type": str(self.application["NAME_CONTRACT_TYPE"]),
            "amount_credit": _money(self.application["AMT_CREDIT"]),
            "amount_annuity": None if annuity is None else _money(annuity),
        }

    def to_profile(self, case: Case) -> Profile:
        return Profile(
            case=case,
            application=self.application,
            history=self.history,
            history_rows=self.history_rows,
            digest=self.digest,
        )

    def to_monitoring_record(self, case: Case) -> MonitoringRecord:
        return MonitoringRecord(
            case=case, sex=self.sex, family_status=self.family_status, defaulted=self.defaulted
        )


def imported_clients(batch: ProfileBatch, names: Mapping[int, str]) -> Iterator[ImportedClient]:
    """Yield the clients of a batch, in its order."""
    history_rows = {table: rows.tolist() for table, rows in batch.history_rows.items()}
    sexes, statuses = (batch.protected[name] for name in ("CODE_GENDER", "NAME_FAMILY_STATUS"))
    references = batch.reference.tolist()
    for row, (application, history) in enumerate(batch.records()):
        counted = {table: rows[row] for table, rows in history_rows.items()}
        target = batch.target[row]
        yield ImportedClient(
            reference=str(references[row]),
            name=names.get(references[row]),
            application=application,
            history=history,
            history_rows=counted,
            digest=profile_digest(application, history, counted),
            sex=sexes[row] or "",
            family_status=statuses[row] or "",
            defaulted=None if np.isnan(target) else bool(target),
        )


def _money(amount: float | str) -> Decimal:
    return Decimal(str(amount)).quantize(_CENT)
