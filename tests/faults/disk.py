"""Disks that become read-only, as the kernel makes them: files that nobody may change, root neither, and mounts without the right to write."""

from __future__ import annotations

import contextlib
import subprocess
from collections.abc import Generator
from pathlib import Path

import pytest


@contextlib.contextmanager
def immutable(directory: Path) -> Generator[None]:
    """Nothing in the directory can be changed, made or deleted, by programs either that have opened it before; skips where the disk cannot do that.

    But for SQLite's shared memory: a program that writes to a mapped file when the kernel no longer lets it is ended by the kernel (SIGBUS), not refused.
    """
    files = [directory, *(path for path in directory.iterdir() if not path.name.endswith("-shm"))]
    try:
        carried_out("chattr", "+i", *files)
        yield
    finally:
        subprocess.run(["chattr", "-i", *files], check=False, stderr=subprocess.DEVNULL)


@contextlib.contextmanager
def mounted(directory: Path) -> Generator[None]:
    """The directory is on a mount that is read-only; skips where nothing may be mounted."""
    carried_out("mount", "--bind", directory, directory)
    try:
        carried_out("mount", "-o", "remount,bind,ro", directory)
        yield
    finally:
        subprocess.run(["umount", "--lazy", directory], check=True)


def carried_out(*command: str | Path) -> None:
    """Runs a command; skips the test where this machine does not allow or have it."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        pytest.skip(f"there is no {command[0]} here")
    if done.returncode:
        pytest.skip(f"{command[0]} is not possible here: {done.stderr.strip()}")
