"""Addresses of the queue, of cases, runs, and of what watches over them."""

from django.urls import path

from tieout.server.cases import (
    control_views,
    exports,
    insight_views,
    run_views,
    upload_views,
    views,
)

app_name = "cases"
urlpatterns = [
    path("", views.queue, name="queue"),
    path("queue/live/", views.live, name="live"),
    path("queue/act/", views.act, name="act"),
    path("queue/export.<str:kind>", exports.export, name="export"),
    path("undo/<uuid:batch>/", views.undo, name="undo"),
    path("views/save/", views.save_view, name="save_view"),
    path("views/<int:view_id>/remove/", views.remove_view, name="remove_view"),
    path("cases/<int:case_id>/", views.case, name="case"),
    path("cases/<int:case_id>/evidence/", views.evidence, name="evidence"),
    path("cases/<int:case_id>/decide/", views.decide, name="decide"),
    path("cases/<int:case_id>/assign/", views.assign, name="assign"),
    path("cases/<int:case_id>/reopen/", views.reopen, name="reopen"),
    path("cases/<int:case_id>/comment/", views.comment, name="comment"),
    path("cases/<int:case_id>/attach/", views.attach, name="attach"),
    path("attachments/<int:attachment_id>/", views.attachment, name="attachment"),
    path("decisions/<int:decision_id>/review/", views.review, name="review"),
    path("incidents/", run_views.incidents, name="incidents"),
    path("runs/", run_views.runs, name="runs"),
    path("runs/register/", run_views.register, name="register"),
    path("runs/<str:run_id>/", run_views.run, name="run"),
    path("runs/<str:run_id>/rows/", run_views.rows, name="rows"),
    path("runs/<str:run_id>/open/", run_views.open_row, name="open_row"),
    path("runs/<str:run_id>/report/", run_views.report, name="report"),
    path("runs/<str:run_id>/files/<str:name>", run_views.file, name="file"),
    path("new/", upload_views.upload, name="upload"),
    path("new/<uuid:key>/", upload_views.pairing, name="pairing"),
    path("new/<uuid:key>/start/", upload_views.start, name="start"),
    path("progress/<int:job_id>/", upload_views.progress, name="progress"),
    path("progress/<int:job_id>/stop/", upload_views.stop, name="stop"),
    path("trends/", insight_views.trends, name="trends"),
    path("tuning/", insight_views.tuning, name="tuning"),
    path("audit/", control_views.audit, name="audit"),
    path("audit/verify/", control_views.verify_audit, name="verify_audit"),
    path("people/", control_views.people, name="people"),
    path("people/add/", control_views.add_person, name="add_person"),
    path("people/<int:user_id>/", control_views.change_person, name="change_person"),
    path("tokens/add/", control_views.add_token, name="add_token"),
    path("tokens/<int:token_id>/revoke/", control_views.revoke_token, name="revoke_token"),
]
