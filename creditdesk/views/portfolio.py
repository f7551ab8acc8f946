from django.contrib.auth.decorators import permission_required
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from creditdesk.models import Case
from creditdesk.pages.portfolio import PortfolioPage
from creditdesk.web.request import DeskRequest


@require_safe
@permission_required("creditdesk.view_portfolio", raise_exception=True)
def portfolio(request: DeskRequest) -> HttpResponse:
    page = PortfolioPage(Case.objects.visible_to(request.user))
    return render(request, "creditdesk/portfolio.html", {"page": page})
