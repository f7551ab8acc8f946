"""An address with a zero byte names nothing, in either database."""

import pytest

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("path", ["/models/a%00b/", "/models/%00/fairness/", "/cases/1%002/", "/api/v1/%00"])
def test_an_address_with_a_zero_byte_does_not_exist(client_as, model_in_use, path):
    assert client_as("manager").get(path).status_code == 404
    assert client_as("manager").post(path).status_code == 404
