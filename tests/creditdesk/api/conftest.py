from collections.abc import Callable
from typing import Any, NamedTuple

import orjson
import pytest
from django.test import Client as Browser

from accounts.api_keys import rate_limit
from accounts.api_keys.lifecycle import create_key
from accounts.models import ApiKey


class ApiClient(NamedTuple):
    """A program with an API key and without a session."""

    key: ApiKey
    text: str

    def post(self, path: str, payload: Any, **headers: str) -> Any:
        body = payload if isinstance(payload, bytes) else orjson.dumps(payload)
        return Browser().post(
            f"/api/v1/{path}", body, content_type="application/json", headers=self.headers(**headers)
        )

    def get(self, path: str, **headers: str) -> Any:
        return Browser().get(f"/api/v1/{path}", headers=self.headers(**headers))

    def headers(self, **more: str) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.text}", **{k.replace("_", "-"): v for k, v in more.items()}}


@pytest.fixture(autouse=True)
def fresh_rate_limit() -> None:
    rate_limit.forget()


@pytest.fixture
def api_client(model_in_use, person) -> Callable[..., ApiClient]:
    """A client of the API with a key of that person; a model is in use."""
    return lambda name="advisor", **options: ApiClient(
        *create_key(owner=person(name), name="test", by=None, **options)
    )
