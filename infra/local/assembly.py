"""The cloud assembly: synthesized by the CDK app, and kept under the hash of its sources."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fourfold.errors import LocalError
from infra.local.home import REPOSITORY, Home, remove_permissions_of_others

SOURCES = ("app.py", "cdk.json", "infra", "functions", "shared", "layers", "uv.lock")
NOT_SOURCES = frozenset({"__pycache__", ".mypy_cache", ".ruff_cache"})
LOCAL_CONTEXT = {
    # The workers use this interpreter's packages, so no layer is built for Lambda's platform.
    "aws:cdk:bundling-stacks": [],
    "stage": "local",
}


class SynthesisError(LocalError):
    """The CDK app ended with an error; the text is the end of its output."""


@dataclass(frozen=True)
class Assembly:
    """A synthesized cloud assembly and the hash of its sources."""

    digest: str
    folder: Path

    def manifest(self) -> dict[str, Any]:
        manifest: dict[str, Any] = json.loads((self.folder / "manifest.json").read_text(encoding="utf-8"))
        return manifest


def source_digest(repository: Path = REPOSITORY) -> str:
    """A hash of every file that the assembly depends on (infra/local is not among them)."""
    digest = hashlib.sha256(sys.version.encode())
    digest.update(json.dumps(LOCAL_CONTEXT, sort_keys=True).encode())
    for path in sorted(_sources(repository)):
        digest.update(f"\0{path.relative_to(repository)}\0".encode())
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def existing(home: Home, digest: str) -> Assembly | None:
    folder = home.assemblies / digest[:16]
    return Assembly(digest, folder) if (folder / "manifest.json").exists() else None


def synthesize(home: Home, digest: str, repository: Path = REPOSITORY) -> Assembly:
    """Run the CDK app and replace older assemblies with its own.

    Raises:
        SynthesisError: the app failed.
    """
    folder = home.assemblies / digest[:16]
    partial = folder.with_name(folder.name + ".partial")
    shutil.rmtree(partial, ignore_errors=True)
    home.assemblies.mkdir(parents=True, exist_ok=True)
    run = subprocess.run(
        [sys.executable, "app.py"],
        cwd=repository,
        env=_synthesis_environment(partial, LOCAL_CONTEXT),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if run.returncode != 0 or not (partial / "manifest.json").exists():
        raise SynthesisError("\n".join(run.stdout.strip().splitlines()[-30:]) or "app.py wrote nothing")
    remove_permissions_of_others(partial)  # the CDK library copies the permissions of the sources
    for older in home.assemblies.iterdir():
        if older != partial:
            shutil.rmtree(older, ignore_errors=True)
    partial.rename(folder)
    return Assembly(digest, folder)


def _synthesis_environment(out: Path, context: dict[str, Any]) -> dict[str, str]:
    # The virtual environment's own folder comes first: it holds the Node that the CDK library talks to.
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "CDK_"))}
    return inherited | {
        "PATH": path,
        "CDK_OUTDIR": str(out),
        "CDK_CONTEXT_JSON": json.dumps(context),
        "JSII_SILENCE_WARNING_UNTESTED_NODE_VERSION": "1",
    }


def _sources(repository: Path) -> Iterator[Path]:
    ours = repository / "infra" / "local"
    for name in SOURCES:
        source = repository / name
        if source.is_file():
            yield source
        for folder, subfolders, files in os.walk(source):
            here = Path(folder)
            subfolders[:] = [sub for sub in subfolders if sub not in NOT_SOURCES and here / sub != ours]
            yield from (here / file for file in files if not file.endswith(".pyc"))
