"""The panel beside a case, the page of what is used, and the job for many cases."""

from collections.abc import Callable
from pathlib import Path

import pytest
from clients import client_of
from models import ModelServer

from tieout.server.accounts.models import User
from tieout.server.assistant import services
from tieout.server.assistant.models import AssistantCall, Remark
from tieout.server.cases.services import decide
from tieout.server.jobs.models import Job
from tieout.server.jobs.worker import work_off
from tieout.server.resolutions.services import propose_for

from .conftest import Configure, MakeCase

pytestmark = pytest.mark.django_db(transaction=True)
People = Callable[..., User]


def test_without_a_model_the_case_is_summed_up_by_rule_and_told_the_next_step(
    make_case: MakeCase, person: People
) -> None:
    client, case = client_of(person("ann", "preparer")), make_case()
    assert f"/assistant/of/{case.pk}/" in client.get(f"/cases/{case.pk}/").content.decode()
    page = client.get(f"/assistant/of/{case.pk}/").content.decode()
    assert "It looks like fee or tax." in page
    assert "by rule" in page
    assert "resolve.yaml" in page
    assert "<button" not in page
    usage = client.get("/assistant/").content.decode()
    assert "No language model is configured" in usage
    assert "provider: openai" in usage
    assert "Ask about open cases" not in usage


def test_looking_asks_nothing(
    make_case: MakeCase, configure: Configure, model: ModelServer, person: People
) -> None:
    configure()
    client, case = client_of(person("ann", "preparer")), make_case()
    page = client.get(f"/assistant/of/{case.pk}/").content.decode()
    assert "Sum up" in page
    assert "Which proposal?" not in page
    assert propose_for(case) is not None
    assert "Which proposal?" in client.get(f"/assistant/of/{case.pk}/").content.decode()
    assert client.get("/assistant/").status_code == 200
    assert (model.bodies, AssistantCall.objects.count()) == ([], 0)


def test_an_answer_is_marked_as_the_models_and_cites_its_facts(
    make_case: MakeCase, configure: Configure, model: ModelServer, person: People
) -> None:
    configure()
    client, case = client_of(person("ann", "preparer")), make_case()
    model.script.append(
        {"known": True, "sentences": [{"text": "A fee explains it.", "cites": ["f1"]}]}
    )
    asked = {"question": "Why <b>do</b> they differ?"}
    answer = client.post(f"/assistant/of/{case.pk}/question/", asked)
    assert answer.headers["Location"] == f"/cases/{case.pk}/"
    page = client.get(f"/assistant/of/{case.pk}/").content.decode()
    assert "A fee explains it." in page
    assert 'title="bucket: fee_or_tax">[f1]' in page
    assert "Why &lt;b&gt;do&lt;/b&gt; they differ?" in page
    assert "played, asked by ann" in page


def test_only_the_panel_comes_back_where_only_that_was_asked_for(
    make_case: MakeCase, configure: Configure, person: People
) -> None:
    configure()
    client, case = client_of(person("ann", "preparer")), make_case()
    part = client.post(f"/assistant/of/{case.pk}/summary/", headers={"HX-Request": "true"})
    page = part.content.decode()
    assert page.startswith('<div class="card mb-3" id="assistant">')
    assert "by played" in page
    wrong = client.post(f"/assistant/of/{case.pk}/pay/", headers={"HX-Request": "true"})
    assert "pay: expected classify" in wrong.content.decode()


def test_what_stands_against_is_shown_to_people(
    make_case: MakeCase, configure: Configure, model: ModelServer, person: People
) -> None:
    configure()
    ann, case = person("ann", "reviewer"), make_case()
    model.script.append({"bucket": "reversal", "cites": ["f1"]})
    services.ask(case.pk, "classify", actor=ann)
    client = client_of(ann)
    assert "a person decides" in client.get(f"/assistant/of/{case.pk}/").content.decode()
    assert "Fee of b1" in client.get("/assistant/").content.decode()
    decide([case.pk], "resolved", actor=ann)
    assert "Fee of b1" not in client.get("/assistant/").content.decode()


def test_what_is_used_is_told_with_the_hit_rate(
    make_case: MakeCase, configure: Configure, person: People
) -> None:
    configure(
        prices={"input_per_million": 1000, "output_per_million": 1000, "currency": "EUR"},
        budget={"cost_per_day": 5},
    )
    ann, case = person("ann", "preparer"), make_case()
    for _ in range(4):
        services.ask(case.pk, "summary", actor=ann)
    page = client_of(ann).get("/assistant/").content.decode()
    assert "0.1200 <small>EUR</small>" in page
    assert "120 tokens in 1 requests; cache hit rate 0.75" in page
    assert "5 EUR a day." in page
    assert "1 answered 3 cached" in page


def test_a_model_that_cannot_be_asked_is_said_so(
    make_case: MakeCase, configure: Configure, person: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("PLAYED_KEY", raising=False)
    configure(key_env="PLAYED_KEY")
    client, case = client_of(person("ann", "preparer")), make_case()
    for address in ("/assistant/", f"/assistant/of/{case.pk}/"):
        assert "PLAYED_KEY is not set" in client.get(address).content.decode()


def test_a_file_that_is_wrong_is_said_so(
    make_case: MakeCase, person: People, workspace: Path
) -> None:
    client, case = client_of(person("ann", "preparer")), make_case()
    (workspace / "resolve.yaml").write_text("assistant: {provider: openai}\n")
    for address in ("/assistant/", f"/assistant/of/{case.pk}/"):
        page = client.get(address)
        assert page.status_code == 200
        assert "assistant.model" in page.content.decode()


def test_the_job_asks_about_open_cases_once(
    make_case: MakeCase, configure: Configure, model: ModelServer, person: People
) -> None:
    configure(parallel=3)
    model.together = 3
    ann = person("ann", "reviewer")
    for number in range(12):
        make_case(f"b{number}", bucket="unknown" if number < 3 else "fee_or_tax")
    decide([make_case("done").pk], "resolved", actor=ann)
    client = client_of(ann)
    assert client.post("/assistant/batch/").status_code == 302
    assert work_off() == 1
    job = Job.objects.get(kind="assistant")
    assert job.result == {"cases": 12, "by_model": 15, "by_rule": 0, "against": 0}
    assert Remark.objects.filter(task="classify").count() == 3
    assert model.at_once_max == 3
    services.start_batch(actor=ann)
    work_off()
    assert len(model.bodies) == 15


def test_the_job_ends_with_what_is_missing_where_no_model_is_configured(
    make_case: MakeCase, person: People
) -> None:
    client = client_of(person("ann", "preparer"))
    page = client.post("/assistant/batch/", follow=True).content.decode()
    assert "name one under `assistant` in resolve.yaml" in page
    assert not Job.objects.exists()


def test_who_only_reads_sees_it_and_asks_nothing(
    make_case: MakeCase, configure: Configure, person: People
) -> None:
    configure()
    client, case = client_of(person("dan", "auditor")), make_case()
    page = client.get(f"/assistant/of/{case.pk}/").content.decode()
    assert "It looks like fee or tax." in page
    assert "<form" not in page
    assert client.post(f"/assistant/of/{case.pk}/summary/").status_code == 403
    assert client.post("/assistant/batch/").status_code == 403
