"""The model's inputs of a profile or an assessment, packed in one column and read by name."""

from collections.abc import Mapping
from typing import Any

from scoring.ml.features import packing
from scoring.ml.features.packing import PackedInputs, UnpackedInputs


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
    _unpacked: tuple[Any, UnpackedInputs] | None = None

    @property
    def unpacked(self) -> UnpackedInputs:
        if self._unpacked is None or self._unpacked[0] is not self.packed_inputs:
            self._unpacked = (self.packed_inputs, self._unpack())
        return self._unpacked[1]

    def _unpack(self) -> UnpackedInputs:
        return packing.unpack(self.packed_inputs)

    @property
    def application(self) -> dict[str, Any]:
        """The raw application columns that are present."""
        return self.unpacked.application

    @property
    def history(self) -> dict[str, float]:
        """The history aggregates that are present."""
        return self.unpacked.history

    @property
    def record(self) -> dict[str, float | str | None]:
        """Application columns and history aggregates side by side, as the features read them."""
        return {**self.application, **self.history}
