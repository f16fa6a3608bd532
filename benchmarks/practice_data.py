"""The files that the contestants read: practice breaks, typed, as Parquet."""

from pathlib import Path

import duckdb

from tieout.practice.breaks import generate_breaks

DATA = Path(__file__).parent / "data"


def practice_files(rows: int, seed: int) -> Path:
    """A folder with left.parquet, right.parquet (equal column names) and labels.parquet."""
    folder = DATA / f"breaks-{rows}-{seed}"
    if (folder / "right.parquet").exists():
        return folder
    generate_breaks(rows=rows, seed=seed, out=folder)
    connection = duckdb.connect()
    connection.execute("SET enable_progress_bar = false")
    reference = "upper(regexp_replace({}, '[^a-zA-Z0-9]', '', 'g'))"
    connection.execute(
        f"""copy (select {reference.format('"Reference"')} as reference, "Currency" as currency,
        "Amount"::decimal(18, 2) as amount, "Booking Date"::date as date,
        "Narrative" as narrative, "Counterparty" as party,
        "Original Amount"::decimal(18, 2) as original_amount,
        "Original Currency" as original_currency
        from read_csv('{folder}/left.csv', all_varchar = true, header = true))
        to '{folder}/left.parquet' (compression zstd)"""
    )
    connection.execute(
        f"""copy (select {reference.format("doc_no")} as reference, ccy as currency,
        (coalesce(debit::decimal(18, 2), 0) - coalesce(credit::decimal(18, 2), 0)) as amount,
        strptime(posted_on, '%d/%m/%Y')::date as date, description as narrative, party,
        fc_amount::decimal(18, 2) as original_amount, fc_currency as original_currency
        from read_csv('{folder}/right.csv', all_varchar = true, header = true))
        to '{folder}/right.parquet' (compression zstd)"""
    )
    return folder
