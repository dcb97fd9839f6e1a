"""The browser, the server and axe-core, shared by the tests of the console."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.deep.console.world import World, served

if TYPE_CHECKING:  # of the dependency group deep, which the gate does without
    from playwright.sync_api import Browser

    from tests.deep.console.browser import Visit


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with served(tmp_path_factory.mktemp("local")) as made:
        yield made


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    from playwright.sync_api import expect  # noqa: PLC0415 - see above

    from tests.deep.console.browser import chromium  # noqa: PLC0415

    expect.set_options(timeout=60_000)  # the machine may be busy
    with chromium() as started:
        yield started


@pytest.fixture
def desk(world: World, browser: Browser) -> Iterator[Visit]:
    """A signed-in tab, in which no script failed and from which no other host was asked."""
    from tests.deep.console.browser import visit  # noqa: PLC0415

    with visit(browser, world.url, world.server.api_key) as opened:
        yield opened
        assert opened.errors == []
        assert {origin for origin in opened.origins if origin.startswith("http")} <= {world.url}


@pytest.fixture(scope="session")
def axe(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("axe")
    shutil.copy(Path(__file__).parent / "package.json", folder)
    subprocess.run(["npm", "install", "--no-audit", "--no-fund", "--silent"], cwd=folder, check=True, timeout=120)
    return folder / "node_modules" / "axe-core" / "axe.min.js"
