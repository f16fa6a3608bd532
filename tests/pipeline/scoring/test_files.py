"""Files that were sent: read whole or refused, and what judges them."""

from pathlib import Path

import pytest

from tieout.model.errors import InputError
from tieout.model.table import TableRole
from tieout.pipeline.detection import DetectJob, detect
from tieout.pipeline.scoring.files import BrokenFileError, profile_of, read_sent


def written(folder: Path, text: str) -> Path:
    path = folder / "0123abcd.csv"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("id,amount\n1,5\n2,6\n3,x7\n", "may.csv: row 3, column 'amount': 'x7'; expected a number"),
        ("id,date\n1,2026-01-31\n2,2026-02-30\n", "row 2, column 'date': '2026-02-30'"),
        ("a,b,c\n1,2,3\n4,5\n", "row 2, column 'c': '4,5'; expected 3 fields, found 2"),
        ("a,b,c\n1,2,3\n4,5,6,7\n", "row 2, column 'c'"),
        ('a,b,c\n1,2,3\n4,"5,6\n', "row 2, column 'b'"),
    ],
)
def test_a_row_that_cannot_be_read_is_named_with_its_column(
    tmp_path: Path, text: str, said: str
) -> None:
    with pytest.raises(BrokenFileError) as caught:
        read_sent(written(tmp_path, text), name="may.csv", workspace=tmp_path)
    assert said in str(caught.value)
    assert caught.value.rejected == 1


def test_many_broken_rows_are_counted(tmp_path: Path) -> None:
    text = "id,amount\n" + "1,5\n" * 300 + "1,five\n" * 200
    with pytest.raises(BrokenFileError, match="and 199 more rows") as caught:
        read_sent(written(tmp_path, text), name="may.csv", workspace=tmp_path)
    assert caught.value.rejected == 200
    assert len(caught.value.rejects) == 100


def test_rows_may_be_left_out(tmp_path: Path) -> None:
    path = written(tmp_path, "id,amount\n1,5\n2,x\n3,7\n")
    sent = read_sent(path, name="may.csv", workspace=tmp_path, keep_rejects=True)
    assert (sent.rows, sent.rejected) == (3, 1)
    assert [(each.row, each.column) for each in sent.rejects] == [(2, "amount")]


def test_what_is_no_table_is_told_by_the_name_that_its_sender_knows(tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        read_sent(written(tmp_path, ""), name="may.csv", workspace=tmp_path)
    assert "may.csv" in str(caught.value)
    assert "0123abcd" not in str(caught.value)


def test_data_that_the_workspace_knows_is_judged_by_it(sales_file: Path, tmp_path: Path) -> None:
    known = tmp_path / "sales.csv"
    known.write_bytes(sales_file.read_bytes())
    detect(DetectJob(file=str(known), workspace=tmp_path))
    path = written(tmp_path, "seller,product,quantity,value\nanna,p1,10,20\nben,p2,4,60\n")
    sent = read_sent(path, name="may.csv", workspace=tmp_path)
    job = sent.job(tmp_path, profile=None, out=tmp_path / "runs" / "r-detect-1")
    assert (job.file, job.history, job.profile) == (str(path), str(known), "generic")
    other = sent.job(tmp_path, profile="payments", out=tmp_path / "runs" / "r-detect-2")
    assert (other.history, other.profile) == (None, "payments")


def test_other_data_is_judged_by_itself_as_what_it_looks_like(tmp_path: Path) -> None:
    rows = "".join(f"C{n % 3},2026-01-{n % 28 + 1:02}T10:00:00,{n}.5\n" for n in range(1, 60))
    path = written(tmp_path, f"customer_id,timestamp,amount\n{rows}")
    job = read_sent(path, name="may.csv", workspace=tmp_path).job(
        tmp_path, profile=None, out=tmp_path / "runs" / "r-detect-1"
    )
    assert (job.history, job.profile) == (None, "payments")


def test_the_run_of_a_sent_file_is_called_as_its_folder(tmp_path: Path) -> None:
    path = written(tmp_path, "product,value\n" + "p1,5\np2,7\n" * 30)
    out = tmp_path / "runs" / "20260131T000000Z-detect-7"
    sent = read_sent(path, name="may.csv", workspace=tmp_path)
    result = detect(sent.job(tmp_path, profile=None, out=out))
    assert result.manifest.run_id == out.name


def test_what_rows_are_follows_from_their_roles() -> None:
    payment = {TableRole.TIME: "t", TableRole.AMOUNT: "a", TableRole.CARD: "c"}
    line = {TableRole.ENTRY: "e", TableRole.ACCOUNT: "a", TableRole.AMOUNT: "v"}
    assert profile_of(payment) == "payments"
    assert profile_of(line) == "journal"
    assert profile_of({TableRole.AMOUNT: "a"}) == "generic"
