"""pandas: an outer merge on the key and a comparison of columns.

Usage: pandas_merge.py LEFT.parquet RIGHT.parquet OUT_FOLDER
"""

import sys
from pathlib import Path

import pandas as pd

if __name__ == "__main__":
    out = Path(sys.argv[3])
    out.mkdir(parents=True, exist_ok=True)
    columns = ["reference", "currency", "amount", "date"]
    left = pd.read_parquet(sys.argv[1], columns=columns)
    right = pd.read_parquet(sys.argv[2], columns=columns)
    both = left.merge(
        right, on=["reference", "currency"], how="outer", indicator=True, suffixes=("_l", "_r")
    )
    equal = (both["amount_l"] == both["amount_r"]) & (both["date_l"] == both["date_r"])
    both[equal].to_parquet(out / "equal.parquet")
    both[~equal].to_parquet(out / "different.parquet")
