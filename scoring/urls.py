from django.urls import path

from scoring import views
from scoring.views import version

# A version cannot have the name of one of these pages: see services.registry.RESERVED.
urlpatterns = [
    path("", views.model_list, name="model_list"),
    path("propose/", views.model_propose, name="model_propose"),
    path("challenger/", views.model_challenger, name="model_challenger"),
    path("switch/", views.model_switch, name="model_switch"),
    path("at/", views.model_at, name="model_at"),
    path("compare-two/", views.model_pair, name="model_pair"),
    path("proposals/<int:number>/", views.proposal_detail, name="proposal_detail"),
    path("proposals/<int:number>/answer/", views.proposal_answer, name="proposal_answer"),
    path("proposals/<int:number>/withdraw/", views.proposal_withdraw, name="proposal_withdraw"),
    path("compare/", version.model_comparison, name="model_comparison"),
    path("<str:version>/", version.model_detail, name="model_detail"),
    path("<str:version>/performance/", version.model_performance, name="model_performance"),
    path("<str:version>/weaknesses/", version.model_weaknesses, name="model_weaknesses"),
    path("<str:version>/explanation/", version.model_explanation, name="model_explanation"),
    path("<str:version>/explanation/features/", version.model_dependence, name="model_dependence"),
    path("<str:version>/explanation/pairs/", version.model_interactions, name="model_interactions"),
    path("<str:version>/card/", version.version_card, name="model_card"),
    path("<str:version>/fairness/", version.model_fairness, name="model_fairness"),
]
