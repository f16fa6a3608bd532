"""Addresses of proposals, the outbox and what runs alone."""

from django.urls import path

from tieout.server.resolutions import autonomy_views, views

app_name = "resolutions"
urlpatterns = [
    path("proposals/", views.proposals, name="proposals"),
    path("proposals/of/<int:case_id>/", views.of_case, name="of_case"),
    path("proposals/<int:proposal_id>/<str:answer>/", views.answer, name="answer"),
    path("outbox/", views.outbox, name="outbox"),
    path("outbox/<int:delivery_id>/<str:what>/", views.outbox_answer, name="outbox_answer"),
    path("autonomy/", autonomy_views.page, name="autonomy"),
    path("autonomy/<str:what>/", autonomy_views.answer, name="autonomy_answer"),
    path("learning/", views.learning, name="learning"),
    path("learning/<int:lesson_id>/take-back/", views.take_back, name="take_back"),
]
