"""A parcel of files with a manifest: written the same each time, and checked without trust.

The manifest lists the SHA-256 of every other file, as `sha256sum` writes and checks it. It may be
signed with an SSH key (`ssh-keygen -Y sign`): readers have such keys, and public ones are published
by name on code hosts. What is checked comes from strangers: nothing is unpacked to disk, names that
lead elsewhere, links, doubles and bombs are refused.
"""

from __future__ import annotations

import hashlib
import re
import shutil
import stat
import subprocess
import tempfile
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from monitor.errors import InputError
from monitor.report.files import out_folder, write_bytes

MANIFEST, SIGNATURE = "MANIFEST.sha256", "MANIFEST.sha256.sig"
NAMESPACE = "port-monitor-case"
MAX_FILES, MAX_BYTES = 5_000, 500_000_000
_LINE = re.compile(r"([0-9a-f]{64})  ([^\x00-\x1f\\]+)")
_SIGNED_BY = re.compile(r"(SHA256:[A-Za-z0-9+/=]+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """What became of a parcel's files."""

    intact: int
    changed: tuple[str, ...]
    missing: tuple[str, ...]
    added: tuple[str, ...]
    signature: str
    """`none`, `good`, `bad`, or `unchecked` where no key was given to hold it against."""
    signed_by: str = ""
    """Fingerprint of the signing key."""

    @property
    def is_whole(self) -> bool:
        """Whether nothing differs from the manifest and no signature is bad."""
        return not (self.changed or self.missing or self.added) and self.signature != "bad"


def manifest_of(files: Mapping[str, bytes]) -> bytes:
    """Return a line for each file, ordered by path."""
    lines = (f"{hashlib.sha256(files[p]).hexdigest()}  {p}\n" for p in sorted(files))
    return "".join(lines).encode()


def write_parcel(path: Path, files: Mapping[str, bytes], *, key: Path | None = None) -> None:
    """Write files with their manifest into a ZIP (`path` ends in .zip) or a folder.

    Args:
        path: Where to.
        files: Content by relative path.
        key: Private SSH key to sign the manifest with; None for none.

    Raises:
        InputError: `path` cannot be written, or it cannot be signed.
    """
    whole = {**files, MANIFEST: manifest_of(files)}
    if key is not None:
        whole[SIGNATURE] = _signed(whole[MANIFEST], key)
    if path.suffix.lower() == ".zip":
        write_bytes(path, _zipped(whole))
        return
    for name, content in sorted(whole.items()):
        out_folder((path / name).parent)
        write_bytes(path / name, content)


def check_parcel(path: Path, *, key: Path | None = None) -> Checked:
    """Hold a ZIP or a folder against its manifest.

    Args:
        path: The parcel.
        key: Public SSH key the signature must be of; None leaves that open.

    Raises:
        InputError: It is no parcel, or one made to harm.
    """
    listed: dict[str, str] = {}
    found: dict[str, str] = {}
    kept: dict[str, bytes] = {}
    for name, content in _contents(path):
        found[name] = hashlib.sha256(content).hexdigest()
        if name in (MANIFEST, SIGNATURE):
            kept[name] = content
    if MANIFEST not in kept:
        raise InputError(f"{path}: holds no {MANIFEST}; it is no case, or half of one")
    for line in kept[MANIFEST].decode("utf-8", "replace").splitlines():
        match = _LINE.fullmatch(line)
        if match is None:
            raise InputError(f"{path}: its {MANIFEST} cannot be read: {line[:80]!r}")
        listed[match[2]] = match[1]
    own = {name: digest for name, digest in found.items() if name not in (MANIFEST, SIGNATURE)}
    signature, signed_by = _signature(kept, key)
    return Checked(
        intact=sum(own.get(name) == digest for name, digest in listed.items()),
        changed=tuple(sorted(n for n in listed if n in own and own[n] != listed[n])),
        missing=tuple(sorted(listed.keys() - own.keys())),
        added=tuple(sorted(own.keys() - listed.keys())),
        signature=signature,
        signed_by=signed_by,
    )


def _zipped(files: Mapping[str, bytes]) -> bytes:
    with tempfile.SpooledTemporaryFile(max_size=MAX_BYTES) as packed:
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
            for name in sorted(files):
                # A fixed time: the same case is the same file.
                entry = zipfile.ZipInfo(name, date_time=(1980, 1, 1, 0, 0, 0))
                entry.external_attr = 0o644 << 16
                entry.compress_type = zipfile.ZIP_DEFLATED
                archive.writestr(entry, files[name])
        packed.seek(0)
        return packed.read()


def _contents(path: Path) -> Iterator[tuple[str, bytes]]:
    if path.is_dir():
        yield from _in_folder(path)
        return
    try:
        archive = zipfile.ZipFile(path)
    except (OSError, zipfile.BadZipFile) as exc:
        raise InputError(f"{path}: neither a folder nor a ZIP that can be read") from exc
    with archive:
        entries = [e for e in archive.infolist() if not e.is_dir()]
        seen: set[str] = set()
        for entry in entries:
            name = entry.filename
            kind = stat.S_IFMT(entry.external_attr >> 16)
            if _leads_out(name) or (kind and not stat.S_ISREG(kind)):
                raise InputError(f"{path}: holds {name[:80]!r}, which is no plain file in it")
            if name in seen:
                raise InputError(f"{path}: holds {name[:80]!r} twice")
            seen.add(name)
        _bounded(path, [entry.file_size for entry in entries])
        for entry in entries:
            try:
                with archive.open(entry) as handle:
                    # A declared size may be a lie: no more than it is read.
                    content = handle.read(entry.file_size + 1)
            except (zipfile.BadZipFile, OSError, RuntimeError, NotImplementedError) as exc:
                raise InputError(f"{path}: {entry.filename[:80]!r} cannot be read") from exc
            if len(content) > entry.file_size:
                raise InputError(f"{path}: {entry.filename[:80]!r} is larger than it says")
            yield entry.filename, content


def _in_folder(path: Path) -> Iterator[tuple[str, bytes]]:
    files = sorted(p for p in path.rglob("*") if p.is_symlink() or not p.is_dir())
    for file in files:
        if file.is_symlink() or not file.is_file():
            raise InputError(f"{path}: holds {file.name[:80]!r}, which is no plain file")
    _bounded(path, [file.stat().st_size for file in files])
    for file in files:
        yield file.relative_to(path).as_posix(), file.read_bytes()


def _bounded(path: Path, sizes: list[int]) -> None:
    if len(sizes) > MAX_FILES or sum(sizes) > MAX_BYTES:
        raise InputError(
            f"{path}: {len(sizes)} files of {sum(sizes):,} bytes; a case has at most "
            f"{MAX_FILES} of {MAX_BYTES:,}"
        )


def _leads_out(name: str) -> bool:
    parts = PurePosixPath(name).parts
    return not parts or name.startswith("/") or ".." in parts or "\\" in name or ":" in parts[0]


def _signed(manifest: bytes, key: Path) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / MANIFEST
        file.write_bytes(manifest)
        done = _ssh_keygen("-Y", "sign", "-q", "-f", str(key), "-n", NAMESPACE, str(file))
        if done.returncode or not file.with_name(SIGNATURE).exists():
            raise InputError(
                f"{key}: the case cannot be signed with it; give a private SSH key without a "
                "passphrase, or one whose public half an agent holds"
            )
        return file.with_name(SIGNATURE).read_bytes()


def _signature(kept: Mapping[str, bytes], key: Path | None) -> tuple[str, str]:
    if SIGNATURE not in kept:
        return ("none" if key is None else "bad"), ""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / SIGNATURE
        file.write_bytes(kept[SIGNATURE])
        check = ["-n", NAMESPACE, "-s", str(file)]
        if key is None:
            done = _ssh_keygen("-Y", "check-novalidate", *check, said=kept[MANIFEST])
        else:
            signers = Path(folder) / "signers"
            try:
                signers.write_text(f"case {key.read_text(encoding='utf-8').strip()}\n")
            except (OSError, UnicodeDecodeError) as exc:
                raise InputError(f"{key}: no public key can be read there") from exc
            done = _ssh_keygen(
                "-Y", "verify", "-f", str(signers), "-I", "case", *check, said=kept[MANIFEST]
            )
    by = _SIGNED_BY.search(done.stdout.decode("utf-8", "replace"))
    if done.returncode:
        return "bad", ""
    return ("good" if key is not None else "unchecked"), by[1] if by else ""


def _ssh_keygen(*words: str, said: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    program = shutil.which("ssh-keygen")
    if program is None:
        raise InputError("signatures need ssh-keygen: install OpenSSH (openssh-client)")
    return subprocess.run(  # noqa: S603 - a fixed program, no shell, paths of ours or the user's
        [program, *words], input=said, capture_output=True, check=False
    )
