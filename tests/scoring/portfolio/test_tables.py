"""A drawn portfolio is accepted by the table checks."""

import pytest

from scoring.ml.tables.checks import check
from scoring.ml.tables.folder import open_folder


@pytest.mark.parametrize("file_format", ["parquet", "csv"])
def test_the_desk_takes_every_row(make, file_format):
    folder = open_folder(make(file_format=file_format))
    assert folder.absent == ()
    assert list(check(folder).rejects) == []
