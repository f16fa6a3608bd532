"""From two files to a run: drop them, look at the pairing, correct it, run, watch."""

import uuid
from typing import Any, Final, get_args

from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from tieout.detect.roles.infer import Profile
from tieout.model.errors import InputError
from tieout.pipeline.propose_spec import Pair, Proposal, correct, pairs, propose_spec
from tieout.reconcile.infer.model import Inferred
from tieout.reconcile.spec_file import load_spec, spec_text, write_spec
from tieout.server.accounts.permissions import WORKING_ROLES, require_role
from tieout.server.audit.services import record
from tieout.server.cases import uploads
from tieout.server.cases.models import Case, Run
from tieout.server.cases.views import telling, who
from tieout.server.jobs.models import Job
from tieout.server.jobs.services import cancel, enqueue

SPEC_FILE: Final = "spec.yaml"
PROFILES: Final = get_args(Profile)
ROLE_WORDS: Final = {
    "key": "Key: what identifies a record",
    "amount": "Amount",
    "currency": "Currency",
    "date": "Date",
    "party": "Party",
    "account": "Account",
    "comment": "Text",
}


@require_http_methods(["GET", "POST"])
@require_role(*WORKING_ROLES)
@telling
def upload(request: HttpRequest) -> HttpResponseBase:
    """Take one or two files."""
    if request.method == "GET":
        recent = Job.objects.filter(kind__in=["reconcile", "detect", "analyze"])
        context = {"suffixes": ",".join(uploads.SUFFIXES), "recent": recent[:8]}
        return render(request, "cases/upload.html", context)
    user = who(request)
    given = [*request.FILES.getlist("left"), *request.FILES.getlist("right")]
    kept = uploads.keep(given, owner=user.pk)
    with transaction.atomic():
        record(
            actor=user,
            action="files.uploaded",
            target=("upload", kept.key),
            after={"files": [{"name": p.name, "bytes": p.stat().st_size} for p in kept.files]},
        )
    return redirect("cases:pairing", kept.key)


@require_GET
@require_role(*WORKING_ROLES)
def pairing(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """The inferred pairing of two files, or the choice of what to do with one."""
    kept = _load(key)
    if len(kept.files) == 1:
        context: dict[str, Any] = {"upload": kept, "profiles": PROFILES}
        return render(request, "cases/single.html", context)
    try:
        proposal = propose_spec(str(kept.files[0]), str(kept.files[1]))
    except InputError as error:
        return render(request, "cases/pairing.html", {"upload": kept, "problem": str(error)})
    return render(request, "cases/pairing.html", _pairing(kept, proposal))


@require_POST
@require_role(*WORKING_ROLES)
@telling
def start(request: HttpRequest, key: uuid.UUID) -> HttpResponseBase:
    """Start the run with the pairing as a person left it."""
    user, kept = who(request), _load(key)
    kind, arguments = _job(request, kept)
    job = enqueue(kind, arguments, actor=user, idempotency_key=f"upload-{key}-{_form_key(request)}")
    return redirect("cases:progress", job.pk)


@require_GET
@require_role()
def progress(request: HttpRequest, job_id: int) -> HttpResponse:
    """How far a run is; the part that changes is asked for again until it ends."""
    job = get_object_or_404(Job, pk=job_id)
    template = "cases/progress_part.html" if request.headers.get("HX-Request") else None
    run_id = (job.result or {}).get("run_id", "")
    run = Run.objects.filter(run_id=run_id).first() if run_id else None
    context = {"job": job, "run": run, "cases": Case.objects.filter(first_run=run).count()}
    return render(request, template or "cases/progress.html", context)


@require_POST
@require_role(*WORKING_ROLES)
def stop(request: HttpRequest, job_id: int) -> HttpResponse:
    """Stop a run."""
    get_object_or_404(Job, pk=job_id)
    cancel(job_id, actor=who(request))
    return redirect("cases:progress", job_id)


def _load(key: uuid.UUID) -> uploads.Upload:
    try:
        return uploads.load(key)
    except InputError as error:
        raise Http404(str(error)) from error


def _pairing(kept: uploads.Upload, proposal: Proposal) -> dict[str, Any]:
    lines = []
    reasons = {choice.subject: choice for choice in proposal.choices}
    for at, pair in enumerate(pairs(proposal.spec)):
        choice = reasons.get(pair.role)
        lines.append(
            {
                "name": f"{at}-{pair.role}",
                "role": pair.role,
                "label": ROLE_WORDS[pair.role],
                "left": pair.left,
                "right": pair.right,
                "options_left": _options(proposal.left, pair.role),
                "options_right": _options(proposal.right, pair.role),
                "reason": choice.reason if choice else "",
                "uncertain": choice.uncertain if choice else False,
            }
        )
    return {
        "upload": kept,
        "proposal": proposal,
        "lines": lines,
        "spec": proposal.spec,
        "text": spec_text(proposal.spec, proposal.choices),
        "others": [c for c in proposal.choices if c.subject not in ROLE_WORDS],
        "examples": {"left": dict(proposal.left.columns), "right": dict(proposal.right.columns)},
    }


def _options(side: Any, role: str) -> list[str]:
    return list(side.amounts) if role == "amount" else list(side.columns)


def _job(request: HttpRequest, kept: uploads.Upload) -> tuple[str, dict[str, Any]]:
    if len(kept.files) == 1:
        kind = request.POST.get("kind", "detect")
        if kind not in {"detect", "analyze"}:
            raise InputError("choose what to do with the file: detect or analyze")
        arguments = {"file": str(kept.files[0])}
        if kind == "detect":
            arguments |= {
                "profile": request.POST.get("profile", "generic"),
                "labels": request.POST.get("labels", "").strip(),
            }
        return kind, arguments
    left, right = (str(path) for path in kept.files)
    path = kept.folder / f"{_form_key(request)}-{SPEC_FILE}"
    text = request.POST.get("text", "")
    if request.POST.get("by") == "text" and text:
        path.write_text(text, encoding="utf-8")
        load_spec(path)
    else:
        proposal = propose_spec(left, right)
        name = request.POST.get("name", "").strip()[:100]
        spec = correct(proposal.spec, _chosen(request), left, right, name=name)
        spec = spec.model_copy(update={"carry_forward": "carry_forward" in request.POST})
        write_spec(Inferred(spec, proposal.choices), path)
    return "reconcile", {"left": left, "right": right, "spec": str(path)}


def _chosen(request: HttpRequest) -> list[Pair]:
    """The pairs of the form, in its order."""
    found = []
    for name in sorted(
        (each for each in request.POST if each.startswith("left-")),
        key=lambda n: int(n.split("-")[1]),
    ):
        _, at, role = name.split("-", 2)
        right = request.POST.get(f"right-{at}-{role}", "")
        found.append(Pair(role, request.POST.get(name, ""), right))
    return found


def _form_key(request: HttpRequest) -> str:
    """The number of the form: sent twice, it starts one run."""
    given = request.POST.get("form", "")
    return given if given.isalnum() and len(given) <= 32 else uuid.uuid4().hex
