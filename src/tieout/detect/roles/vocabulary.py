"""The words by which columns of each role are called."""

from collections.abc import Mapping
from typing import Final

from tieout.detect.roles.model import RoleWords
from tieout.model.table import Kind, TableRole

_NUMBER: Final = (Kind.NUMBER,)
_CATEGORY: Final = (Kind.CATEGORY,)
_TIME: Final = (Kind.TIME,)

# One word for those that mean the same; phrases and vetoes are read through this too.
_SAME: Final[Mapping[str, str]] = {
    "transaction": "trans trn tran txn trx tx transactions payment pmt "
    "transaktion transaccion transazione transacao zahlung paiement pago",
    "amount": "amt amnt amounts betrag montant importe importo monto bedrag umsatz dmbtr wrbtr",
    "time": "timestamp datetime ts moment zeit zeitstempel uhrzeit buchungszeit heure hora ora "
    "horodatage tijd",
    "date": "day dt datum fecha buchungsdatum buchungstag valutadatum wertstellung budat",
    "id": "identifier uid uuid guid key ident identifiant transaktionsnummer",
    "number": "no nr num nbr nummer numero",
    "customer": "cust client cardholder buyer payer consumer kunde kunden kundennummer cliente "
    "klant karteninhaber",
    "card": "cc pan karte karten kartennummer carte tarjeta carta cartao kaart",
    "merchant": "merch shop store vendor retailer payee acceptor handler haendler commercant "
    "marchand comercio comerciante esercente winkel laden filiale geschaft",
    "category": "cat mcc naics sic kategorie categorie categoria branche",
    "type": "kind typ tipo art",
    "currency": "waers ccy cur curr crncy wahrung waehrung devise moneda valuta divisa",
    "country": "nation ctry land pays pais paese",
    "city": "stadt ort ville ciudad citta cidade stad",
    "channel": "kanal canal canale kanaal",
    "latitude": "lat breitengrad",
    "longitude": "lon lng long langengrad laengengrad",
    "description": "desc memo narrative narration text comment comments note notes remark remarks "
    "particulars verwendungszweck buchungstext beschreibung libelle descripcion descrizione "
    "sgtxt bktxt",
    "device": "fingerprint browser ip imei gerat geraet appareil dispositivo",
    "account": "hkont saknr acct konto kontonummer sachkonto compte cuenta conto conta rekening",
    "debit": "dr debits soll debet debe dare",
    "credit": "cr credits haben haber avere",
    "journal": "je jnl buchung ecriture asiento",
    "document": "belnr doc docs voucher invoice inv beleg belegnummer piece documento",
    "posted": "entered keyed created creation erfasst erfassungsdatum cpudt",
    "booked": "posting post booking gebucht",
    "prepared": "preparer poster maker bearbeiter ersteller erfasser saisi",
    "user": "usnam benutzer anwender utilisateur usuario utente gebruiker",
    "approved": "approver reviewer authorised authorized checker genehmigt freigegeben approuve "
    "valide aprobado approvato",
    "counterparty": "partner beneficiary benef cpty supplier counterpart empfanger lieferant "
    "fournisseur proveedor fornitore beneficiaire beneficiario",
    "origin": "source system feed",
    "status": "result outcome response decision",
}
SYNONYMS: Final = {synonym: word for word, same in _SAME.items() for synonym in same.split()}


def canonical(words: str) -> frozenset[str]:
    """Words, written as one text, as a set in which synonyms are one.

    >>> sorted(canonical("txn amt"))
    ['amount', 'transaction']
    """
    return frozenset(SYNONYMS.get(word, word) for word in words.split())


def role_words(kinds: tuple[Kind, ...], phrases: str, vetoes: str = "") -> RoleWords:
    """From texts: phrases are parted by commas, the surest first."""
    return RoleWords(
        kinds=frozenset(kinds),
        phrases=tuple(canonical(phrase) for phrase in phrases.split(",")),
        vetoes=canonical(vetoes),
    )


_OTHER_AMOUNTS: Final = (
    "tax vat fee discount balance limit count number id code rate original orig mean avg average "
    "sum old new tip score quantity"
)
_OTHER_TIMES: Final = "birth dob expiry expires expiration due opened open start end updated load"
_MARKS: Final = "score rate count amount balance date time latitude longitude"

WORDS: Final[Mapping[TableRole, RoleWords]] = {
    TableRole.ID: role_words(
        _CATEGORY,
        "transaction id,transaction number,transaction reference,id,reference,row id",
        "customer card merchant device account terminal entry category currency country city "
        "channel user parent session order journal line " + _MARKS,
    ),
    TableRole.TIME: role_words(
        _TIME,
        "transaction time,transaction date,transaction date time,effective date,effective,time,"
        "date,value date,gl date,accounting date,booked date,booked,when,occurred,event time,"
        "unix time",
        _OTHER_TIMES,
    ),
    TableRole.AMOUNT: role_words(
        _NUMBER,
        "transaction amount,amount,transaction value,purchase value,value,total,price",
        _OTHER_AMOUNTS + " debit credit latitude longitude",
    ),
    TableRole.CURRENCY: role_words(_CATEGORY, "currency,currency code,iso currency", "country"),
    TableRole.CUSTOMER: role_words(
        _CATEGORY,
        "customer id,customer number,customer,customer name,user id,user,account holder,sender,"
        "orig",
        "country city type category segment email phone agent device age " + _MARKS,
    ),
    TableRole.CARD: role_words(
        _CATEGORY,
        "card id,card number,card token,card,card hash",
        "type brand network present country issuer expiry bin cvv holder name category " + _MARKS,
    ),
    TableRole.MERCHANT: role_words(
        _CATEGORY,
        "merchant id,merchant number,merchant,merchant name,merchant description",
        "category country city type code zip state status latitude longitude group " + _MARKS,
    ),
    TableRole.MERCHANT_CATEGORY: role_words(
        _CATEGORY,
        "merchant category,category code,category,merchant type,merchant code,"
        "product category,transaction category",
        "customer card device " + _MARKS,
    ),
    TableRole.CHANNEL: role_words(
        _CATEGORY,
        "channel,entry mode,transaction channel,transaction type,use chip,pos mode,"
        "transaction method,method,type",
        "merchant customer card account device currency sub error document " + _MARKS,
    ),
    TableRole.COUNTRY: role_words(
        _CATEGORY,
        "country,country code,transaction country,merchant country,iso country",
        "birth home residence issuer issuing customer card bin currency " + _MARKS,
    ),
    TableRole.CITY: role_words(
        _CATEGORY,
        "city,merchant city,town,transaction city",
        "birth home customer pop population code id state " + _MARKS,
    ),
    TableRole.LATITUDE: role_words(_NUMBER, "merchant latitude,transaction latitude,latitude"),
    TableRole.LONGITUDE: role_words(_NUMBER, "merchant longitude,transaction longitude,longitude"),
    TableRole.DEVICE: role_words(
        _CATEGORY,
        "device id,device,device name,device hash",
        "type os info model category " + _MARKS,
    ),
    TableRole.STATUS: role_words(
        _CATEGORY,
        "status,transaction status,status code,response code",
        "marital customer merchant card account country city home match ship address us " + _MARKS,
    ),
    TableRole.ENTRY: role_words(
        _CATEGORY,
        "entry id,journal id,journal number,entry number,journal entry,entry,journal,"
        "transaction id,batch number",
        "type line description posted prepared approved account mode source user name " + _MARKS,
    ),
    TableRole.ACCOUNT: role_words(
        _CATEGORY,
        "account,account id,account number,account code,gl account,ledger account",
        "type holder name description category customer status secondary class " + _MARKS,
    ),
    TableRole.DEBIT: role_words(
        _NUMBER, "debit,debit amount", "credit card count limit balance number net"
    ),
    TableRole.CREDIT: role_words(
        _NUMBER, "credit,credit amount", "debit card count limit balance number net score"
    ),
    TableRole.POSTED_AT: role_words(
        _TIME,
        "posted time,posted at,entry time,entry date,posted date,posted,booked time",
        "approved effective due reversed birth updated",
    ),
    TableRole.PREPARED_BY: role_words(
        _CATEGORY,
        "prepared by,prepared,posted by,user id,user,user name,author,clerk",
        "approved type group customer role",
    ),
    TableRole.APPROVED_BY: role_words(
        _CATEGORY, "approved by,approved,approved user,released by", "prepared date time status"
    ),
    TableRole.COUNTERPARTY: role_words(
        _CATEGORY,
        "counterparty,counterparty name,counterparty id,merchant,customer,receiver,dest,company",
        "type country city category code group bank " + _MARKS,
    ),
    TableRole.DOCUMENT: role_words(
        _CATEGORY,
        "document,document number,document id,document reference,reference",
        "type category name status customer " + _MARKS,
    ),
    TableRole.DESCRIPTION: role_words(
        _CATEGORY,
        "description,line description,transaction description,details",
        "merchant account code type device " + _MARKS,
    ),
    TableRole.ORIGIN: role_words(
        _CATEGORY,
        "origin,entry type,journal origin,journal type,manual,posted type,batch type",
        "country currency city name account amount customer " + _MARKS,
    ),
}

_PAYMENTS: Final = (
    "id time amount currency customer card merchant merchant_category channel country city "
    "latitude longitude device status account counterparty description"
)
_JOURNAL: Final = (
    "entry time amount currency account debit credit posted_at prepared_by approved_by "
    "counterparty document description origin"
)
ROLES_OF: Final[Mapping[str, tuple[TableRole, ...]]] = {
    "payments": tuple(TableRole(name) for name in _PAYMENTS.split()),
    "journal": tuple(TableRole(name) for name in _JOURNAL.split()),
    "generic": (TableRole.TIME, TableRole.AMOUNT, TableRole.CURRENCY),
}

# What an outcome is called: never a role, and never looked at.
OUTCOMES: Final = canonical(
    "fraud fraudulent label labels class target anomaly anomalous outlier suspicious chargeback "
    "isfraud laundering inspection flagged"
)
