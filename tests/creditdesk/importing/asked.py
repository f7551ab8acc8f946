"""An import as the operator asks for it."""

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command


def imported(folder: Path, **options: object) -> tuple[str, str]:
    out, err = StringIO(), StringIO()
    call_command("import_portfolio", folder, stdout=out, stderr=err, **options)
    return out.getvalue(), err.getvalue()


def refused(folder: Path, **options: object) -> str:
    with pytest.raises(CommandError) as error:
        imported(folder, **options)
    assert error.value.returncode == 1
    return str(error.value)
