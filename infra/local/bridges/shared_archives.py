"""Bridge: MiniStack unpacks a function's code and layers anew for every worker, seven hundred files each time, in the
process that serves everybody; here each archive is unpacked once, as all environments of a function on AWS read one
image of its code.
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
    """A zip file whose content, when all of it is asked for, is a link to where it was unpacked first."""

    def __init__(self, file: str | Path, *, shared: Path) -> None:
        """`shared` is the folder unpacked archives are kept in, by the hash of their bytes."""
        super().__init__(file)
        self._content = shared / hashlib.sha256(Path(file).read_bytes()).hexdigest()

    def extractall(
        self, path: str | os.PathLike[str] | None = None, members: object = None, pwd: bytes | None = None
    ) -> None:
        """Puts a link in the place of `path`, which must be an empty folder. Raises OSError."""
        if path is None or members is not None or pwd is not None:
            raise NotImplementedError("the whole archive, into a folder of its own")
        with _unpacking:
            if not self._content.exists():
                partly = self._content.with_suffix(".partial")
                super().extractall(partly)
                partly.rename(self._content)
        Path(path).rmdir()
        Path(path).symlink_to(self._content, target_is_directory=True)


def install_shared_unpacking(folder: Path) -> None:
    """Make MiniStack's workers share what their archives hold, kept under `folder`, which must be empty."""
    from ministack.core import lambda_runtime

    folder.mkdir(parents=True, exist_ok=True)
    lambda_runtime.zipfile = SimpleNamespace(
        ZipFile=partial(SharedArchive, shared=folder),
        BadZipFile=zipfile.BadZipFile,
        LargeFileError=zipfile.LargeZipFile,  # its name there
    )
