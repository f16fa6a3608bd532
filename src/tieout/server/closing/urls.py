"""Addresses of periods, their tasks and balances, and of the ledger."""

from django.urls import path

from tieout.server.closing import review_views, views

app_name = "closing"
urlpatterns = [
    path("close/", views.periods, name="periods"),
    path("ledger/", review_views.ledger, name="ledger"),
    path("ledger/<int:entry_id>/", review_views.entry, name="entry"),
    path("close/<str:period>/", views.board, name="board"),
    path("close/<str:period>/what-if/", views.what_if, name="what_if"),
    path("close/<str:period>/run/", views.run, name="run"),
    path("close/<str:period>/lock/", views.lock, name="lock"),
    path("close/<str:period>/reopen/", views.reopen, name="reopen"),
    path("close/<str:period>/remind/", views.remind, name="remind"),
    path("close/<str:period>/tasks/<int:task_id>/", views.move, name="move"),
    path("close/<str:period>/tasks/<int:task_id>/sign/", views.sign, name="sign"),
    path("close/<str:period>/journal/", review_views.journal, name="journal"),
    path("close/<str:period>/flux/", review_views.flux, name="flux"),
    path("close/<str:period>/flux/explain/", review_views.explain, name="explain"),
    path("close/<str:period>/balances/", review_views.balances, name="balances"),
    path("close/<str:period>/balances/<int:one_id>/prepare/", review_views.prepare, name="prepare"),
    path("close/<str:period>/balances/<int:one_id>/approve/", review_views.approve, name="approve"),
    path("close/<str:period>/balances/<int:one_id>/certify/", review_views.certify, name="certify"),
    path("close/<str:period>/exceptions.<str:kind>", views.exceptions, name="exceptions"),
    path("close/<str:period>/sample/", review_views.sample, name="sample"),
    path("close/<str:period>/packet.<str:kind>", views.packet, name="packet"),
]
