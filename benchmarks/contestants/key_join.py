"""The physical limit: read both key sets and join them once.

Usage: key_join.py LEFT.parquet RIGHT.parquet OUT_FOLDER
"""

import sys

import duckdb

if __name__ == "__main__":
    connection = duckdb.connect()
    connection.execute("SET enable_progress_bar = false")
    pairs = connection.execute(
        f"select count(*) from read_parquet('{sys.argv[1]}') l "
        f"join read_parquet('{sys.argv[2]}') r on l.reference = r.reference"
    ).fetchall()
    print(pairs[0][0])
