from collections.abc import Callable
from typing import Any, NamedTuple

import orjson
import pytest
from django.test import Client as Browser

from accounts.api_keys import rate_limit
from accounts.api_keys.lifecycle import create_key
from accounts.models import ApiKey, User


class ApiClient(NamedTuple):
    """A program with a key, which api the API as a stranger's browser would: without a session."""

    key: ApiKey
    text: str

    def post(self, path: str, question: Any, **headers: str) -> Any:
        body = question if isinstance(question, bytes) else orjson.dumps(question)
        return Browser().post(
            f"/api/v1/{path}", body, content_type="application/json", headers=self.headers(**headers)
        )

    def get(self, path: str, **headers: str) -> Any:
        return Browser().get(f"/api/v1/{path}", headers=self.headers(**headers))

    def headers(self, **more: str) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.text}", **{k.replace("_", "-"): v for k, v in more.items()}}


def api_client_of(owner: User, **what: Any) -> ApiClient:
    return ApiClient(*create_key(owner=owner, name="test", by=None, **what))


@pytest.fixture(autouse=True)
def nobody_has_asked_yet() -> None:
    rate_limit.forget()


@pytest.fixture
def api_client(model_in_use, person) -> Callable[..., ApiClient]:
    """A program with a key of that person; a model answers."""
    return lambda name="advisor", **what: api_client_of(person(name), **what)
