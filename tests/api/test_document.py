"""The endpoint keeps to the OpenAPI document that it serves, whatever schemathesis sends it."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

from gba.backends.inprocess import LlamaInProcess
from gba.chat import Engine
from gba.models import packaged
from tests.helpers.running_api import serving

NOT_SAID = "positive_data_acceptance"
"""The document does not say what messages and tools have to be like: some that it allows are refused by name."""
PASSED_ON = ("/v1/completions", "/v1/embeddings")


def test_the_endpoint_keeps_to_its_document(tmp_path: Path) -> None:
    with LlamaInProcess(packaged(), context=512) as backend, serving(Engine(backend), api_key="secret") as url:
        command = [
            *(sys.executable, "-m", "schemathesis.cli", "run", f"{url.removesuffix('/v1')}/openapi.json"),
            *("--header", "Authorization: Bearer secret", "--exclude-checks", NOT_SAID, "--seed", "1"),
            *("--max-examples", "20", "--request-timeout", "60", "--no-color"),
            *(part for path in PASSED_ON for part in ("--exclude-path", path)),
        ]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=600, check=False)
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
    assert re.search(r"Tested: [89]", done.stdout)
