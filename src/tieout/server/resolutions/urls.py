"""Addresses of proposals and the outbox."""

from django.urls import path

from tieout.server.resolutions import views

app_name = "resolutions"
urlpatterns = [
    path("proposals/", views.proposals, name="proposals"),
    path("proposals/of/<int:case_id>/", views.of_case, name="of_case"),
    path("proposals/<int:proposal_id>/<str:answer>/", views.answer, name="answer"),
    path("outbox/", views.outbox, name="outbox"),
    path("outbox/<int:delivery_id>/<str:what>/", views.outbox_answer, name="outbox_answer"),
    path("learning/", views.learning, name="learning"),
]
