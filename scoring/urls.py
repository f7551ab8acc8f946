from django.urls import path

from scoring.views import model_detail, model_list

urlpatterns = [
    path("", model_list, name="model_list"),
    path("<str:version>/", model_detail, name="model_detail"),
]
