"""fastrecon in its keyed mode.

Usage: fastrecon_keyed.py LEFT.parquet RIGHT.parquet OUT_FOLDER
"""

import sys
from pathlib import Path

import fastrecon

if __name__ == "__main__":
    out = Path(sys.argv[3])
    out.mkdir(parents=True, exist_ok=True)
    result = fastrecon.compare(
        fastrecon.ParquetFile(sys.argv[1]),
        fastrecon.ParquetFile(sys.argv[2]),
        keys=["reference", "currency"],
        columns=["amount", "date"],
    )
    (out / "result.json").write_text(result.to_json())
