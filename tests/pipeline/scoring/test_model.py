"""Records are judged in memory as a run over a file would judge them."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest

from tieout.pipeline.detection import DetectJob, detect
from tieout.pipeline.detection.scorer import ScoredRecord
from tieout.pipeline.scoring.learn import learn_model
from tieout.pipeline.scoring.model import ScoringModel
from tieout.pipeline.scoring.records import Record, RecordError
from tieout.practice.ledger import generate_ledger


def scored_of(workspace: Path) -> pl.DataFrame:
    (folder,) = (workspace / "runs").glob("*-detect")
    return pl.read_parquet(folder / "transactions_scored.parquet")


def test_a_batch_is_judged_exactly_as_the_run_judged_its_file(
    payments: ScoringModel, payments_workspace: Path, payment_rows: list[dict[str, str]]
) -> None:
    run, scored = scored_of(payments_workspace), payments.score(payment_rows).scored
    assert [each.score for each in scored] == run["score"].to_list()
    assert [each.p_value for each in scored] == run["p_value"].to_list()
    for name in ("is_ml_flag", "is_rule_flag", "is_flag"):
        assert [getattr(each, name) for each in scored] == run[name].to_list()
    assert [list(each.triggered_rules) for each in scored] == run["triggered_rules"].to_list()
    flagged = [place for place, each in enumerate(scored) if each.is_flag]
    assert len(flagged) > 50
    reasons = run["reasons_top3"].to_list()
    assert [list(scored[at].reasons_top3) for at in flagged] == [reasons[at] for at in flagged]


def test_a_record_alone_has_the_score_that_it_has_among_others(
    payments: ScoringModel, payment_rows: list[dict[str, str]]
) -> None:
    together = payments.score(payment_rows).scored
    quiet = [at for at in range(1_000, 2_000) if not together[at].is_flag][:15]
    for place in quiet:
        alone = payments.score([payment_rows[place]]).scored[0]
        assert alone.score == pytest.approx(together[place].score, abs=1e-9)
        assert alone.triggered_rules == together[place].triggered_rules


def test_a_payment_far_above_the_customers_usual_ones_is_flagged_with_a_reason(
    payments: ScoringModel, payment_rows: list[dict[str, str]]
) -> None:
    usual = dict(payment_rows[-1], transaction_id="T-NEW", timestamp="2026-01-03 14:00:00")
    odd: Record = {**usual, "amount": 987_654.32}
    scored = payments.score([odd]).scored[0]
    assert scored.is_ml_flag
    assert scored.is_flag
    assert scored.p_value < 0.01
    assert "987,654.32" in scored.reasons_top3[0]


def test_the_same_record_sent_twice_is_judged_alike(
    payments: ScoringModel, payment_rows: list[dict[str, str]]
) -> None:
    record: Record = {**payment_rows[7], "amount": 55_555.0}
    assert payments.score([record]) == payments.score([record])


def test_a_rule_flags_by_what_it_did_on_the_data_learnt_from_not_by_its_share_of_one_record(
    payments: ScoringModel, payment_rows: list[dict[str, str]]
) -> None:
    first = dict(payment_rows[-1], transaction_id="T-1", timestamp="2026-01-03 14:00:00")
    again = dict(first, transaction_id="T-2", timestamp="2026-01-03 14:02:00")
    one, two = payments.score([first, again]).scored
    assert "fast-duplicate" not in one.triggered_rules
    assert two.triggered_rules == ("fast-duplicate",)
    assert two.is_rule_flag


def test_fields_may_be_called_otherwise_and_others_are_ignored(payments: ScoringModel) -> None:
    own: Record = {"customer_id": "C0000001", "amount": 50.0, "timestamp": "2026-01-03T14:00:00"}
    other: Record = {
        "Customer-ID": "C0000001",
        "amt": "50.00",
        "trans_date": "2026-01-03T14:00:00Z",
    }
    verdict = payments.score([{**other, "weather": "rain"}])
    assert verdict.scored == payments.score([own]).scored
    assert verdict.ignored == ("weather",)


def test_a_record_of_which_nothing_is_known_names_the_columns_that_are(
    payments: ScoringModel,
) -> None:
    with pytest.raises(RecordError) as caught:
        payments.score([{"amount": 1.0}, {"weather": "rain"}, {}])
    problems = caught.value.problems
    assert [(each.record, each.field) for each in problems] == [(1, ""), (2, "")]
    assert "transaction_id" in problems[0].expected


def test_a_price_out_of_line_is_flagged_among_its_product(sales: ScoringModel) -> None:
    usual, odd = sales.score(
        [
            {"product": "p3", "quantity": 100, "value": 12_000.0, "seller": "anna"},
            {"product": "p3", "quantity": 100, "value": 120.0, "seller": "anna"},
        ]
    ).scored
    assert not usual.is_flag
    assert odd.is_flag
    assert odd.reasons_top3


def test_what_a_record_lacks_is_missing_and_not_an_error(sales: ScoringModel) -> None:
    (scored,) = sales.score([{"product": "p3"}]).scored
    assert 0.0 <= scored.score <= 1.0
    assert not scored.is_rule_flag


def test_no_records_give_no_scores(sales: ScoringModel) -> None:
    assert sales.score([]).scored == ()


def test_another_threshold_cuts_elsewhere(sales: ScoringModel) -> None:
    record: Record = {"product": "p3", "quantity": 100, "value": 11_000.0}
    assert sales.with_threshold(0.0).score([record]).scored[0].is_ml_flag
    assert not sales.with_threshold(1.0).score([record]).scored[0].is_ml_flag


def test_lines_of_a_journal_are_judged_with_what_their_entries_tell(tmp_path: Path) -> None:
    journal = generate_ledger(rows=3_000, seed=2, out=tmp_path / "data").journal
    job = DetectJob(file=str(journal), profile="journal", workspace=tmp_path)
    detect(job)
    run = scored_of(tmp_path)
    rows = pl.read_csv(journal, infer_schema=False).to_dicts()
    scored = learn_model(job).score(rows).scored
    assert [each.score for each in scored] == run["score"].to_list()
    assert [each.is_flag for each in scored] == run["is_flag"].to_list()
    (alone,) = learn_model(job).score(rows[:1]).scored
    assert 0.0 <= alone.score <= 1.0


def test_a_payment_that_comes_alone_and_last_is_judged_quickly_and_alike(
    payments: ScoringModel, payment_rows: list[dict[str, str]]
) -> None:
    quick = 0
    for place in range(0, 2_000, 40):
        record: Record = {
            **payment_rows[place],
            "transaction_id": f"T-{place}",
            "timestamp": f"2026-01-0{place % 7 + 1}T{place % 24:02}:10:00",
            "amount": float(place) * (50.0 if place % 3 else 1.0) + 1.0,
        }
        (slow,) = payments.score([record]).scored
        (fast,) = next_of(payments, [record])
        assert fast.score == pytest.approx(slow.score, abs=1e-12)
        assert fast.triggered_rules == slow.triggered_rules
        assert (fast.is_ml_flag, fast.is_rule_flag) == (slow.is_ml_flag, slow.is_rule_flag)
        if fast.p_value <= 0.05:
            assert fast.reasons_top3 == slow.reasons_top3
        quick += fast.is_flag
    assert quick > 5


def fresh(model: ScoringModel) -> ScoringModel:
    """The model as it is loaded: no requests are remembered."""
    assert model.single is not None
    return replace(model, single=model.single.anew())


def next_of(model: ScoringModel, records: Sequence[Record]) -> list[ScoredRecord]:
    """What is said of records that come one by one."""
    model = fresh(model)
    return [model.score_next(record).scored[0] for record in records]


def later(row: dict[str, str], name: str, moment: str, **changed: str | float) -> Record:
    return {**row, "transaction_id": name, "timestamp": f"2026-01-09T{moment}", **changed}


def test_the_same_payment_sent_again_gets_the_same_answer_and_counts_once(
    payments: ScoringModel, payment_rows: list[dict[str, str]]
) -> None:
    row = payment_rows[-1]
    sent = [later(row, f"T{n}", f"10:0{n}:00", amount=20.0 + n) for n in range(5)]
    first = next_of(payments, [*sent[:3], *sent[:3], *sent[3:]])
    assert first[:3] == first[3:6]
    assert [*first[:3], *first[6:]] == next_of(payments, sent)


def test_a_burst_over_several_requests_is_seen(
    payments: ScoringModel, payment_rows: list[dict[str, str]]
) -> None:
    row = payment_rows[-1]
    burst = next_of(
        payments, [later(row, f"T{n}", f"10:00:{10 * n}", amount=20.0 + n) for n in range(6)]
    )
    slow = next_of(
        payments, [later(row, f"T{n}", f"1{n}:00:00", amount=20.0 + n) for n in range(6)]
    )
    assert not burst[0].is_flag
    assert burst[-1].is_flag
    assert "burst" in burst[-1].triggered_rules
    assert any("one of 6 payments within 10 minutes" in each for each in burst[-1].reasons_top3)
    assert not any("burst" in each.triggered_rules for each in slow)


def test_the_same_amount_twice_in_two_requests_is_a_fast_duplicate(
    payments: ScoringModel, payment_rows: list[dict[str, str]]
) -> None:
    row = payment_rows[-1]
    one, two = next_of(payments, [later(row, "T1", "10:00:00"), later(row, "T2", "10:01:30")])
    assert "fast-duplicate" not in one.triggered_rules
    assert "fast-duplicate" in two.triggered_rules
    assert two.is_flag


def test_two_places_too_far_apart_in_two_requests_are_impossible_travel(
    payments: ScoringModel, payment_rows: list[dict[str, str]]
) -> None:
    row = payment_rows[-1]
    away: dict[str, str | float] = {"city": "Sydney", "latitude": -33.87, "longitude": 151.21}
    _, there = next_of(
        payments,
        [later(row, "T1", "10:00:00"), later(row, "T2", "12:00:00", country="AU", **away)],
    )
    assert "impossible-travel" in there.triggered_rules
    assert there.is_flag


@pytest.mark.parametrize("currency", ["EUR", "GBP", "XYZ", ""])
def test_an_enormous_payment_of_somebody_unknown_is_flagged_and_a_plain_one_is_not(
    currency: str, payments: ScoringModel, payment_rows: list[dict[str, str]]
) -> None:
    who = {"customer_id": "C-NEW", "card_id": "K-NEW", "device_id": "", "currency": currency}
    plain: Record = later({**payment_rows[-1], **who}, "T1", "14:00:00")
    odd: Record = {**plain, "transaction_id": "T2", "amount": 250_000.0}
    for scored in (next_of(payments, [plain, odd]), payments.score([plain, odd]).scored):
        assert not scored[0].is_flag
        assert scored[1].is_ml_flag
        assert scored[1].score > 0.6
        assert "250,000.00 is" in scored[1].reasons_top3[0]


def test_an_enormous_payment_does_not_become_a_habit_by_being_sent(
    payments: ScoringModel, payment_rows: list[dict[str, str]]
) -> None:
    row = {**payment_rows[-1], "customer_id": "C-NEW", "card_id": "K-NEW"}
    days = [
        {**later(row, f"T{n}", "10:00:00", amount=90_000.0), "timestamp": f"2026-01-{10 + n}T10:00"}
        for n in range(8)
    ]
    scored = next_of(payments, days)
    assert all(each.is_ml_flag for each in scored)
    assert scored[-1].score == pytest.approx(scored[0].score)


def test_of_a_payment_without_a_time_the_amount_is_judged(payments: ScoringModel) -> None:
    plain, odd = next_of(payments, [{"amount": 25.0}, {"amount": 4_000_000.0}])
    assert not plain.is_flag
    assert odd.is_flag
    together = payments.score([{"amount": 25.0}, {"amount": 4_000_000.0}]).scored
    assert together[1].score == pytest.approx(odd.score)


def test_records_that_are_no_payments_are_judged_alone_as_together(sales: ScoringModel) -> None:
    record: Record = {"product": "p3", "quantity": 100, "value": 120.0, "seller": "anna"}
    assert sales.score_next(record) == sales.score([record])
    assert not sales.is_quick


def test_one_record_has_the_cells_and_the_problems_that_it_has_among_others(
    payments: ScoringModel, payment_rows: list[dict[str, str]]
) -> None:
    shape, usual = payments.shape, payment_rows[7]
    others: list[Record] = [
        usual,
        {"amount": 3.5},
        {**usual, "Transaction-ID": "T-9", "colour": "red"},
        {name.upper(): value for name, value in usual.items()},
    ]
    for record in others:
        values, ignored = shape.cells([record])
        assert shape.cells_of_one(record) == ({name: v[0] for name, v in values.items()}, ignored)
    refused: list[Record] = [{}, {"colour": "red"}, {**usual, "timestamp": "soon", "amount": "?"}]
    for record in refused:
        with pytest.raises(RecordError) as together:
            shape.cells([record])
        with pytest.raises(RecordError) as alone:
            shape.cells_of_one(record)
        assert alone.value.problems == together.value.problems
