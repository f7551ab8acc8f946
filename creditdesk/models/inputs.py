"""The model's inputs of a profile or an assessment, packed in one column and read by name."""

from collections.abc import Mapping
from typing import Any

from scoring.ml.features import packing
from scoring.ml.features.packing import PackedInputs, PackedRecord


def pack_inputs(
    application: Mapping[str, float | str], history: Mapping[str, float], history_rows: Mapping[str, int]
) -> PackedInputs:
    """Pack the inputs for the column `packed_inputs`, with the digest of the profile."""
    return packing.pack(application, history, history_rows)


def profile_digest(
    application: Mapping[str, float | str], history: Mapping[str, float], history_rows: Mapping[str, int]
) -> str:
    """SHA-256 of the model's inputs; equal digests mean equal verdicts of one model version."""
    return pack_inputs(application, history, history_rows).digest


class WithInputs:
    """Application and history by name, of a model with a column `packed_inputs`; unpacked once."""

    packed_inputs: Any
    _opened: tuple[Any, PackedRecord] | None = None

    @property
    def record(self) -> Mapping[str, Any]:
        """Application columns and history aggregates side by side, as the features read them."""
        return self._record

    @property
    def application(self) -> dict[str, Any]:
        """The raw application columns that are present."""
        return self._record.application

    @property
    def history(self) -> dict[str, float]:
        """The history aggregates that are present."""
        return self._record.history

    @property
    def _record(self) -> PackedRecord:
        if self._opened is None or self._opened[0] is not self.packed_inputs:
            self._opened = (self.packed_inputs, PackedRecord(self.packed_inputs))
        return self._opened[1]
