"""The OpenAPI document: its example is accepted, its bounds are those of the catalogue."""

from typing import Any

import pytest
from django.urls import reverse

from creditdesk.api.examples import APPLICATION
from creditdesk.models import Assessment
from scoring.ml.tables.catalogue import TABLES

pytestmark = pytest.mark.django_db


@pytest.fixture
def schema(api_client) -> dict[str, Any]:
    return api_client(scopes=["model"]).get("openapi.json").json()


def test_the_example_is_answered(api_client, schema):
    (payload, *_) = schema["components"]["schemas"]["Question"]["examples"]
    for path in ("predict", "explain"):
        answer = api_client().post(path, payload).json()
        assert Assessment.objects.get(pk=answer["assessment_id"]).probability == answer["probability"]


def test_every_column_is_described_as_the_catalogue_declares_it(schema):
    schemas = schema["components"]["schemas"]
    described = schemas["Application"]["properties"]
    assert described.keys() == {column.name for column in TABLES["application"].columns}
    assert schemas["Application"]["required"] == ["NAME_CONTRACT_TYPE", "AMT_CREDIT"]
    amount = described["AMT_CREDIT"]
    column = next(column for column in TABLES["application"].columns if column.name == "AMT_CREDIT")
    assert (amount["minimum"], amount["maximum"]) == (column.minimum, column.maximum)
    education, _ = described["NAME_EDUCATION_TYPE"]["anyOf"]
    assert "Higher education" in education["enum"]


def test_the_document_leaves_nothing_open_that_the_api_refuses(schema):
    schemas = schema["components"]["schemas"]
    whole, _ = schemas["Application"]["properties"]["CNT_CHILDREN"]["anyOf"]
    assert whole["type"] == "integer"
    by_reference, by_application = schemas["Question"]["oneOf"]
    assert (by_reference["required"], by_application["required"]) == (["reference"], ["application"])
    (header,) = schema["paths"]["/api/v1/predict"]["post"]["parameters"]
    assert (header["schema"]["minLength"], header["schema"]["maxLength"]) == (1, 255)
    # What is no request is answered too, by its problem.
    assert len(schemas["Batch"]["properties"]["items"]["items"]["anyOf"]) == 2


@pytest.mark.parametrize("number", [2**53, 2**53 + 1])
def test_a_number_that_would_be_rounded_to_another_clients_is_refused(api_client, number):
    payload = {"application": APPLICATION | {"SK_ID_CURR": number}}
    assert api_client().post("predict", payload).status_code == 422
    taken = {"application": APPLICATION | {"SK_ID_CURR": 2**53 - 1}}
    assert api_client().post("predict", taken).json()["reference"] == str(2**53 - 1)


def test_half_a_character_in_a_name_is_refused_and_breaks_nothing(api_client):
    for body in (b'{"\\ud800": 1}', b'{"reference": "\\ud800"}', b'{"application": {"\\udfff": NaN}}'):
        assert api_client().post("predict", body).status_code in {400, 422}


def test_operations_document_authentication_and_errors(schema):
    assert schema["paths"].keys() == {
        f"/api/v1/{path}" for path in ("predict", "explain", "predict/batch", "model")
    }
    for operations in schema["paths"].values():
        for operation in operations.values():
            assert operation["security"]
            assert "application/problem+json" in operation["responses"]["422"]["content"]


def test_whoever_has_signed_in_may_read_it_and_nobody_else(client, client_as, schema):
    address = reverse("api_openapi")
    assert client.get(address).status_code == 401
    assert client.get(address, headers={"Authorization": "Bearer nothing"}).status_code == 401
    assert client_as("analyst").get(address).json() == schema


def test_the_page_loads_nothing_from_elsewhere_and_runs_nothing_inline(client_as):
    page = client_as("advisor").get(reverse("api_docs"))
    text = page.content.decode()
    assert 'data-openapi="/api/v1/openapi.json"' in text
    assert "https://" not in text
    assert "unsafe" not in page["Content-Security-Policy"]
    assert all("src=" in tag for tag in text.split("<script")[1:])
