import json
import math
import zlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring.ml.features import packing
from scoring.ml.features.frames import APPLICATION, CATEGORIES, HISTORY
from scoring.ml.features.packing import layout, pack, pack_columns, unpack
from scoring.ml.tables.catalogue import column

NUMBERS = [name for name in (*APPLICATION, *HISTORY) if name not in CATEGORIES]
VALUES = {name: sorted(column("application", name).categories) for name in APPLICATION if name in CATEGORIES}
numbers = st.floats(allow_nan=False, allow_infinity=False)
histories = st.dictionaries(st.sampled_from(HISTORY), numbers)
applications = st.builds(
    lambda given, categories: {**given, **categories},
    st.dictionaries(st.sampled_from([name for name in APPLICATION if name not in CATEGORIES]), numbers),
    st.fixed_dictionaries({}, optional={name: st.sampled_from(values) for name, values in VALUES.items()}),
)


def bits(values):
    return {
        name: value if isinstance(value, str) else np.float64(value).tobytes()
        for name, value in values.items()
    }


@given(applications, histories)
def test_a_row_gives_back_every_value_to_the_bit(application, history):
    unpacked = unpack(pack(application, history, {}).row)
    assert bits(unpacked.application) == bits(application)
    assert bits(unpacked.history) == bits(history)


@given(applications, histories)
def test_a_batch_packs_as_one_by_one(application, history):
    record = {**application, **history}
    columns = {
        name: np.array([record.get(name), None], dtype=object)
        if name in CATEGORIES
        else np.array([record.get(name, math.nan), math.nan])
        for name in (*APPLICATION, *HISTORY)
    }
    rows = [{"bureau": 3}, {}]
    assert list(pack_columns(columns, rows)) == [pack(application, history, rows[0]), pack({}, {}, {})]


def test_every_kind_of_number_comes_back_to_the_bit():
    values = [0.0, -0.0, 127.0, -129.0, 32767.0, -32768.0, 675000.0, 2.0**31, 1e300, math.inf, -math.inf]
    values += [0.5, 17.53, 406597.5, 12345678.91, -0.0001, 214748.3647, 214748.3648, 1 / 3, 5e-324, 0.1 + 0.2]
    history = dict(zip(HISTORY, values, strict=False))
    assert bits(unpack(pack({}, history, {}).row).history) == bits(history)


def test_a_row_of_an_earlier_release_reads_as_before_and_keeps_its_digest():
    row = bytes.fromhex(
        "01010078016b61606061a0003450a09708adff910148bdd845094710dd5075e840a9f0d220b52b17ec43c1e0aa7db5526241414e"
        "66726249667e9e9255b592bf8f4bbcb3bf4fa8af9f92955285526d2d003d85239a"
    )
    digest = "e1c0a9a7fdfc45fe932116958dc32de43e791ac8be74ab2f281dd20c7ca55ce6"
    application = {
        "AMT_CREDIT": 406597.5,
        "DAYS_BIRTH": -9461.0,
        "EXT_SOURCE_2": 0.26294859,
        "NAME_CONTRACT_TYPE": "Cash loans",
        "OLD_COLUMN": "x",
    }
    history = {"PREV_APPROVED_COST_TO_GOODS_mean": 1 / 3}
    assert unpack(row) == (application, history)
    assert packing.content_digest(row, {"bureau": 2}) == digest
    assert pack(application, history, {"bureau": 2}).digest == digest


def test_what_the_layout_has_no_place_for_is_kept():
    application = {"AMT_CREDIT": 1.0, "NAME_CONTRACT_TYPE": "Barter", "OLD_COLUMN": "x"}
    unpacked = unpack(pack(application, {"OLD_AGGREGATE": 2.5}, {}).row)
    assert unpacked == (application, {"OLD_AGGREGATE": 2.5})


def test_a_digest_says_whether_inputs_are_equal():
    row, digest = pack({"AMT_CREDIT": 1.0}, {}, {"bureau": 0})
    assert digest == pack({"AMT_CREDIT": 1.0, "AMT_ANNUITY": None}, {}, {"bureau": 0}).digest
    different = [
        pack({"AMT_CREDIT": 1.0}, {}, {}),
        pack({"AMT_CREDIT": math.nextafter(1.0, 2.0)}, {}, {"bureau": 0}),
        pack({"AMT_ANNUITY": 1.0}, {}, {"bureau": 0}),
        pack({"AMT_CREDIT": 1.0}, {HISTORY[0]: 1.0}, {"bureau": 0}),
    ]
    assert len({digest, *(other.digest for other in different)}) == 5
    assert packing.content_digest(row, {"bureau": 0}) == digest


def test_the_layout_in_use_is_the_catalogue():
    """Fails when a column or aggregate is added: write the next `layouts/<number>.json`, never change one."""
    order = layout(packing.CURRENT)
    assert (*order.application, *order.history) == tuple(NUMBERS)
    assert order.categories == {
        name: (*column("application", name).categories, *map(str, column("application", name).unknown))
        for name in APPLICATION
        if name in CATEGORIES
    }
    assert all(len(values) < packing.ABSENT for values in order.categories.values())


def test_an_earlier_layout_stays_readable(tmp_path, monkeypatch):
    row = pack({"AMT_CREDIT": 5.0, "NAME_CONTRACT_TYPE": "Cash loans"}, {HISTORY[3]: 7.0}, {}).row
    stored = json.loads((packing.FOLDER / "1.json").read_text(encoding="utf-8"))
    (tmp_path / "1.json").write_text(json.dumps(stored))
    stored["history"] = ["NEW_AGGREGATE", *reversed(stored["history"])]
    (tmp_path / "2.json").write_text(json.dumps(stored))
    monkeypatch.setattr(packing, "FOLDER", tmp_path)
    monkeypatch.setattr(packing, "CURRENT", 2)
    layout.cache_clear()
    try:
        newer = pack(*unpack(row), {}, number=2)
        assert newer.row[1:3] == b"\x02\x00"
        assert unpack(newer.row) == unpack(row)
        assert packing.content_digest(row, {}) == newer.digest
    finally:
        layout.cache_clear()


@pytest.mark.parametrize(
    "row",
    [
        b"",
        b"\x01",
        b"\x03\x01\x00" + zlib.compress(b""),
        b"\x01\xff\xff" + zlib.compress(b""),
        b"\x01\x01\x00x",
    ],
    ids=["empty", "short", "another format", "unknown layout", "no stream"],
)
def test_anything_else_is_refused(row):
    with pytest.raises(ValueError, match="packed row"):
        unpack(row)


def test_numbers_take_less_room_than_as_doubles():
    """As the aggregates of a client: most are whole, some are cents, the rest need their eight bytes."""
    draw = np.random.default_rng(1)
    values = np.concatenate(
        [draw.integers(-9000, 9000, 600), draw.integers(0, 10**7, 200) / 100, draw.random(200)]
    )
    row = pack({}, dict(zip(HISTORY, values.tolist(), strict=False)), {}).row
    assert len(row) < 0.9 * len(zlib.compress(values.tobytes(), 1))
