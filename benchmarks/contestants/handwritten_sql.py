"""The floor: lean SQL written by hand for DuckDB, the same passes and the same files out.

Usage: handwritten_sql.py LEFT.parquet RIGHT.parquet OUT_FOLDER
"""

import sys
from pathlib import Path

import duckdb

PRINTS = """
    select row, currency, amount, hash(reference, currency, amount, date) as one,
           hash('second', reference, currency, amount, date) as two
    from {side}
"""


def main(left: str, right: str, out: Path) -> None:
    """Exact with occurrence numbering, group sums on a key, then pairs and lone rows as breaks."""
    out.mkdir(parents=True, exist_ok=True)
    connection = duckdb.connect()
    connection.execute("SET memory_limit = '3GiB'")
    connection.execute("SET preserve_insertion_order = false")
    connection.execute("SET enable_progress_bar = false")
    for side, path in (("left_side", left), ("right_side", right)):
        connection.execute(
            f"""create view {side} as
            select file_row_number + 1 as row, reference, currency, narrative,
                   cast(amount * 100 as bigint) as amount, date
            from read_parquet('{path}', file_row_number = true)"""
        )
    connection.execute(
        f"""create temp table pairs as
        select l.row as left_row, r.row as right_row, l.currency
        from ({PRINTS.format(side="left_side")}) l
        join ({PRINTS.format(side="right_side")}) r using (one, two)"""
    )
    for column in ("left_row", "right_row"):
        connection.execute(
            f"create temp table twin_{column} as "
            f"select {column} from pairs group by {column} having count(*) > 1"
        )
    connection.execute(
        """create temp table crowd as
        select * from pairs where left_row in (from twin_left_row)
        or right_row in (from twin_right_row)"""
    )
    connection.execute(
        """create temp table lost as select left_row, right_row from (
            select *, row_number() over (partition by right_row order by left_row) as nth_left,
                   row_number() over (partition by left_row order by right_row) as nth_right
            from crowd) where nth_left <> nth_right"""
    )
    connection.execute(
        "create temp table matched as from pairs anti join lost using (left_row, right_row)"
    )
    for side in ("left", "right"):
        connection.execute(
            f"create temp table open_{side} as select s.* from {side}_side s "
            f"anti join matched m on m.{side}_row = s.row"
        )
    connection.execute(
        """create temp table sums as
        select l.reference, l.currency, l.rows as rows_left, r.rows as rows_right from
        (select reference, currency, count(*) as rows, sum(amount) as total
         from open_left group by all) l join
        (select reference, currency, count(*) as rows, sum(amount) as total
         from open_right group by all) r
        on l.reference = r.reference and l.currency = r.currency and l.total = r.total
        where (l.rows = 1) <> (r.rows = 1)"""
    )
    _write(connection, out)


def _write(connection: duckdb.DuckDBPyConnection, out: Path) -> None:
    connection.execute(
        f"""copy (
        select [left_row] as left_rows, [right_row] as right_rows, 'exact' as pass, currency,
               'one_to_one' as kind, 0::decimal(38, 2) as difference, 1.0 as confidence,
               'M' || left_row as match_id, left_row as first_row, 'equal' as explanation
        from matched union all
        select l.rows, r.rows, 'group', s.currency, 'group', 0, 1.0, 'M' || l.rows[1], l.rows[1],
               'sums' from sums s
        join (select reference, currency, list(row order by row) as rows from open_left
              group by all) l using (reference, currency)
        join (select reference, currency, list(row order by row) as rows from open_right
              group by all) r using (reference, currency)
        order by first_row) to '{out}/matches.parquet' (compression zstd)"""
    )
    connection.execute(
        f"""copy (
        with l as (from open_left anti join sums using (reference, currency)),
             r as (from open_right anti join sums using (reference, currency))
        select l.reference, l.row as left_row, r.row as right_row, l.amount as amount_left,
               r.amount as amount_right, l.date as date_left, r.date as date_right,
               l.narrative as text_left, r.narrative as text_right
        from l full join r on l.reference = r.reference order by left_row, right_row
        ) to '{out}/breaks.parquet' (compression zstd)"""
    )


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], Path(sys.argv[3]))
