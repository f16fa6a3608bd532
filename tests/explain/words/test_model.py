"""From comments to buckets."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tieout.explain.words import (
    BucketText,
    Suggestion,
    WordModel,
    extended,
    shipped_buckets,
)
from tieout.explain.words.tfidf import TfidfSimilarity
from tieout.model.buckets import CAUSES, Bucket
from tieout.model.errors import InputError

Labelled = list[tuple[str, str]]
COMMENT = st.one_of(
    st.text(max_size=40),
    st.lists(
        st.sampled_from(("refund", "twice", "cent", "12.00", "AC04", "fee", "not", "bank", "of")),
        max_size=8,
    ).map(" ".join),
)
TWINS = (
    BucketText("apple", "About apples.", ("apples", "red apples", "apples again")),
    BucketText("pear", "About pears.", ("pears", "red pears", "pears again")),
)
OWN = BucketText(
    "cash_pooling",
    "The evening sweep moves the balance of an account to the master account of the group.",
    ("zero balancing", "ZBA sweep", "cash concentration", "topping up to target balance"),
)


KNOWN = ("reversal", "duplicate", "rounding", "fee_or_tax", "late_feed", "unknown")
FEW = tuple(each for each in shipped_buckets() if each.name in KNOWN)


def fitted(
    texts: tuple[BucketText, ...] | None = None,
    decided: Labelled | None = None,
    *,
    margin_min: float = 0.2,
    background: list[str] | None = None,
) -> WordModel:
    """By TF-IDF alone, on a few shipped buckets where none are given."""
    return WordModel.fit(
        FEW if texts is None else texts,
        decided or (),
        background=background or (),
        similarities=[TfidfSimilarity()],
        margin_min=margin_min,
    )


def one(model: WordModel, comment: str) -> Suggestion:
    """The suggestion for one comment."""
    (found,) = model.classify([comment])
    return found


@pytest.mark.parametrize(
    ("comment", "bucket"),
    [
        ("chargeback from issuer, cardholder claims fraud", "reversal"),
        ("Rücklastschrift AC04", "reversal"),
        ("rejet de prélèvement", "reversal"),
        ("same invoice was paid twice", "duplicate"),
        ("Rundungsdifferenz 0,01", "rounding"),
        ("bank charges deducted", "fee_or_tax"),
        ("settlement file was late today", "late_feed"),
        ("converted at the wrong exchange rate", "fx_rate"),
        ("Zahlendreher", "transposition"),
        ("debit posted as credit", "sign_flip"),
        ("customer part paid the invoice, balance outstanding", "partial_payment"),
        ("one transfer for several invoices", "split_or_aggregate"),
        ("wrong invoice number quoted", "wrong_reference"),
        ("ISIN mismatch in security master", "static_data"),
        ("booked in the wrong period", "cut_off"),
        ("deposit in transit", "timing"),
        ("on the bank statement but not posted to the ledger", "missing_right"),
        ("in the ledger but not on the bank statement", "missing_left"),
    ],
)
def test_plain_words_are_understood(shipped: WordModel, comment: str, bucket: str) -> None:
    found = one(shipped, comment)
    assert found.bucket == bucket
    assert found.confidence > 0.5
    assert bucket in found.why


def test_typing_errors_are_understood(shipped: WordModel) -> None:
    assert one(shipped, "chargebck recieved from isuer").bucket == "reversal"


def test_other_hands_are_mostly_understood(shipped: WordModel, dev_comments: Labelled) -> None:
    causes = [(text, bucket) for text, bucket in dev_comments if bucket != Bucket.UNKNOWN]
    found = shipped.classify([text for text, _ in causes])
    truth = [bucket for _, bucket in causes]
    likeliest = [each.bucket or each.runner_up for each in found]
    right = [said == true for said, true in zip(likeliest, truth, strict=True)]
    named = [each.bucket == true for each, true in zip(found, truth, strict=True) if each.bucket]
    assert np.mean(right) >= 0.8
    assert len(named) >= 0.7 * len(truth)
    assert np.mean(named) >= 0.9


def test_words_that_name_no_cause_stay_unknown(shipped: WordModel, dev_comments: Labelled) -> None:
    neutral = [text for text, bucket in dev_comments if bucket == Bucket.UNKNOWN]
    assert [each.bucket for each in shipped.classify(neutral)] == [None] * len(neutral)


def test_it_says_that_words_name_no_cause(shipped: WordModel) -> None:
    assert one(shipped, "SEPA credit transfer invoice 4711").why == "like words that name no cause"


@pytest.mark.parametrize("nothing", ["", "  ", "-", "...", None])
def test_a_comment_without_words_is_unknown(shipped: WordModel, nothing: str | None) -> None:
    assert shipped.classify([nothing]) == [Suggestion(None, 0.0, None, "no words to go by")]


def test_no_comments_have_no_suggestions(shipped: WordModel) -> None:
    assert shipped.classify([]) == []
    assert shipped.probabilities([]).shape == (0, len(CAUSES) + 1)


def test_what_it_cannot_tell_apart_it_leaves_unknown() -> None:
    found = one(fitted(TWINS, margin_min=0.5), "apples and pears")
    assert found.bucket is None
    assert found.runner_up in {"apple", "pear"}
    assert "are too close" in found.why


def test_the_shares_it_names_are_its_probabilities() -> None:
    model, comment = fitted(TWINS), "apples and pears, mostly pears"
    chances = dict(zip(model.buckets, model.probabilities([comment])[0], strict=True))
    first, second = sorted(chances, key=lambda name: -chances[name])[:2]
    expected = f"{first} at {chances[first]:.0%} and {second} at {chances[second]:.0%} are too"
    assert one(fitted(TWINS, margin_min=0.9), comment).why.startswith(expected)


def test_the_confidence_is_the_probability_of_the_bucket(shipped: WordModel) -> None:
    comments = ["bank fee of last month", "Doppelzahlung", "hello there"]
    for found, chances in zip(
        shipped.classify(comments), shipped.probabilities(comments), strict=True
    ):
        name = found.bucket or found.runner_up
        assert name is not None
        assert found.confidence == pytest.approx(chances[shipped.buckets.index(name)], abs=1e-4)
        assert chances.sum() == pytest.approx(1.0)


def test_no_margin_names_all_that_has_a_cause_and_a_whole_one_names_nothing() -> None:
    comments = ["bank fee", "paid twice"]
    lenient, strict = fitted(margin_min=0.0), fitted(margin_min=1.0)
    assert all(each.bucket for each in lenient.classify(comments))
    assert not any(each.bucket for each in strict.classify(comments))


def test_a_wider_margin_names_less_and_is_right_more_often(dev_comments: Labelled) -> None:
    comments = [text for text, _ in dev_comments]
    lenient, strict = fitted(margin_min=0.0), fitted(margin_min=0.5)
    few = [each.bucket for each in strict.classify(comments)]
    many = [each.bucket for each in lenient.classify(comments)]
    assert all(narrow in {None, wide} for narrow, wide in zip(few, many, strict=True))

    def share(said: list[str | None]) -> float:
        known = [name == true for name, (_, true) in zip(said, dev_comments, strict=True) if name]
        return sum(known) / len(known)

    assert share(few) > share(many)


@pytest.mark.parametrize("margin", [-0.1, 1.5, float("nan")])
def test_a_margin_that_is_none_is_told(margin: float) -> None:
    with pytest.raises(InputError, match="expected 0 to 1"):
        fitted(margin_min=margin)


def test_a_bucket_of_ones_own_works_by_name_description_and_examples() -> None:
    model = fitted(extended(shipped_buckets(), [OWN]))
    found = one(model, "ZBA sweep to the master account")
    assert found.bucket == "cash_pooling"
    assert "with the description of cash_pooling" in found.why
    assert one(model, "paid twice").bucket == "duplicate"


def test_a_bucket_of_ones_own_works_by_its_description_alone() -> None:
    bare = BucketText("warranty", "Warranty claim of a customer: repair cost of a broken machine.")
    found = one(fitted((*shipped_buckets(), bare)), "warranty claim, broken machine")
    assert found.bucket == "warranty"


def test_only_own_buckets_work_too() -> None:
    model = fitted((OWN, BucketText("petty_cash", "Small expenses in cash.", ("stamps", "taxi"))))
    assert model.buckets == ("cash_pooling", "petty_cash", "unknown")
    assert one(model, "taxi to the airport").bucket == "petty_cash"
    assert one(model, "monthly rent").bucket is None


def test_a_single_bucket_is_enough() -> None:
    model = fitted((OWN,))
    found = one(model, "zero balancing sweep")
    assert (found.bucket, found.runner_up) == ("cash_pooling", None)


def test_what_people_decided_teaches_words_of_the_house() -> None:
    jargon = "pink slip from desk nine"
    assert one(fitted(), jargon).bucket is None
    model = fitted(decided=[("pink slip desk 9", "reversal"), ("pink slip desk 4", "reversal")])
    found = one(model, jargon)
    assert found.bucket == "reversal"
    assert "nearest decided comment 'pink slip desk" in found.why


def test_the_same_words_decided_before_are_decided_so_again() -> None:
    decided = [("code blue 77120", "late_feed")]
    found = one(fitted(decided=decided), "Code BLUE 90210")
    assert found.bucket == "late_feed"
    assert found.why.endswith("the same words were decided before: late_feed 1 x")


def test_a_decision_overrules_a_phrase() -> None:
    comment = "rounding"
    assert one(fitted(), comment).bucket == "rounding"
    model = fitted(decided=[(comment, "fee_or_tax")] * 3)
    found = one(model, comment)
    assert found.bucket != "rounding"
    assert "fee_or_tax" in {found.bucket, found.runner_up}


def test_contradicting_decisions_leave_it_unknown() -> None:
    decided = [("code blue", "late_feed"), ("code blue", "duplicate")] * 3
    found = one(fitted(decided=decided), "code blue")
    assert found.bucket is None
    assert "duplicate 3 x" in found.why
    assert "late_feed 3 x" in found.why


def test_what_was_decided_unknown_stays_so() -> None:
    comment = "refund batch of Tuesday"
    assert one(fitted(), comment).bucket == "reversal"
    assert one(fitted(decided=[(comment, "unknown")] * 4), comment).bucket is None


def test_decided_comments_make_the_rest_of_them_easier() -> None:
    ways = {"reversal": "blorf", "duplicate": "quint", "fee_or_tax": "zemmel"}
    places = ("north", "south", "east", "west", "harbour", "airport")
    every = [
        (f"{word} at the {place} gate", name) for name, word in ways.items() for place in places
    ]
    model = fitted(decided=[each for each in every if "harbour" not in each[0]])
    found = model.classify([f"{word} at the harbour gate" for word in ways.values()])
    assert [each.bucket for each in found] == list(ways)
    assert not any(each.bucket for each in fitted().classify([text for text, _ in every]))


def test_a_decision_on_no_such_bucket_is_told() -> None:
    with pytest.raises(InputError, match="decided comment 1: no bucket 'typo'; expected late_feed"):
        fitted(decided=[("x", "typo")])


def test_comments_that_differ_in_references_only_get_the_same_suggestion(
    shipped: WordModel,
) -> None:
    first, second = shipped.classify(["refund of INV-20391", "refund of INV-88127"])
    assert first is second


def test_the_order_of_comments_does_not_matter(shipped: WordModel, dev_comments: Labelled) -> None:
    comments = [text for text, _ in dev_comments]
    mixed = sorted(comments, key=len)
    straight = dict(zip(comments, shipped.classify(comments), strict=True))
    assert dict(zip(mixed, shipped.classify(mixed), strict=True)) == straight


def test_the_order_of_decisions_does_not_matter(dev_comments: Labelled) -> None:
    comments = [text for text, _ in dev_comments]
    decided = [each for each in dev_comments if each[1] in KNOWN]
    one_way, other_way = fitted(decided=decided), fitted(decided=decided[::-1])
    assert one_way.classify(comments) == other_way.classify(comments)


def test_many_comments_are_read_in_parts(
    shipped: WordModel, dev_comments: Labelled, monkeypatch: pytest.MonkeyPatch
) -> None:
    comments = [text for text, _ in dev_comments]
    whole = shipped.classify(comments), shipped.probabilities(comments)
    monkeypatch.setattr("tieout.explain.words.model._AT_ONCE", 7)
    assert shipped.classify(comments) == whole[0]
    np.testing.assert_allclose(shipped.probabilities(comments), whole[1], atol=1e-12)


@settings(max_examples=30, deadline=None)
@given(COMMENT, st.lists(COMMENT, max_size=4))
def test_a_suggestion_does_not_depend_on_the_other_comments(
    shipped: WordModel, comment: str, others: list[str]
) -> None:
    alone = one(shipped, comment)
    among = shipped.classify([*others, comment])[-1]
    assert among.bucket == alone.bucket
    assert among.confidence == pytest.approx(alone.confidence, abs=2e-4)


@settings(max_examples=60, deadline=None)
@given(COMMENT)
def test_any_text_gets_a_sound_suggestion(shipped: WordModel, comment: str) -> None:
    found = one(shipped, comment)
    assert 0.0 <= found.confidence <= 1.0
    assert found.why
    assert found.bucket in {None, *map(str, CAUSES)}
    assert found.runner_up in {None, *map(str, CAUSES)}
    assert found.bucket is None or found.bucket != found.runner_up
    if found.bucket is not None:
        assert found.confidence >= shipped.margin_min


def test_words_common_in_the_data_count_less() -> None:
    comments = [f"refund desk: {text}" for text in ("x", "paid twice", "bank fee", "one cent off")]
    unaware = fitted().classify(comments)
    aware = fitted(background=[*comments, *(f"refund desk: note {'z' * n}" for n in range(400))])
    reversal = aware.buckets.index("reversal")
    before = fitted().probabilities(comments)[1:, reversal]
    after = aware.probabilities(comments)[1:, reversal]
    assert np.all(after < before)
    assert unaware[0].runner_up == "reversal" or unaware[0].bucket == "reversal"


def test_confidence_is_calibrated_on_texts_left_out(shipped: WordModel) -> None:
    phrases = len(shipped.measures.learnt.texts)
    found = shipped.calibration
    assert 0.8 * phrases < found.texts < phrases
    assert found.accuracy > 0.7
    assert found.error < 0.1
    assert abs(found.accuracy - found.confidence) <= found.error + 1e-4


def test_with_many_decisions_it_is_calibrated_on_them() -> None:
    decided = [(f"blorf {'x' * each}", "reversal") for each in range(1, 61)]
    decided += [(f"quint {'y' * each}", "duplicate") for each in range(1, 61)]
    found = fitted(decided=decided).calibration
    assert found.texts == 120
    assert found.accuracy > 0.95


def test_surer_suggestions_are_right_more_often(shipped: WordModel, dev_comments: Labelled) -> None:
    found = shipped.classify([text for text, _ in dev_comments])
    right = np.array(
        [
            (each.bucket or each.runner_up) == true
            for each, (_, true) in zip(found, dev_comments, strict=True)
        ]
    )
    confidence = np.array([each.confidence for each in found])
    assert right[confidence >= 0.8].mean() > right[confidence < 0.4].mean()


def test_it_knows_what_it_uses(shipped: WordModel) -> None:
    assert shipped.similarities == ("tfidf",)
    assert shipped.buckets == (*map(str, CAUSES), "unknown")
