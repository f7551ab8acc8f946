import numpy as np

from scoring.ml.portfolio import names
from scoring.ml.portfolio.names import LISTS


def listed(stem):
    return set((LISTS / f"{stem}.txt").read_text(encoding="utf-8").splitlines())


def drawn(gender, size=2_000):
    clients = {"SK_ID_CURR": np.arange(size), "CODE_GENDER": np.full(size, gender, dtype=object)}
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
