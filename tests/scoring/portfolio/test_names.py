import numpy as np

from scoring.ml.portfolio import names
from scoring.ml.portfolio.names import LISTS


def listed(stem):
    return set((LISTS / f"{stem}.txt").read_text(encoding="utf-8").splitlines())


def drawn(gender, size=2_000):
    alike = {
        "CODE_GENDER": gender,
        "NAME_FAMILY_STATUS": "Married",
        "NAME_EDUCATION_TYPE": "Higher education",
    }
    clients = {
        "SK_ID_CURR": np.arange(size),
        "DAYS_BIRTH": -8_000 - 8.0 * np.arange(size),
        **{name: np.full(size, value, dtype=object) for name, value in alike.items()},
    }
    return names.draw(np.random.default_rng(4), clients)["NAME"]


def first_names(full_names):
    return {name.split(" ")[0] for name in full_names}


def test_the_first_name_fits_the_sex():
    assert first_names(drawn("F")) <= listed("women")
    assert first_names(drawn("M")) <= listed("men")


def test_there_are_hundreds_of_names_with_accents_hyphens_and_particles():
    everybody = drawn("F") + "\n" + drawn("M")
    text = "\n".join(everybody)
    assert len(first_names(drawn("F"))) > 150
    assert len({name.split(" ", 1)[1] for name in drawn("M")}) > 250
    assert all(sign in text for sign in ("é", "ç", "Anne-", " de La ", " Le ", "d’"))


def test_lists_hold_no_name_twice():
    for stem in ("women", "men", "families", "with_particle"):
        lines = (LISTS / f"{stem}.txt").read_text(encoding="utf-8").splitlines()
        assert len(lines) == len(set(lines))
