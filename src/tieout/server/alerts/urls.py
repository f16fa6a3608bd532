"""Addresses of the live page."""

from django.urls import path

from tieout.server.alerts import views

app_name = "alerts"
urlpatterns = [
    path("watch/", views.watch, name="watch"),
    path("watch/data.json", views.data, name="data"),
    path("watch/episodes/<int:episode_id>/acknowledge/", views.acknowledge, name="acknowledge"),
    path("watch/silence/", views.silence, name="silence"),
    path("watch/silences/<int:silence_id>/end/", views.end_silence, name="end_silence"),
]
