from django.contrib.auth.decorators import login_not_required
from django.urls import include, path
from django.views.i18n import set_language

from accounts.administration.site import site
from creditdesk.pages.case.tabs import TABS
from creditdesk.views.about import about_model
from creditdesk.views.absence import absence_cancel, absences
from creditdesk.views.affordability import case_charges
from creditdesk.views.assignment import case_assign, case_snooze, case_wake, cases_assign
from creditdesk.views.breakdown import breakdown, breakdown_export
from creditdesk.views.case import case_assess, case_detail, case_opened, case_tab
from creditdesk.views.case_list import case_list
from creditdesk.views.casework import (
    case_answer,
    case_claim,
    case_contest,
    case_contest_review,
    case_escalate,
    case_release,
    case_share,
    case_snapshot,
)
from creditdesk.views.client_merge import client_merge, client_part
from creditdesk.views.correction import case_correct
from creditdesk.views.decision import case_check, case_decide
from creditdesk.views.demo import demo_sign_in, demo_welcome
from creditdesk.views.document import (
    case_documents,
    document_file,
    document_remove,
    document_request,
    document_request_letter,
)
from creditdesk.views.drift import drift, drift_evidently, drift_performance, drift_report, drift_reports
from creditdesk.views.expected_loss import (
    expected_loss,
    expected_loss_export,
    loss_table_answer,
    loss_table_propose,
    loss_table_withdraw,
)
from creditdesk.views.export import case_export, case_timeline_export
from creditdesk.views.health import healthz, readyz
from creditdesk.views.help import help_page
from creditdesk.views.history_rows import case_correct_history
from creditdesk.views.home import home
from creditdesk.views.letter import case_explanation, case_letter
from creditdesk.views.metrics import metrics
from creditdesk.views.new_case import client_file, draft_delete, draft_save, new_case
from creditdesk.views.note import case_note_change, case_note_remove, case_notes
from creditdesk.views.notifications import notification_count, notifications, notifications_read
from creditdesk.views.operations import operations
from creditdesk.views.opinion import case_opinion
from creditdesk.views.outcomes import outcomes
from creditdesk.views.palette import palette
from creditdesk.views.policy import (
    policy_answer,
    policy_desk,
    policy_detail,
    policy_export,
    policy_list,
    policy_propose,
    policy_withdraw,
)
from creditdesk.views.portfolio import portfolio, portfolio_totals
from creditdesk.views.saved_view import columns_choose, view_delete, view_save
from creditdesk.views.shadow import shadow
from creditdesk.views.simulation import case_counterfactuals, case_simulation, scenario_delete, scenario_save
from creditdesk.views.team import team_add, team_remove, teams
from creditdesk.views.withdrawal import case_reopen, case_withdraw

urlpatterns = [
    path("", home, name="home"),
    path("about-the-model/", about_model, name="about_model"),
    path("cases/", case_list, name="case_list"),
    path("cases/export.csv", case_export, name="case_export"),
    path("cases/new/", new_case, name="case_new"),
    path("cases/new/draft/", draft_save, name="draft_save"),
    path("cases/new/draft/delete/", draft_delete, name="draft_delete"),
    path("cases/new/file/", client_file, name="case_file"),
    path("cases/assign/", cases_assign, name="cases_assign"),
    path("cases/views/", view_save, name="view_save"),
    path("cases/views/<int:number>/delete/", view_delete, name="view_delete"),
    path("cases/columns/", columns_choose, name="columns_choose"),
    path("cases/<str:reference>/", case_detail, name="case_detail"),
    *(path(f"cases/<str:reference>/{tab}/", case_tab, {"tab": tab}, name=f"case_{tab}") for tab in TABS),
    path("cases/<str:reference>/assess/", case_assess, name="case_assess"),
    path("cases/<str:reference>/decide/", case_decide, name="case_decide"),
    path("cases/<str:reference>/opinion/", case_opinion, name="case_opinion"),
    path("cases/<str:reference>/correct/", case_correct, name="case_correct"),
    path("cases/<str:reference>/merge/", client_merge, name="client_merge"),
    path("cases/<str:reference>/merge/undo/", client_part, name="client_part"),
    path("cases/<str:reference>/correct/<str:table>/", case_correct_history, name="case_correct_history"),
    path("cases/<str:reference>/check/", case_check, name="case_check"),
    path("cases/<str:reference>/notes/", case_notes, name="case_notes"),
    path("cases/<str:reference>/notes/<int:number>/", case_note_change, name="case_note_change"),
    path("cases/<str:reference>/notes/<int:number>/remove/", case_note_remove, name="case_note_remove"),
    path("cases/<str:reference>/charges/", case_charges, name="case_charges"),
    path("cases/<str:reference>/history.csv", case_timeline_export, name="case_timeline_export"),
    path("cases/<str:reference>/documents/", case_documents, name="case_documents"),
    path("cases/<str:reference>/documents/<int:number>/", document_file, name="document_file"),
    path("cases/<str:reference>/documents/<int:number>/remove/", document_remove, name="document_remove"),
    path("cases/<str:reference>/documents/request/", document_request, name="document_request"),
    path(
        "cases/<str:reference>/documents/request/<int:number>.pdf",
        document_request_letter,
        name="document_request_letter",
    ),
    path("cases/<str:reference>/letter.pdf", case_letter, name="case_letter"),
    path("cases/<str:reference>/explanation.pdf", case_explanation, name="case_explanation"),
    path("cases/<str:reference>/simulate/", case_simulation, name="case_simulate"),
    path("cases/<str:reference>/scenarios/", scenario_save, name="scenario_save"),
    path("cases/<str:reference>/scenarios/delete/", scenario_delete, name="scenario_delete"),
    path("cases/<str:reference>/counterfactuals/", case_counterfactuals, name="case_counterfactuals"),
    path("cases/<str:reference>/assessments/<int:number>/", case_snapshot, name="case_past"),
    path("teams/", teams, name="teams"),
    path("teams/<int:number>/members/", team_add, name="team_add"),
    path("teams/members/<int:number>/remove/", team_remove, name="team_remove"),
    path("cases/<str:reference>/opened/", case_opened, name="case_opened"),
    path("cases/<str:reference>/claim/", case_claim, name="case_claim"),
    path("cases/<str:reference>/release/", case_release, name="case_release"),
    path("cases/<str:reference>/share/", case_share, name="case_share"),
    path("cases/<str:reference>/escalate/", case_escalate, name="case_escalate"),
    path("cases/<str:reference>/answer/", case_answer, name="case_answer"),
    path("cases/<str:reference>/contest/", case_contest, name="case_contest"),
    path("cases/<str:reference>/examine/", case_contest_review, name="case_examine"),
    path("cases/<str:reference>/assign/", case_assign, name="case_assign"),
    path("cases/<str:reference>/snooze/", case_snooze, name="case_snooze"),
    path("cases/<str:reference>/wake/", case_wake, name="case_wake"),
    path("cases/<str:reference>/withdraw/", case_withdraw, name="case_withdraw"),
    path("cases/<str:reference>/reopen/", case_reopen, name="case_reopen"),
    path("absences/", absences, name="absences"),
    path("absences/<int:number>/cancel/", absence_cancel, name="absence_cancel"),
    path("notifications/", notifications, name="notifications"),
    path("notifications/count/", notification_count, name="notification_count"),
    path("notifications/read/", notifications_read, name="notifications_read"),
    path("palette/", palette, name="palette"),
    path("portfolio/", portfolio, name="portfolio"),
    path("portfolio/totals/", portfolio_totals, name="portfolio_totals"),
    path("portfolio/breakdown/", breakdown, name="breakdown"),
    path("portfolio/breakdown.csv", breakdown_export, name="breakdown_export"),
    path("portfolio/loss/", expected_loss, name="expected_loss"),
    path("portfolio/loss.csv", expected_loss_export, name="expected_loss_export"),
    path("portfolio/loss/propose/", loss_table_propose, name="loss_table_propose"),
    path("portfolio/loss/<int:number>/answer/", loss_table_answer, name="loss_table_answer"),
    path("portfolio/loss/<int:number>/withdraw/", loss_table_withdraw, name="loss_table_withdraw"),
    path("policy/", policy_list, name="policy_list"),
    path("policy/desk/", policy_desk, name="policy_desk"),
    path("policy/desk.csv", policy_export, name="policy_export"),
    path("policy/propose/", policy_propose, name="policy_propose"),
    path("policy/<int:number>/", policy_detail, name="policy_detail"),
    path("policy/<int:number>/answer/", policy_answer, name="policy_answer"),
    path("policy/<int:number>/withdraw/", policy_withdraw, name="policy_withdraw"),
    path("outcomes/", outcomes, name="outcomes"),
    path("models/shadow/", shadow, name="model_shadow"),
    path("models/", include("scoring.urls")),
    path("drift/", drift, name="drift"),
    path("drift/<int:number>/", drift_report, name="drift_report"),
    path("drift/<int:number>/performance/", drift_performance, name="drift_performance"),
    path("drift/<int:number>/reports/", drift_reports, name="drift_reports"),
    path("drift/<int:number>/evidently/", drift_evidently, name="drift_evidently"),
    path("operations/", operations, name="operations"),
    path("help/", help_page, name="help"),
    path("demo/", demo_welcome, name="demo_welcome"),
    path("demo/sign-in/", demo_sign_in, name="demo_sign_in"),
    path("api/v1/", include("creditdesk.api.urls")),
    path("accounts/", include("accounts.urls")),
    # The sign-in page too can be read in both languages.
    path("language/", login_not_required(set_language), name="set_language"),
    path("admin/", site.urls),
    path("healthz", healthz, name="healthz"),
    path("readyz", readyz, name="readyz"),
    path("metrics", metrics, name="metrics"),
]
