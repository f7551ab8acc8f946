"""Steps of `bench.scale` that no command does: reading a folder, and searching among its cases."""

import json
import sys
import time
from pathlib import Path
from typing import Final

SEARCHES: Final = 60
TERMS: Final = ("mart", "ber", "lefe", "1000", "dur", "pet")


def read(folder: Path) -> None:
    """DuckDB reads every file of the folder, and nothing else."""
    import duckdb

    for file in sorted(folder.glob("*.parquet")):
        duckdb.read_parquet(str(file)).to_arrow_table()


def search(answers: Path) -> None:
    """Median processor time of the empty page and of a search, in turn, in seconds."""
    import django
    import numpy as np

    django.setup()
    from django.conf import settings
    from django.test import Client as Browser

    from accounts.models import User

    settings.ALLOWED_HOSTS = ["testserver"]
    browser = Browser()
    browser.force_login(User.objects.get(username="manager"))
    taken: dict[str, list[float]] = {"empty": [], "search": []}
    for number in range(SEARCHES):
        begun = time.process_time()
        browser.get("/healthz")
        taken["empty"].append(time.process_time() - begun)
        begun = time.process_time()
        browser.post("/cases/", {"q": TERMS[number % len(TERMS)]}, headers={"HX-Request": "true"})
        taken["search"].append(time.process_time() - begun)
    medians = {name: float(np.median(seconds[5:])) for name, seconds in taken.items()}
    answers.write_text(json.dumps(medians))


if __name__ == "__main__":
    {"read": read, "search": search}[sys.argv[1]](Path(sys.argv[2]))
