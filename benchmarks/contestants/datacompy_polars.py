"""datacompy on Polars: compares rows by key and reports columns that differ.

Usage: datacompy_polars.py LEFT.parquet RIGHT.parquet OUT_FOLDER
"""

import sys
from pathlib import Path

import datacompy
import polars as pl

KEY = ["reference", "currency"]

if __name__ == "__main__":
    left, right, out = sys.argv[1], sys.argv[2], Path(sys.argv[3])
    out.mkdir(parents=True, exist_ok=True)
    columns = [*KEY, "amount", "date"]
    comparison = datacompy.PolarsCompare(
        pl.read_parquet(left, columns=columns),
        pl.read_parquet(right, columns=columns),
        join_columns=KEY,
    )
    comparison.df1_unq_rows.write_parquet(out / "left_only.parquet")
    comparison.df2_unq_rows.write_parquet(out / "right_only.parquet")
    comparison.intersect_rows.write_parquet(out / "both.parquet")
