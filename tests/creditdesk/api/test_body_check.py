"""A body that costs more to read than any request of the API is refused before it is parsed."""

import time
import tracemalloc

import orjson
import pytest

from creditdesk.api import examples
from creditdesk.api.body_check import MAX_DEPTH, MAX_FIELDS, MAX_UNKNOWN_FIELDS, MAX_VALUES, check_body
from creditdesk.api.problems import Problem
from creditdesk.limits import API_LARGEST_BODY
from creditdesk.models import Assessment

MIB = 1024 * 1024


def unknown_fields(count: int) -> bytes:
    return b"{" + b",".join(b'"unknown-field-%07d":0' % number for number in range(count)) + b"}"


def spread_over_items(field: bytes, items: int, each: int) -> bytes:
    item = b"{" + b",".join([field] * each) + b"}"
    return b'{"items":[' + b",".join([item] * items) + b"]}"


HOSTILE = {
    "700,000 unknown fields": unknown_fields(650_000),
    "unknown fields spread over items": spread_over_items(b'"unknown":1', 5_000, 140),
    "known fields spread over items": spread_over_items(b'"reference":1', 5_000, 140),
    "many numbers": b'{"items":[' + b"1," * 7_000_000 + b"1]}",
    "many empty lists": b'{"items":[' + b"[]," * 5_000_000 + b"1]}",
    "many strings": b'{"items":[' + b'"a",' * 3_500_000 + b"1]}",
    "one object of known fields": b"{" + b",".join([b'"reference":1'] * 300_000) + b"}",
    "deep": b"[" * 100_000,
    "quotation marks alone": b'"\\"' * 5_000_000,
}


@pytest.mark.parametrize("body", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_hostile_body_is_refused_within_a_second_and_without_building_it(body):
    tracemalloc.start()
    started = time.process_time()
    with pytest.raises(Problem) as refusal:
        check_body(body)
    seconds = time.process_time() - started
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert refusal.value.status in {413, 422}
    assert most < MIB
    assert seconds < 1


@pytest.mark.parametrize(
    "body",
    [
        b'"' + b"\\n" * 7 * MIB,
        b'{"' + b"a" * 15 * MIB,
        b'{"reference":' + b" " * 15 * MIB + b"1}",
        b"\\" * 15 * MIB,
    ],
    ids=["escapes", "open string", "spaces", "backslashes"],
)
def test_a_long_text_costs_no_memory(body):
    tracemalloc.start()
    check_body(body)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < MIB


def test_the_largest_requests_that_the_api_documents_pass():
    thousand = orjson.dumps({"items": [{"application": examples.APPLICATION}] * 1000})
    row = {f"{name}": 1.0 for name in ("SK_ID_PREV", "DAYS_DECISION", "AMT_CREDIT")}
    history = orjson.dumps(
        {"application": examples.APPLICATION, "history": {"previous_application": [row] * 10_000}}
    )
    for body in (thousand, history):
        check_body(body)


def test_each_limit_is_the_last_value_that_passes():
    padding = b" " * 20_000
    check_body(padding + unknown_fields(MAX_FIELDS))
    with pytest.raises(Problem, match="more than 250 fields"):
        check_body(padding + unknown_fields(MAX_FIELDS + 1))
    check_body(padding + b"[" * MAX_DEPTH)
    with pytest.raises(Problem, match="nests deeper"):
        check_body(padding + b"[" * (MAX_DEPTH + 1))
    check_body(b"1," * MAX_VALUES)
    with pytest.raises(Problem, match="400,000 values"):
        check_body(b"1," * (MAX_VALUES + 1))
    check_body(spread_over_items(b'"x":1', 10, MAX_UNKNOWN_FIELDS // 10) + padding)
    with pytest.raises(Problem, match="does not know"):
        check_body(spread_over_items(b'"x":1', 11, MAX_UNKNOWN_FIELDS // 10) + padding)


def test_texts_are_no_fields_and_their_brackets_nest_nothing():
    text = orjson.dumps([["[{" * 50 + '\\"', 'a": "b', "c"] for _ in range(2_000)])
    check_body(text)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("body", "status", "detail"),
    [
        (unknown_fields(600_000), 413, "The body has more than 400,000 values."),
        (unknown_fields(2_000), 422, "An object has more than 250 fields."),
    ],
    ids=["600,000 fields", "2,000 fields"],
)
def test_a_hostile_request_is_answered_with_the_limit_and_stores_nothing(api_client, body, status, detail):
    answer = api_client().post("predict", body)
    assert len(body) < API_LARGEST_BODY
    assert (answer.status_code, answer["Content-Type"]) == (status, "application/problem+json")
    assert answer.json()["detail"] == detail
    assert not Assessment.objects.exists()


@pytest.mark.django_db
def test_a_history_of_wrong_rows_names_the_first_faults_only(api_client):
    rows = [{"SK_ID_BUREAU": "x", "DAYS_CREDIT": "y", "AMT_CREDIT_SUM": "z"}] * 9_000
    answer = api_client().post("predict", {"application": examples.APPLICATION, "history": {"bureau": rows}})
    assert answer.status_code == 422
    fields = [error["field"] for error in answer.json()["errors"]]
    assert "history.bureau.0.SK_ID_BUREAU" in fields
    assert len(fields) <= 20
    assert not [field for field in fields if field.startswith("history.bureau.1.")]


@pytest.mark.django_db
def test_each_item_of_a_batch_counts_against_the_limit_of_the_key(api_client, case_of):
    case, api = case_of("advisor"), api_client(per_minute=10)
    items = [{"reference": case.reference}]
    assert api.post("predict/batch", {"items": items * 8}).status_code == 200
    refused = api.post("predict/batch", {"items": items * 8})
    assert refused.status_code == 429
    assert int(refused["Retry-After"]) >= 30
    assert api.post("predict/batch", {"items": items * 12}).status_code in {422, 429}
    assert Assessment.objects.filter(case=case).count() <= 8


@pytest.mark.django_db
def test_a_batch_beyond_the_limit_of_the_key_is_refused_for_good(api_client, case_of):
    items = [{"reference": case_of("advisor").reference}] * 12
    answer = api_client(per_minute=10).post("predict/batch", {"items": items})
    assert answer.status_code == 422
    assert "may ask 10 times a minute" in answer.json()["detail"]
    assert not Assessment.objects.exists()
