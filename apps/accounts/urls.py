"""Beside the login library's own pages."""

from django.urls import path

from apps.accounts import views

app_name = "accounts"
urlpatterns = [
    path("switch/", views.switch, name="switch"),
    path("demo/", views.demo_sign_in, name="demo_sign_in"),
    path("confirm/", views.confirm, name="confirm"),
]
