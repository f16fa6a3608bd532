"""Addresses of proposals, the outbox and what runs alone."""

from django.urls import path

from tieout.server.resolutions import autonomy_views, outbox_views, views

app_name = "resolutions"
urlpatterns = [
    path("proposals/", views.proposals, name="proposals"),
    path("proposals/together/", views.together, name="together"),
    path("proposals/of/<int:case_id>/", views.of_case, name="of_case"),
    path("proposals/<int:proposal_id>/<str:answer>/", views.answer, name="answer"),
    path("outbox/", outbox_views.outbox, name="outbox"),
    path("outbox/test/<str:channel>/", outbox_views.try_channel, name="try_channel"),
    path("outbox/<int:delivery_id>/<str:what>/", outbox_views.outbox_answer, name="outbox_answer"),
    path("autonomy/", autonomy_views.page, name="autonomy"),
    path("autonomy/<str:what>/", autonomy_views.answer, name="autonomy_answer"),
    path("learning/", views.learning, name="learning"),
    path("learning/<int:lesson_id>/take-back/", views.take_back, name="take_back"),
]
