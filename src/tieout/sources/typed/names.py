"""The words in a column's name, and whether they say label, quantity or moment."""

import re
import unicodedata
from functools import cache
from typing import Final


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Words whose values name something, however many digits they have.
_LABELS: Final = _words(
    "id ids identifier uid uuid guid key ref reference code codes zip zipcode postcode postal "
    "account acct card pan iban bic swift phone mobile fax ssn tin ein isin cusip merchant "
    "customer client user vendor supplier employee terminal device store branch desk company "
    "kunde kunden kundennummer kartennummer karte konto kontonummer sachkonto belegnummer "
    "transaktionsnummer cliente tarjeta compte cuenta conto rekening "
    "entity department dept mcc sic naics bin year month quarter weekday week line row index "
    "seq sequence lineno au hash cvv bank doc document voucher "
    # As SAP calls them: document, company, accounts, customer, vendor, cost centre, user.
    "belnr bukrs hkont saknr kunnr lifnr kostl prctr usnam gjahr vbeln xblnr"
)
_NUMBERS: Final = _words("no nr num nbr number nummer numero")
# Words whose values are measured or counted, whatever they belong to.
_QUANTITIES: Final = _words(
    "amount amt balance bal value val total sum price cost qty quantity count cnt rate ratio "
    "limit score fee fees tax vat debit credit dr cr age days hours minutes seconds duration "
    "distance lat latitude lon lng long longitude percent pct share volume weight size pop "
    "population income salary salaries revenue sales profit margin net gross discount difference "
    "betrag montant importe importo monto bedrag umsatz soll haben debet "
    "diff delta avg average mean std min max median units items"
)
_MOMENTS: Final = _words(
    "time timestamp datetime date day epoch unix unixtime ts moment when created updated at "
    "zeit zeitstempel uhrzeit datum fecha hora heure"
)
# Words that occur joined to others, as in MERCHNUM or transdate.
_OTHERS: Final = _words(
    "transaction trans trn tran txn trx merch merchant cust customer card acct account cc desc "
    "description state type name city country merchant post posted posting booked effective value "
    "entry journal invoice order bill billing ship currency ccy channel category cat "
    "by prepared approved entered created status user vendor supplier item product stock street "
    "address email ip device terminal pay payment payee payer sender receiver counterparty "
    "beneficiary benef memo note text start end first last orig original"
)
_KNOWN: Final = _LABELS | _NUMBERS | _QUANTITIES | _MOMENTS | _OTHERS


@cache
def words_of(name: str) -> tuple[str, ...]:
    """The words of a name in lower case; joined ones are parted where both halves are known.

    >>> words_of("MERCHNUM"), words_of("transDate"), words_of("Zip Code (home)"), words_of("Doc #")
    (('merch', 'num'), ('trans', 'date'), ('zip', 'code', 'home'), ('doc', 'no'))
    """
    plain = unicodedata.normalize("NFKD", name)
    plain = "".join(letter for letter in plain if not unicodedata.combining(letter))
    plain = plain.replace("#", " no ")
    parted = re.sub(r"([a-z0-9])([A-Z])|([A-Z])([A-Z][a-z])", r"\1\3 \2\4", plain)
    found: list[str] = []
    for word in re.findall(r"[a-z]+", parted.lower()):
        found.extend(_parted(word))
    return tuple(found)


def _parted(word: str) -> tuple[str, ...]:
    if word in _KNOWN:
        return (word,)
    for cut in range(len(word) - 2, 1, -1):
        head, tail = word[:cut], word[cut:]
        if head in _KNOWN and tail in _KNOWN:
            return (head, tail)
    return (word,)


def says_quantity(name: str) -> bool:
    """Whether a name is that of something measured or counted.

    >>> says_quantity("num_items"), says_quantity("doc_num"), says_quantity("account_balance")
    (True, False, True)
    """
    words = words_of(name)
    if words[-1:] and words[-1] in _LABELS | _NUMBERS and words[0] not in _NUMBERS:
        return False
    counts = len(words) > 1 and words[0] in _NUMBERS and words[1] not in _LABELS
    return counts or not _QUANTITIES.isdisjoint(words)


def says_label(name: str) -> bool:
    """Whether whole numbers under this name only name something.

    >>> says_label("CARDNUM"), says_label("merchant_id"), says_label("num_items")
    (True, True, False)
    """
    words = words_of(name)
    if says_quantity(name):
        return False
    return not _LABELS.isdisjoint(words) or bool(words and words[-1] in _NUMBERS)


def says_code(name: str) -> bool:
    """Whether a name ends in a word for codes, under which 10.20 is no quantity either."""
    return words_of(name)[-1:] in {("id",), ("code",), ("zip",), ("iban",), ("account",)}


def says_moment(name: str) -> bool:
    """Whether a name is that of a moment, so that large whole numbers may count seconds."""
    return not _MOMENTS.isdisjoint(words_of(name))


def says_flag(name: str) -> bool:
    """Whether a name is a question that is answered by yes or no."""
    words = words_of(name)
    return bool(words) and (words[0] in {"is", "has", "was"} or words[-1] in {"flag", "yn"})
