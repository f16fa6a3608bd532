import gzip
from pathlib import Path

import pytest

from tieout.model.errors import InputError
from tieout.sources.encoding import SAMPLE_BYTES, as_utf8, content_tag, detect_encoding, open_bytes

TEXT = "ref,name\n1,Ren\u00e9e \u20ac\n"


def saved(folder: Path, content: bytes) -> Path:
    path = folder / "bank.csv"
    path.write_bytes(content)
    return path


@pytest.mark.parametrize(
    ("written", "found"),
    [
        ("utf-8", "utf-8"),
        ("utf-8-sig", "utf-8-sig"),
        ("utf-16", "utf-16"),
        ("utf-32", "utf-32"),
        ("cp1252", "cp1252"),
    ],
)
def test_it_reads_back_each_encoding(tmp_path: Path, written: str, found: str) -> None:
    path = saved(tmp_path, TEXT.encode(written))

    assert detect_encoding(path) == found
    assert as_utf8(path, found, workdir=tmp_path / "w").read_bytes().decode("utf-8-sig") == TEXT


def test_it_leaves_utf_8_where_it_is(tmp_path: Path) -> None:
    path = saved(tmp_path, TEXT.encode())

    assert as_utf8(path, "utf-8", workdir=tmp_path / "w") == path
    assert not (tmp_path / "w").exists()


def test_it_reads_utf_16_of_either_byte_order(tmp_path: Path) -> None:
    path = saved(tmp_path, b"\xfe\xff" + TEXT.encode("utf-16-be"))

    assert as_utf8(path, detect_encoding(path), workdir=tmp_path).read_text("utf-8") == TEXT


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_it_reads_utf_16_that_has_no_mark(tmp_path: Path, encoding: str) -> None:
    path = saved(tmp_path, ("ref,amount\n" * 20 + TEXT).encode(encoding))

    assert detect_encoding(path) == encoding


def test_it_refuses_noise_that_has_no_nul(tmp_path: Path) -> None:
    noise = bytes(each for each in range(1, 256)) * 4

    assert error_of(saved(tmp_path, noise)) == (
        "bank.csv: holds binary content, not text; expected a delimited text file in UTF-8"
    )


def test_it_takes_bytes_that_windows_does_not_know_for_latin_1(tmp_path: Path) -> None:
    assert detect_encoding(saved(tmp_path, b"ref\nR\xe9\x81\n")) == "latin-1"


def test_it_keeps_to_utf_8_where_most_of_it_is_sound(tmp_path: Path) -> None:
    content = "a\n\u00e9\u00e8\u00fc\n".encode() + b"\xe9\n"

    assert detect_encoding(saved(tmp_path, content)) == "utf-8"


def test_it_sees_what_comes_late_when_it_reads_the_whole_file(tmp_path: Path) -> None:
    path = saved(tmp_path, b"a" * SAMPLE_BYTES + b"\n\xe9\n")

    assert detect_encoding(path) == "utf-8"
    assert detect_encoding(path, whole=True) == "cp1252"


def test_a_character_cut_by_the_sample_is_no_fault(tmp_path: Path) -> None:
    path = saved(tmp_path, b"a" * (SAMPLE_BYTES - 1) + "\u00e9".encode())

    assert detect_encoding(path) == detect_encoding(path, whole=True) == "utf-8"


def test_it_unpacks_what_is_packed_whatever_its_name(tmp_path: Path) -> None:
    path = saved(tmp_path, gzip.compress(TEXT.encode("cp1252")))

    assert detect_encoding(path) == "cp1252"
    assert as_utf8(path, "cp1252", workdir=tmp_path).read_text("utf-8") == TEXT


def error_of(path: Path) -> str:
    with pytest.raises(InputError) as raised:
        as_utf8(path, detect_encoding(path), workdir=path.parent)
    return str(raised.value)


def test_it_refuses_an_empty_file(tmp_path: Path) -> None:
    expected = "bank.csv: the file is empty; expected a header and data rows"

    assert error_of(saved(tmp_path, b"")) == expected
    assert error_of(saved(tmp_path, gzip.compress(b""))) == expected


def test_it_refuses_binary_content(tmp_path: Path) -> None:
    assert error_of(saved(tmp_path, b"a,b\n1,\x00\x01\n")) == (
        "bank.csv: holds binary content, not text; expected a delimited text file in UTF-8"
    )


def test_it_refuses_utf_16_that_was_cut_off(tmp_path: Path) -> None:
    assert error_of(saved(tmp_path, TEXT.encode("utf-16")[:-1])) == (
        "bank.csv: is not sound UTF-16 text (truncated data); save it again as UTF-8"
    )


def test_it_refuses_a_damaged_gzip_file(tmp_path: Path) -> None:
    packed = gzip.compress(TEXT.encode() * 1000)

    assert error_of(saved(tmp_path, packed[:-20])).startswith(
        "bank.csv: the gzip file is damaged or cut off"
    )


def test_it_refuses_a_file_that_cannot_be_opened(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="No such file"), open_bytes(tmp_path / "none"):
        pass


def test_a_tag_tells_its_parts_apart() -> None:
    assert content_tag("a", "b") == content_tag("a", "b")
    assert content_tag("a", "b") != content_tag("ab")
