"""The code of functions, unpacked once for each archive: all workers read the same files, as all environments of a
function on AWS read one image of its code.
"""

from __future__ import annotations

import hashlib
import io
import threading
import zipfile
from pathlib import Path


class CodeFolders:
    """Unpacked archives under `folder`, by the hash of their bytes."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._unpacking = threading.Lock()

    def of(self, archive: bytes) -> Path:
        """The folder with the content of a zip archive. Raises OSError, zipfile.BadZipFile."""
        content = self._folder / hashlib.sha256(archive).hexdigest()
        with self._unpacking:
            if not content.exists():
                partial = content.with_suffix(".partial")
                with zipfile.ZipFile(io.BytesIO(archive)) as packed:
                    packed.extractall(partial)
                partial.rename(content)
        return content
