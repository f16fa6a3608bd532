import json
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from tieout.detect.detector import Detector, State
from tieout.detect.detectors.ecod import Ecod
from tieout.detect.detectors.isolation_forest import IsolationForest
from tieout.detect.detectors.rarity import Rarity
from tieout.detect.detectors.zscore import ZScore
from tieout.detect.saved import FORMAT, SavedModelError, load, save
from tieout.model.errors import InputError
from tieout.model.table import ColumnFacts, Kind, Table


def journal(rows: int, seed: int) -> Table:
    random = np.random.default_rng(seed)
    frame = pl.DataFrame(
        {
            "amount": np.exp(random.normal(size=rows)),
            "quantity": random.normal(size=rows),
            "account": [f"cash é {code}" for code in random.integers(0, 3, rows)],
        }
    )
    facts = (
        ColumnFacts("amount", Kind.NUMBER, rows, 0),
        ColumnFacts("quantity", Kind.NUMBER, rows, 0),
        ColumnFacts("account", Kind.CATEGORY, 3, 0),
    )
    return Table(frame, np.arange(1, rows + 1), facts)


def bundle(seed: int = 1) -> dict[str, Detector]:
    history = journal(400, seed)
    return {
        "by account": ZScore(group="account", limit=3.0).fit(history),
        "amounts": ZScore(["amount"]).fit(history),
        "forest": IsolationForest(trees=5).fit(history),
        "tails": Ecod().fit(history),
        "labels": Rarity().fit(history),
    }


def rewritten(path: Path, change: dict[str, Any]) -> None:
    """The same file with some entries of its header changed."""
    with np.load(path) as archive:
        arrays = {name: archive[name] for name in archive.files}
    header = {**json.loads(arrays["header"].tobytes()), **change}
    arrays["header"] = np.frombuffer(json.dumps(header).encode(), np.uint8)
    with path.open("wb") as file:
        np.savez(file, **arrays)


def test_detectors_come_back_as_they_were(tmp_path: Path) -> None:
    path, current = tmp_path / "model", journal(100, 2)
    detectors = bundle()
    save(detectors, path, fingerprint="f1", extra={"profile": "journal", "rows": [1, 2.5, None]})
    saved = load(path)
    assert list(saved.detectors) == list(detectors)
    assert saved.fingerprint == "f1"
    assert saved.extra == {"profile": "journal", "rows": [1, 2.5, None]}
    for name, detector in detectors.items():
        before, after = detector.score(current), saved.detectors[name].score(current)
        assert np.array_equal(before.score, after.score, equal_nan=True)
        assert np.array_equal(before.log_p, after.log_p)
        assert saved.detectors[name].reasons(current, [3]) == detector.reasons(current, [3])


def test_options_come_back_too(tmp_path: Path) -> None:
    save(bundle(), tmp_path / "model", fingerprint="f")
    restored = load(tmp_path / "model").detectors["by account"]
    assert isinstance(restored, ZScore)
    assert (restored.group, restored.limit) == ("account", 3.0)


def test_equal_detectors_give_equal_bytes(tmp_path: Path) -> None:
    for name in ("a", "b"):
        save(bundle(), tmp_path / name, fingerprint="f")
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def test_the_file_holds_arrays_and_json_and_no_pickle(tmp_path: Path) -> None:
    save(bundle(), tmp_path / "model", fingerprint="f")
    with np.load(tmp_path / "model", allow_pickle=False) as archive:
        assert all(archive[name].dtype != np.object_ for name in archive.files)
        header = json.loads(archive["header"].tobytes())
    assert header["format"] == FORMAT
    assert header["detectors"]["tails"]["name"] == "ecod"
    assert header["detectors"]["tails"]["version"] == Ecod.version


def test_the_versions_of_libraries_are_kept(tmp_path: Path) -> None:
    save({}, tmp_path / "model", fingerprint="f")
    libraries = load(tmp_path / "model").libraries
    assert libraries["numpy"] == np.__version__
    assert libraries["polars"] == pl.__version__


def test_other_libraries_are_no_obstacle(tmp_path: Path) -> None:
    path = tmp_path / "model"
    save(bundle(), path, fingerprint="f")
    rewritten(path, {"libraries": {"numpy": "1.0"}})
    assert load(path).libraries == {"numpy": "1.0"}


def test_another_format_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "model"
    save({}, path, fingerprint="f")
    rewritten(path, {"format": FORMAT + 1})
    with pytest.raises(SavedModelError, match=f"has format {FORMAT + 1}, expected {FORMAT}"):
        load(path)


def test_another_version_of_a_detector_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "model"
    save(bundle(), path, fingerprint="f")
    monkeypatch.setattr(Ecod, "version", 9)
    with pytest.raises(SavedModelError, match="ecod has version 1, expected 9"):
        load(path)


class Odd(Ecod):
    """A detector that the registry does not know."""

    name = "odd"


def test_an_unknown_detector_is_refused_unless_its_class_is_given(tmp_path: Path) -> None:
    path = tmp_path / "model"
    save({"x": Odd().fit(journal(50, 3))}, path, fingerprint="f")
    with pytest.raises(SavedModelError, match="detector 'odd' that is unknown here"):
        load(path)
    assert isinstance(load(path, kinds={"odd": Odd}).detectors["x"], Odd)


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SavedModelError, match="cannot be read: No such file"):
        load(tmp_path / "model")


@pytest.mark.parametrize("content", [b"", b"PK", b"id,amount\n1,2\n", b"\x80\x04K\x01."])
def test_a_file_of_something_else_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "model").write_bytes(content)
    with pytest.raises(SavedModelError, match="is no file of saved detectors"):
        load(tmp_path / "model")


def test_a_single_array_is_refused(tmp_path: Path) -> None:
    with (tmp_path / "model").open("wb") as file:
        np.save(file, np.arange(3))
    with pytest.raises(SavedModelError, match="is no file of saved detectors"):
        load(tmp_path / "model")


def test_arrays_without_a_header_are_refused(tmp_path: Path) -> None:
    with (tmp_path / "model").open("wb") as file:
        np.savez(file, a=np.arange(3))
    with pytest.raises(SavedModelError, match="is no file of saved detectors"):
        load(tmp_path / "model")
    with (tmp_path / "model").open("wb") as file:
        np.savez(file, header=np.frombuffer(b"[1]", np.uint8))
    with pytest.raises(SavedModelError, match="is no file of saved detectors"):
        load(tmp_path / "model")


def test_a_damaged_state_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "model"
    save(bundle(), path, fingerprint="f")
    with np.load(path) as archive:
        detectors = json.loads(archive["header"].tobytes())["detectors"]
    del detectors["tails"]["arrays"]["model.values"]
    rewritten(path, {"detectors": detectors})
    with pytest.raises(SavedModelError, match="is damaged"):
        load(path)


def test_half_a_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "model"
    save(bundle(), path, fingerprint="f")
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(SavedModelError):
        load(path)


def test_it_is_bad_input_to_the_command_line() -> None:
    assert issubclass(SavedModelError, InputError)


class Broken(Ecod):
    """A detector whose state is something that JSON cannot hold."""

    def state(self) -> State:
        return {"names": object()}  # type: ignore[dict-item]  # that is what breaks


def test_a_failed_save_leaves_the_earlier_file_and_no_part(tmp_path: Path) -> None:
    path = tmp_path / "model"
    save({}, path, fingerprint="first")
    with pytest.raises(TypeError):
        save({"x": Broken().fit(journal(50, 4))}, path, fingerprint="second")
    assert load(path).fingerprint == "first"
    assert list(tmp_path.iterdir()) == [path]


def test_arrays_that_would_need_a_pickle_are_not_saved(tmp_path: Path) -> None:
    class Pickled(Ecod):
        def state(self) -> State:
            return {"values": np.array([{}, None], dtype=object)}

    path = tmp_path / "model"
    with pytest.raises(ValueError, match="allow_pickle"):
        save({"x": Pickled()}, path, fingerprint="f")
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_missing_is_bad_input(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be written: No such file"):
        save({}, tmp_path / "absent" / "model", fingerprint="f")


def test_an_unfitted_detector_is_not_saved(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="fit the detector first"):
        save({"x": Ecod()}, tmp_path / "model", fingerprint="f")
    assert list(tmp_path.iterdir()) == []


def test_a_save_replaces_the_earlier_file(tmp_path: Path) -> None:
    path = tmp_path / "model"
    save(bundle(), path, fingerprint="first")
    save({}, path, fingerprint="second")
    assert load(path).fingerprint == "second"
    assert zipfile.is_zipfile(path)
