"""What column names say."""

import pytest

from tieout.reconcile.infer.words import alike, concepts, word_set, words


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Reference", "reference"),
        ("doc_no", "document number"),
        ("DocNo", "document number"),
        ("DOCUMENT NUMBER", "document number"),
        ("TxnAmt", "transaction amount"),
        ("txn_ccy", "transaction currency"),
        ("transactionid", "transaction identity"),
        ("Value Date", "valuation date"),
        ("VALUE_DATE", "valuation date"),
        ("val_date", "valuation date"),
        ("PostingDate", "booking date"),
        ("narrative", "words"),
        ("memo", "words"),
        ("Vendor", "party"),
        ("IBAN", "account"),
        ("Buchungstag", "booking date"),
        ("Wertstellung", "valuation date"),
        ("Verwendungszweck", "words"),
        ("Betrag", "amount"),
        ("Soll", "debit"),
        ("Haben", "credit"),
        ("Währung", "currency"),
        ("Referenz", "reference"),
        ("Fälligkeit", "due date"),
        ("Zahlungsbetrag", "transaction amount"),
        ("Montant", "amount"),
        ("Débit", "debit"),
        ("Crédit", "credit"),
        ("Libellé", "words"),
        ("Date de valeur", "date valuation"),
        ("Date opération", "date booking"),
        ("Importe", "amount"),
        ("Fecha", "date"),
        ("Saldo", "balance"),
        ("orig_amt", "original amount"),
        ("Original Currency", "original currency"),
        ("D/C", "direction"),
        ("Debit/Credit", "direction"),
        ("dr_cr", "direction"),
        ("CdtDbtInd", "direction"),
        ("row_id", "sequence identity"),
        ("column_1", ""),
        ("", ""),
    ],
)
def test_a_name_mentions_concepts(name: str, expected: str) -> None:
    assert concepts(name) == word_set(expected)


def test_camel_case_snake_case_and_spaces_are_the_same_words() -> None:
    assert words("ValueDate") == words("value_date") == words("Value Date") == ("value", "date")
    assert words("GLBalance") == ("gl", "balance")


def test_accents_and_sharp_s_do_not_matter() -> None:
    assert words("Größe") == ("grosse",)
    assert concepts("débit") == concepts("debit")


def test_equal_words_are_alike_whatever_the_case() -> None:
    assert alike("DocNo", "doc_no") == 1.0


def test_names_of_one_meaning_are_nearly_alike() -> None:
    assert alike("Amount", "Betrag") == pytest.approx(0.9)


def test_names_without_anything_in_common_are_not_alike() -> None:
    assert alike("Amount", "Vendor") == 0.0
    assert alike("column_1", "column_2") == 1.0
    assert alike("", "x") == 0.0
