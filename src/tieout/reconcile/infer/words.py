"""What the name of a column says it holds, in English, German, French and Spanish."""

import re
import unicodedata
from functools import cache

# Concept -> the words that stand for it, lower case and without accents.
_VOCABULARY = {
    "amount": "amount amt amnt betrag montant importe monto amnts umsatz amounts",
    "value": "value val valor wert",
    "total": "total sum summe gesamt",
    "debit": "debit dr deb debits soll lastschrift cargo debe charge withdrawal withdrawals "
    "paidout belastung ausgang ausgaben debito debet abgang",
    "credit": "credit cr cred credits haben gutschrift abono haber deposit deposits paidin "
    "eingang einnahmen credito zugang",
    "direction": "direction indicator dc sh drcr crdr cdi dci sens sentido kennzeichen sollhaben",
    "balance": "balance bal saldo solde kontostand running",
    "tax": "tax vat gst mwst ust steuer tva iva impuesto taxes",
    "fee": "fee fees commission charges gebuhr gebuhren frais comision provision",
    "gross": "gross brutto brut bruto",
    "net": "net netto neto",
    "original": "original orig foreign fc fx fcy instructed ursprung origine extranjera",
    "local": "local base functional home lc lcy reporting domestic",
    "rate": "rate kurs taux tipo exchange wechselkurs cambio percent pct",
    "price": "price preis prix precio unitprice",
    "quantity": "quantity qty menge quantite cantidad units count anzahl volume",
    "currency": "currency ccy cur curr cury wahrung devise moneda divisa waehrung crncy iso",
    "date": "date datum dt day tag fecha jour dia dates datetime timestamp time",
    "booking": "booking booked book posting posted post buchung comptable operation entry buchungs "
    "operacion contable accounting gl effective cleared buchungstag buchungsdatum",
    "valuation": "valuta wertstellung valeur wertstellungstag valutadatum valutierung",
    "due": "due fallig falligkeit maturity expiry echeance vencimiento expected",
    "created": "created creation updated modified loaded imported inserted entered erfasst ingest",
    "settlement": "settlement settle settled payout clearing",
    "reference": "reference ref refs referenz referencia referenznummer refno endtoend e2e eref "
    "referencenumber",
    "document": "document doc docs beleg belegnummer piece documento voucher belegnr journal je",
    "transaction": "transaction txn trans trx tran txid transaktion payment pmt zahlung trade deal",
    "invoice": "invoice inv rechnung facture factura rechnungsnummer bill",
    "order": "order bestellung commande pedido po",
    "identity": "id ident identifier uid uuid guid key identifiant",
    "number": "number no nr num nbr nummer numero nb",
    "sequence": "row line index seq sequence rowid lineno zeile ligne linea rownum",
    "account": "account acct acc konto compte cuenta kontonummer iban card karte "
    "carte tarjeta pan depot acctno accountno au",
    "party": "party merch customer cust vendor supplier payee payer merchant beneficiary "
    "counterparty partner client kunde lieferant empfanger auftraggeber begunstigter "
    "zahlungspflichtiger proveedor cliente fournisseur debtor creditor company firm entity sender "
    "receiver cpty",
    "person": "name nom nombre",
    "words": "description desc narrative narr memo text comment comments note notes details detail "
    "remark remarks label libelle verwendungszweck buchungstext concepto descripcion bezeichnung "
    "particulars remittance information info motif purpose betreff message merchdescription "
    "narration",
    "type": "type typ kind category transtype buchungsart",
    "status": "status state etat estado matchstatus",
    "code": "code bank branch bic swift zip country city user by",
    "difference": "difference diff delta variance tolerance impact break",
}
_CONCEPTS = {word: concept for concept, words in _VOCABULARY.items() for word in words.split()}
# Words of two meanings, and words that are several in one.
_COMPOUNDS = {
    "buchungstag": ("booking", "date"),
    "buchungsdatum": ("booking", "date"),
    "belegdatum": ("document", "date"),
    "wertstellung": ("valuation", "date"),
    "wertstellungstag": ("valuation", "date"),
    "valutadatum": ("valuation", "date"),
    "valuta": ("valuation", "date"),
    "valeur": ("valuation", "date"),
    "falligkeit": ("due", "date"),
    "echeance": ("due", "date"),
    "vencimiento": ("due", "date"),
    "timestamp": ("created", "date"),
    "fremdwahrung": ("original", "currency"),
    "belegnummer": ("document", "number"),
    "belegnr": ("document", "number"),
    "rechnungsnummer": ("invoice", "number"),
    "referenznummer": ("reference", "number"),
    "kontonummer": ("account", "number"),
    "sollhaben": ("direction",),
    "wechselkurs": ("rate",),
}


def word_set(words: str) -> frozenset[str]:
    """A set of words written as one text."""
    return frozenset(words.split())


_MOVED = word_set("paid pay money cash funds amount amt value flow transfer transferred")


@cache
def concepts(name: str) -> frozenset[str]:
    """The concepts that a column's name mentions.

    >>> sorted(concepts("TxnAmt")), sorted(concepts("Wertstellungstag"))
    (['amount', 'transaction'], ['date', 'valuation'])
    >>> sorted(concepts("Paid out")), sorted(concepts("Money In"))
    (['debit'], ['credit'])
    """
    found: set[str] = set()
    for word in words(name):
        found.update(_concepts_of(word))
    found |= _way_of_money(words(name))
    if "valuation" not in found and {"value", "date"} <= found:
        found = (found - {"value"}) | {"valuation"}
    if _is_direction(name):
        found = (found - {"debit", "credit"}) | {"direction"}
    return frozenset(found)


def _way_of_money(said: tuple[str, ...]) -> set[str]:
    """Debit or credit of "Paid out" and "Money In": a bank's words for what left and what came."""
    ways = {"in", "out"} & set(said)
    if len(ways) != 1 or len(said) < 2 or not set(said) - ways <= _MOVED:
        return set()
    return {"debit"} if "out" in ways else {"credit"}


@cache
def words(name: str) -> tuple[str, ...]:
    """The words of a name in lower case, accents dropped.

    >>> words("DocNo"), words("value_date"), words("Crédit (EUR)")
    (('doc', 'no'), ('value', 'date'), ('credit', 'eur'))
    """
    plain = unicodedata.normalize("NFKD", name.replace("ß", "ss"))
    plain = "".join(letter for letter in plain if not unicodedata.combining(letter))
    parted = re.sub(r"([a-z0-9])([A-Z])|([A-Z])([A-Z][a-z])", r"\1\3 \2\4", plain)
    return tuple(re.findall(r"[a-z]+", parted.lower()))


def alike(first: str, second: str) -> float:
    """How alike two names are: 1 for the same words, else the share of words and concepts shared.

    >>> alike("DocNo", "doc_no"), alike("Reference", "doc_no") < 0.5
    (1.0, True)
    """
    mine, theirs = set(words(first)), set(words(second))
    if mine == theirs:
        return 1.0
    shared = _jaccard(mine, theirs)
    return 0.9 * max(shared, _jaccard(set(concepts(first)), set(concepts(second))))


def _jaccard(mine: set[str], theirs: set[str]) -> float:
    return len(mine & theirs) / len(mine | theirs) if mine | theirs else 0.0


def _concepts_of(word: str) -> tuple[str, ...]:
    if word in _COMPOUNDS:
        return _COMPOUNDS[word]
    if word in _CONCEPTS:
        return (_CONCEPTS[word],)
    for cut in range(3, len(word) - 1):
        head, tail = word[:cut], word[cut:]
        # German joins words with an s.
        for first in (head, head.removesuffix("s")):
            if len(first) >= 3 and first in _CONCEPTS and tail in _CONCEPTS:
                return (*_concepts_of(first), *_concepts_of(tail))
    return ()


def _is_direction(name: str) -> bool:
    """Names such as D/C, Dr/Cr, Soll/Haben and Debit or Credit."""
    said = [_concepts_of(word) for word in words(name)]
    if ("debit",) in said and ("credit",) in said:
        return True
    letters = "".join(words(name))
    return letters in {"dc", "cd", "sh", "drcr", "crdr", "dbcr", "crdb", "cdtdbtind", "crdtdbtind"}
