"""Saved views of the case list, and its columns."""

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from creditdesk import services
from creditdesk.cases.filters import CaseFilter
from creditdesk.forms.case_list import ColumnsForm, SavedViewForm
from creditdesk.models import SavedView
from creditdesk.pages.case_list import column_choices
from creditdesk.services import ActRefused
from creditdesk.views.case_list import list_address
from creditdesk.web.request import DeskRequest


@require_POST
@sensitive_post_parameters("q")
@permission_required("creditdesk.view_case", raise_exception=True)
def view_save(request: DeskRequest) -> HttpResponse:
    """Save the filters and the order of the list as it stands, under a name."""
    form, case_filter = SavedViewForm(request.POST), CaseFilter(request.POST, user=request.user)
    if case_filter.errors or not form.is_valid():
        messages.error(request, gettext("Give the view a name of at most 60 characters, and valid filters."))
        return redirect("case_list")
    try:
        view = services.save_view(by=request.user, filters=case_filter.active, **form.cleaned_data)
    except ActRefused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, gettext("The view %(name)s is saved.") % {"name": view.name})
    return redirect(list_address(case_filter))


@require_POST
@permission_required("creditdesk.view_case", raise_exception=True)
def view_delete(request: DeskRequest, number: int) -> HttpResponse:
    view = get_object_or_404(SavedView, pk=number, owner=request.user)
    services.delete_view(view=view, by=request.user)
    messages.success(request, gettext("The view %(name)s is deleted.") % {"name": view.name})
    return redirect("case_list")


@require_POST
@sensitive_post_parameters("q")
@permission_required("creditdesk.view_case", raise_exception=True)
def columns_choose(request: DeskRequest) -> HttpResponse:
    case_filter = CaseFilter(request.POST, user=request.user)
    form = ColumnsForm(request.POST, choices=column_choices(case_filter))
    if form.is_valid():
        services.choose_columns(by=request.user, hidden=form.hidden())
    return redirect(list_address(case_filter))
