"""Expected loss of the portfolio: the page, its export, and the loss table that two people publish."""

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_POST, require_safe

from creditdesk import services
from creditdesk.forms.loss_table import LossTableAnswerForm, LossTableForm
from creditdesk.pages.portfolio.loss import ExpectedLossPage, csv_lines
from creditdesk.web.request import DeskRequest
from scoring.models import LossTable


@require_safe
@permission_required("scoring.view_losstable", raise_exception=True)
def expected_loss(request: DeskRequest) -> HttpResponse:
    return _page(request, ExpectedLossPage(request.user))


@require_safe
@permission_required("creditdesk.export_cases", raise_exception=True)
def expected_loss_export(request: DeskRequest) -> HttpResponseBase:
    """Export the open loans, without a name or a reference, to be computed again elsewhere."""
    page = ExpectedLossPage(request.user)
    if page.loans is None or page.table is None:
        return _page(request, page, 409)
    details = {"expected_loss": True, "cases": len(page.loans)}
    lines = services.export_figures(lines=csv_lines(page.loans, page.table), details=details, by=request.user)
    response = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
    name = f"expected-loss-{timezone.localdate():%Y-%m-%d}.csv"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@require_POST
@permission_required("scoring.propose_losstable", raise_exception=True)
def loss_table_propose(request: DeskRequest) -> HttpResponse:
    form = LossTableForm(request.POST, label_suffix="")
    if not form.is_valid():
        return _page(request, ExpectedLossPage(request.user, form), 422)
    given = form.cleaned_data
    try:
        services.propose_loss_table(
            terms=form.terms(), based_on=given["based_on"], reason=given["reason"], by=request.user
        )
    except services.ActRefused as refusal:
        return _page(request, ExpectedLossPage(request.user, form, refusal=str(refusal)), 409)
    messages.success(request, gettext("Proposed; it waits for a second person."))
    return redirect("expected_loss")


@require_POST
@permission_required("scoring.publish_losstable", raise_exception=True)
def loss_table_answer(request: DeskRequest, number: int) -> HttpResponse:
    table = get_object_or_404(LossTable, pk=number)
    form = LossTableAnswerForm(request.POST, label_suffix="")
    if not form.is_valid():
        return _page(request, ExpectedLossPage(request.user, answer_form=form), 422)
    is_published = form.cleaned_data["answer"] == LossTableAnswerForm.PUBLISH
    answer = services.publish_loss_table if is_published else services.reject_loss_table
    try:
        answer(table=table, reason=form.cleaned_data["reason"], by=request.user)
    except services.ActRefused as refusal:
        return _page(request, ExpectedLossPage(request.user, answer_form=form, refusal=str(refusal)), 409)
    messages.success(request, gettext("Your answer is recorded."))
    return redirect("expected_loss")


@require_POST
@permission_required("scoring.propose_losstable", raise_exception=True)
def loss_table_withdraw(request: DeskRequest, number: int) -> HttpResponse:
    table = get_object_or_404(LossTable, pk=number, proposed_by=request.user)
    try:
        services.withdraw_loss_table(table=table, by=request.user)
    except services.ActRefused as refusal:
        return _page(request, ExpectedLossPage(request.user, refusal=str(refusal)), 409)
    messages.success(request, gettext("Withdrawn."))
    return redirect("expected_loss")


def _page(request: DeskRequest, page: ExpectedLossPage, status: int = 200) -> HttpResponse:
    return render(request, "creditdesk/expected_loss.html", {"page": page}, status=status)
