"""The real addresses and a few probes: pages whose only business is to be asked for."""

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.urls import path

from accounts import request_id
from creditdesk.urls import urlpatterns as real


def page(request: HttpRequest) -> HttpResponse:
    return HttpResponse(request_id.current())


def forbidden(request: HttpRequest) -> HttpResponse:
    raise PermissionDenied


urlpatterns = [*real, path("page/", page), path("forbidden/", forbidden)]
