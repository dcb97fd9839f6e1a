"""Bridge: MiniStack unpacks a function's code and layers (700 files) for every worker, in the process that serves.

Here each archive is unpacked once and linked, as all environments of a function on AWS read one image of its code.
"""

from __future__ import annotations

import hashlib
import os
import threading
import zipfile
from functools import partial
from pathlib import Path
from types import SimpleNamespace

_unpacking = threading.Lock()


class SharedArchive(zipfile.ZipFile):
    """A zip file that is extracted once; further extractions make a link to the first."""

    def __init__(self, file: str | Path, *, shared: Path) -> None:
        """`shared` is the folder of the extracted archives, each named by the hash of its bytes."""
        super().__init__(file)
        self._content = shared / hashlib.sha256(Path(file).read_bytes()).hexdigest()

    def extractall(
        self, path: str | os.PathLike[str] | None = None, members: object = None, pwd: bytes | None = None
    ) -> None:
        """Replaces `path`, which must be an empty folder, with a link to the content.

        Raises:
            OSError: the folder is not empty, or the archive cannot be extracted.
            NotImplementedError: `members` or a password is given.
        """
        if path is None or members is not None or pwd is not None:
            raise NotImplementedError("the whole archive, into a folder of its own")
        with _unpacking:
            if not self._content.exists():
                partly = self._content.with_suffix(".partial")
                super().extractall(partly)
                partly.rename(self._content)
        Path(path).rmdir()
        Path(path).symlink_to(self._content, target_is_directory=True)


def install_shared_archives(folder: Path) -> None:
    """Make MiniStack's workers share extracted archives in `folder`, which must be empty."""
    from ministack.core import lambda_runtime

    folder.mkdir(parents=True, exist_ok=True)
    lambda_runtime.zipfile = SimpleNamespace(
        ZipFile=partial(SharedArchive, shared=folder),
        BadZipFile=zipfile.BadZipFile,
        LargeFileError=zipfile.LargeZipFile,  # the name that MiniStack uses
    )
