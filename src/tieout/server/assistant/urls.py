"""Addresses of the assistant."""

from django.urls import path

from tieout.server.assistant import views

app_name = "assistant"
urlpatterns = [
    path("assistant/", views.usage, name="usage"),
    path("assistant/batch/", views.batch, name="batch"),
    path("assistant/of/<int:case_id>/", views.of_case, name="of_case"),
    path("assistant/of/<int:case_id>/<str:task>/", views.ask, name="ask"),
]
