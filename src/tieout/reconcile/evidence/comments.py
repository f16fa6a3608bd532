"""What people and banks write into comments: other keys, return codes, words for fees."""

import polars as pl

# ISO 20022 external return and status reason codes, and NACHA return codes.
RETURN_CODE = (
    r"\b(?:AC(?:0[1-7]|1[0-9])|AG0[1-9]|AM(?:0[1-9]|1[0-9]|2[0-3])|BE0[1-8]|CNOR|CURR|CUST|CUTA"
    r"|DNOR|DUPL|ED05|FF05|FOCR|FR01|MD0[1-7]|MS0[23]|NARR|NOAS|NOOR|RC0[1-9]|RR0[1-4]|SL(?:01|1[1-4])"
    r"|SVNR|TM01|UPAY|R(?:0[1-9]|[1-7][0-9]|8[0-5]))\b"
)
_STRONG_WORDS = (
    r"revers(?:al|ed)|charge ?-?back|storno|storniert|r(?:ü|ue)ckl(?:ä|ae)ufer"
    r"|r(?:ü|ue)cklastschrift|r(?:ü|ue)ckbuchung"
)
RETURN_WORD = rf"(?i)\b(?:{_STRONG_WORDS}|return(?:ed)?|refund(?:ed)?|rejected|unpaid|bounced)\b"
REVERSAL_WORD = rf"(?i)\b(?:{_STRONG_WORDS})\b"
FEE_WORD = (
    r"(?i)\b(?:fees?|charges|(?:bank|service|handling|wire|card) charge|commission|interchange"
    r"|vat|gst|sales tax|withholding|tax|geb(?:ü|ue)hr(?:en)?|entgelte?|provision|mwst|ust"
    r"|steuer|frais|spesen|commissione|tva|iva)\b"
)
PART_WORD = (
    r"(?i)\b(?:part(?:ial)?[ -]?payments?|part(?:ial|ly)?[ -]paid|on account|instal?l?ments?"
    r"|down ?payments?|(?:teil|an|raten)zahlung(?:en)?|abschlag(?:szahlung)?"
    r"|acomptes?|(?:paiement|versement) partiel|pago parcial|anticipo|a cuenta|acconto"
    r"|pagamento parziale)\b"
)
SHORT_WORD = (
    r"(?i)\b(?:fees?|charges?|commission|discount|skonto|rabatt|escompte|sconto|descuento"
    r"|allowance|deduct(?:ion|ed)|withh(?:eld|olding)|net of|abzug|abz(?:ü|ue)glich"
    r"|geb(?:ü|ue)hr(?:en)?|spesen|frais)\b"
)
_KEY_LENGTH_MIN = 3


def squashed(text: pl.Expr) -> pl.Expr:
    """Upper case, letters and digits only: how a reference is compared with a word.

    >>> pl.select(squashed(pl.lit("inv-0012/a"))).item()
    'INV0012A'
    """
    return text.str.to_uppercase().str.replace_all(r"[^\p{L}\p{N}]", "")


def named_tokens(rows: pl.DataFrame) -> pl.DataFrame:
    """Words of comments that may be references: index, word (upper case), token (squashed).

    Two neighbouring words count as one as well ("INV 12"). A token has three characters or more,
    a digit among them. rows: index, comment.
    """
    words = rows.filter(pl.col("comment") != "").select(
        "index", word=pl.col("comment").cast(pl.String).str.to_uppercase().str.split(" ")
    )
    single = words.explode("word")
    # The words of a row stand together: a neighbour of the same row is its next word.
    is_last = pl.col("index") != pl.col("index").shift(-1)
    following = pl.when(~is_last).then(pl.col("word").shift(-1))
    double = single.with_columns(pl.concat_str("word", following, separator=" "))
    # Most words are no references, which shows before they are squashed.
    numbered = pl.concat([single, double]).filter(pl.col("word").str.contains(r"\d"))
    tokens = numbered.with_columns(token=squashed(pl.col("word")))
    return tokens.filter(pl.col("token").str.len_chars() >= _KEY_LENGTH_MIN).unique(
        ["index", "token"], keep="first", maintain_order=True
    )


def keys_named_in(side: pl.DataFrame) -> pl.Series:
    """Keys that comments of unmatched rows may name, for looking up the rows they mean.

    side: RECORD_SCHEMA. Answers with unique strings in every common way of normalising them:
    upper case with outer punctuation dropped, letters and digits only, digits only, without
    leading zeros.

    >>> rows = pl.DataFrame({"row": [1], "comment": ["Return of inv-0012, AC04"]})
    >>> {"INV-0012", "INV0012", "INV12", "0012"} <= set(keys_named_in(rows))
    True
    """
    tokens = named_tokens(side.select(pl.col("row").alias("index"), "comment"))
    outer = pl.col("word").str.replace_all(r"^[^\p{L}\p{N}]+|[^\p{L}\p{N}]+$", "")
    digits = pl.col("token").str.replace_all(r"\D", "")
    forms = [tokens.select(key=form) for form in (outer, pl.col("token"), digits)]
    forms += [
        form.with_columns(
            pl.col("key")
            .str.replace_all(r"^0+(\d)", "${1}")
            .str.replace_all(r"(\D)0+(\d)", "${1}${2}")
        )
        for form in forms[:3]
    ]
    keys = pl.concat(forms)["key"]
    return keys.filter(keys.str.len_chars() > 0).unique().sort()
