"""A client of an imported folder, in the shape of the desk's tables."""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final, TypedDict

from creditdesk.encryption.keyring import DataKey
from creditdesk.importing.client_names import ListedClients
from creditdesk.models import Client, Profile
from scoring.ml.features.frames import ProfileBatch
from scoring.ml.features.packing import PackedInputs, pack_columns, unpack

_CENT: Final = Decimal("0.01")
_AMOUNTS: Final = ("AMT_CREDIT", "AMT_ANNUITY")


_NAME: Final = Client._meta.get_field("name")
_INPUTS: Final = Profile._meta.get_field("packed_inputs")


class CaseColumns(TypedDict):
    """The columns of a case that come from its application."""

    contract_type: str
    amount_credit: Decimal
    amount_annuity: Decimal | None


@dataclass(slots=True)
class Sealing:
    """The data key of one client, in the place of a row: encrypted columns ask it for nothing else."""

    key: DataKey
    # The column of the client's name leaves the text with its ciphertext here.
    name: str = ""

    def data_key_in_use(self) -> DataKey:
        return self.key


@dataclass(frozen=True, slots=True)
class ImportedClient:
    """One client to be stored; `name` is None where the folder has none, and a stored name then stays."""

    reference: str
    name: str | None
    contract_type: str
    amount_credit: float
    amount_annuity: float | None
    inputs: PackedInputs
    history_rows: Mapping[str, int]
    sex: str
    family_status: str
    defaulted: bool | None
    # The bank's key of the client, "" where the folder has none.
    key: str = ""

    @property
    def application(self) -> dict[str, Any]:
        return unpack(self.inputs.row).application

    def to_client(self, pk: int | None = None) -> Client:
        return Client(pk=pk, name=self.name or "")

    def case_columns(self) -> CaseColumns:
        annuity = self.amount_annuity
        return {
            "contract_type": self.contract_type,
            "amount_credit": _money(self.amount_credit),
            "amount_annuity": None if annuity is None else _money(annuity),
        }

    def client_row(self, key: int, sealing: Sealing) -> tuple[int, str]:
        return key, _NAME.sealed(self.name, sealing) if self.name else ""

    def case_row(self) -> tuple[str, str, Decimal, Decimal | None]:
        return self.reference, *self.case_columns().values()  # type: ignore[return-value]

    def profile_row(self, sealing: Sealing) -> tuple[bytes, Mapping[str, int], str]:
        return _INPUTS.sealed(self.inputs.row, sealing), self.history_rows, self.inputs.digest


def imported_clients(batch: ProfileBatch, listed: ListedClients) -> Iterator[ImportedClient]:
    """Yield the clients of a batch, in its order."""
    names, keys = listed.names, listed.keys
    columns = {name: batch.columns[name].tolist() for name in ("NAME_CONTRACT_TYPE", *_AMOUNTS)}
    sexes, statuses = (batch.protected[name] for name in ("CODE_GENDER", "NAME_FAMILY_STATUS"))
    targets = batch.target.tolist()
    history_rows = _history_rows(batch)
    packed = pack_columns(batch.columns, history_rows)
    for row, (reference, inputs) in enumerate(zip(batch.reference.tolist(), packed, strict=True)):
        credit, annuity = (columns[name][row] for name in _AMOUNTS)
        yield ImportedClient(
            reference=str(reference),
            name=names.get(reference),
            contract_type=columns["NAME_CONTRACT_TYPE"][row],
            amount_credit=credit,
            amount_annuity=None if math.isnan(annuity) else annuity,
            inputs=inputs,
            history_rows=history_rows[row],
            sex=sexes[row] or "",
            family_status=statuses[row] or "",
            defaulted=None if math.isnan(targets[row]) else bool(targets[row]),
            key=keys.get(reference, ""),
        )


def _history_rows(batch: ProfileBatch) -> list[dict[str, int]]:
    """The number of rows of each provided table, client by client."""
    tables = tuple(batch.history_rows)
    counts = zip(*(rows.tolist() for rows in batch.history_rows.values()), strict=True)
    return [dict(zip(tables, row, strict=True)) for row in counts] if tables else [{}] * len(batch.reference)


def _money(amount: float) -> Decimal:
    return Decimal(str(amount)).quantize(_CENT)
