from accounts.admin_site import site
from django.urls import include, path

urlpatterns = [
    path("accounts/", include("allauth.urls")),
    path("admin/", site.urls),
]
