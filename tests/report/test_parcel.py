"""Parcels with a manifest: the same each time, and checked without trust."""

from __future__ import annotations

import io
import shutil
import stat
import subprocess
import zipfile
from pathlib import Path

import pytest

from monitor.errors import InputError
from monitor.report import parcel
from monitor.report.parcel import check_parcel, manifest_of, write_parcel

FILES = {"case.html": b"<p>", "data/a.csv": b"a,b\n", "images/x.webp": b"\0\1"}
needs_ssh = pytest.mark.skipif(shutil.which("ssh-keygen") is None, reason="no ssh-keygen here")


@pytest.mark.parametrize("name", ["case.zip", "case"])
def test_what_is_written_is_whole_and_the_same_each_time(tmp_path: Path, name: str) -> None:
    """A ZIP and a folder hold their files and a manifest that `sha256sum` reads."""
    write_parcel(tmp_path / name, FILES)
    checked = check_parcel(tmp_path / name)
    assert (checked.intact, checked.signature, checked.is_whole) == (3, "none", True)
    if name.endswith(".zip"):
        write_parcel(tmp_path / "again.zip", dict(reversed(FILES.items())))
        assert (tmp_path / "again.zip").read_bytes() == (tmp_path / name).read_bytes()
    else:
        done = subprocess.run(
            ["sha256sum", "-c", "--strict", "MANIFEST.sha256"],
            cwd=tmp_path / name, capture_output=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0


def test_every_difference_is_named(tmp_path: Path) -> None:
    """Changed, missing and added files are told apart."""
    case = tmp_path / "case"
    write_parcel(case, FILES)
    (case / "case.html").write_bytes(b"<b>")
    (case / "data" / "a.csv").unlink()
    (case / "data" / "b.csv").write_bytes(b"")
    checked = check_parcel(case)
    assert checked.changed == ("case.html",)
    assert checked.missing == ("data/a.csv",)
    assert checked.added == ("data/b.csv",)
    assert not checked.is_whole


@needs_ssh
def test_a_signature_is_held_against_a_key(tmp_path: Path) -> None:
    """Good for the signer's key, bad for another's and for a changed manifest, open without one."""
    for name in ("mine", "theirs"):
        command = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", name, "-f"]
        subprocess.run([*command, str(tmp_path / name)], check=True)
    case = tmp_path / "case"
    write_parcel(case, FILES, key=tmp_path / "mine")
    mine, theirs = (check_parcel(case, key=tmp_path / f"{n}.pub") for n in ("mine", "theirs"))
    assert (mine.signature, mine.is_whole) == ("good", True)
    assert mine.signed_by.startswith("SHA256:")
    assert (theirs.signature, theirs.is_whole) == ("bad", False)
    assert check_parcel(case).signature == "unchecked"
    (case / "case.html").write_bytes(b"<b>")
    (case / "MANIFEST.sha256").write_bytes(manifest_of({**FILES, "case.html": b"<b>"}))
    assert check_parcel(case).signature == "bad"
    write_parcel(tmp_path / "unsigned.zip", FILES)
    assert not check_parcel(tmp_path / "unsigned.zip", key=tmp_path / "mine.pub").is_whole
    with pytest.raises(InputError, match="cannot be signed"):
        write_parcel(tmp_path / "x.zip", FILES, key=tmp_path / "none")


def a_zip(path: Path, *entries: tuple[zipfile.ZipInfo | str, bytes]) -> Path:
    """Write a ZIP with these entries and a manifest of nothing."""
    with zipfile.ZipFile(path, "w") as archive:
        for entry, content in (*entries, ("MANIFEST.sha256", b"")):
            archive.writestr(entry, content)
    return path


@pytest.mark.parametrize("name", ["../x", "/etc/x", "a/../../x", "C:x", "a\\b"])
def test_a_name_that_leads_out_is_refused(tmp_path: Path, name: str) -> None:
    """Such a ZIP was made to harm whoever unpacks it."""
    with pytest.raises(InputError, match="no plain file"):
        check_parcel(a_zip(tmp_path / "c.zip", (name, b"x")))


def test_links_doubles_and_bombs_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A link, a name twice, too much, and a size that is a lie."""
    link = zipfile.ZipInfo("link")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    with pytest.raises(InputError, match="no plain file"):
        check_parcel(a_zip(tmp_path / "link.zip", (link, b"/etc/passwd")))
    with pytest.warns(UserWarning, match="Duplicate name"):
        double = a_zip(tmp_path / "double.zip", ("a", b"1"), ("a", b"2"))
    with pytest.raises(InputError, match="twice"):
        check_parcel(double)
    monkeypatch.setattr(parcel, "MAX_BYTES", 1_000)
    with pytest.raises(InputError, match="at most"):
        check_parcel(a_zip(tmp_path / "big.zip", ("a", b"0" * 1_001)))
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "link").symlink_to("/etc/passwd")
    with pytest.raises(InputError, match="no plain file"):
        check_parcel(tmp_path / "folder")


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"no zip"])
def test_what_is_no_case_is_said_to_be_none(tmp_path: Path, content: bytes) -> None:
    """A file of something else, a torn one, and a manifest that is none."""
    (tmp_path / "c.zip").write_bytes(content)
    with pytest.raises(InputError, match="neither a folder nor a ZIP"):
        check_parcel(tmp_path / "c.zip")
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("MANIFEST.sha256", "not a line of it\n")
    (tmp_path / "c.zip").write_bytes(packed.getvalue())
    with pytest.raises(InputError, match="cannot be read"):
        check_parcel(tmp_path / "c.zip")
