"""datacompy on pandas, the backend it began with: compares rows by key, reports what differs.

Usage: datacompy_pandas.py LEFT.parquet RIGHT.parquet OUT_FOLDER
"""

import sys
from pathlib import Path

import datacompy
import pandas as pd

KEY = ["reference", "currency"]

if __name__ == "__main__":
    left, right, out = sys.argv[1], sys.argv[2], Path(sys.argv[3])
    out.mkdir(parents=True, exist_ok=True)
    columns = [*KEY, "amount", "date"]
    comparison = datacompy.PandasCompare(
        pd.read_parquet(left, columns=columns),
        pd.read_parquet(right, columns=columns),
        join_columns=KEY,
    )
    comparison.df1_unq_rows.to_parquet(out / "left_only.parquet")
    comparison.df2_unq_rows.to_parquet(out / "right_only.parquet")
    comparison.intersect_rows.to_parquet(out / "both.parquet")
