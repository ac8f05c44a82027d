"""Where allauth's headless API stands."""

from django.urls import include, path

urlpatterns = [path("_allauth/", include("allauth.headless.urls")), path("accounts/", include("allauth.urls"))]
