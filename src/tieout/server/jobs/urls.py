"""Addresses of jobs and schedules."""

from django.urls import path

from tieout.server.jobs import views

app_name = "jobs"
urlpatterns = [
    path("jobs/", views.jobs, name="jobs"),
    path("jobs/<int:job_id>/cancel/", views.cancel, name="cancel"),
    path("jobs/<int:job_id>/retry/", views.retry, name="retry"),
    path("schedules/", views.schedules, name="schedules"),
    path("schedules/new/", views.add, name="add"),
    path("schedules/<int:schedule_id>/", views.change, name="change"),
]
