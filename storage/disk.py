"""The disk a SQLite file lies on: which kind of file system it is, and how much room there is."""

from __future__ import annotations

import shutil
from pathlib import Path

from sqlalchemy import URL

MOUNTS = Path("/proc/self/mountinfo")  # Linux; elsewhere nothing is known of a file system
# SQLite's write-ahead log is shared memory between processes, and a network file system shares none between machines:
# https://www.sqlite.org/wal.html ("WAL does not work over a network filesystem"). Their locks cannot be trusted
# either: https://www.sqlite.org/faq.html#q5
NETWORK = frozenset((
    "9p", "acfs", "afs", "beegfs", "ceph", "cifs", "coda", "fuse.ceph", "fuse.cephfs", "fuse.gcsfuse",
    "fuse.glusterfs", "fuse.goofys", "fuse.rclone", "fuse.s3fs", "fuse.sshfs", "gfs2", "glusterfs", "gpfs", "lustre",
    "ncpfs", "nfs", "nfs4", "ocfs2", "orangefs", "smb2", "smb3", "smbfs", "virtiofs",
))  # fmt: skip
ENOUGH = 200_000_000  # bytes: a year of a county, several times over


def sqlite_file(url: URL) -> Path | None:
    """The file of a SQLite database; None for one in memory and for every other database."""
    if not url.drivername.startswith("sqlite") or url.database in (None, "", ":memory:"):
        return None
    return Path(str(url.database)).absolute()


def network_kind(path: Path, mounts: Path = MOUNTS) -> str:
    """The kind of network file system `path` is on, or "" for a disk of this machine."""
    kind = file_system(path, mounts)
    return kind if kind in NETWORK else ""


def file_system(path: Path, mounts: Path = MOUNTS) -> str:
    """The type of the file system `path` is on ("ext4", "nfs4"), or "" where that cannot be told. Of several mounts on
    one place the last counts. https://man7.org/linux/man-pages/man5/proc_pid_mountinfo.5.html"""
    try:
        lines = mounts.read_text("utf-8", "surrogateescape").splitlines()
    except OSError:
        return ""
    place, best, kind = path.resolve(), -1, ""
    for line in lines:
        before, _, after = line.partition(" - ")
        mounted = Path(_unescaped(before.split(" ")[4]))
        if (place == mounted or mounted in place.parents) and len(mounted.parts) >= best:
            best, kind = len(mounted.parts), after.split(" ")[0]
    return kind


def _unescaped(word: str) -> str:
    """The kernel writes spaces and the like in octal: \\040."""
    for code, letter in (("\\040", " "), ("\\011", "\t"), ("\\012", "\n"), ("\\134", "\\")):
        word = word.replace(code, letter)
    return word


def nearly_full(path: Path) -> str:
    """How much room is left where `path` is, if that is less than a backup and some growth take; else ""."""
    free = shutil.disk_usage(path.parent).free
    needed = max(ENOUGH, 2 * path.stat().st_size if path.exists() else 0)
    return "" if free >= needed else f"{free // 1_000_000} MB"
