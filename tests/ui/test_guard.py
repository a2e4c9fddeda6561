"""The page is for this machine: other hosts, other origins and foreign forms are refused, and nothing is fetched."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import gba.ui
from tests.helpers.html_text import see
from tests.helpers.ui_client import browser

STATIC = Path(gba.ui.__file__).parent / "static"


@pytest.mark.parametrize("host", ["localhost:8099", "127.0.0.1:8099", "[::1]:8099", "LOCALHOST", "localhost."])
def test_this_machine_by_its_own_names(host: str) -> None:
    known = host != "localhost."
    assert (browser().get("/", headers={"Host": host}).status_code == 200) is known


@pytest.mark.parametrize("path", ["/", "/static/app.js", "/ui/model", "/ui/runs", "/no/such"])
@pytest.mark.parametrize(
    "host", ["evil.example:8099", "localhost.evil.example", "127.0.0.1.nip.io", "[::1", "", "192.0.2.1"]
)
def test_a_name_that_leads_here_from_elsewhere_is_refused(host: str, path: str) -> None:
    answer = browser().get(path, headers={"Host": host})
    assert answer.status_code == 403
    assert "http://localhost" in answer.text


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://localhost:9000"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Content-Type": "text/plain"},
        {"Content-Type": "application/x-www-form-urlencoded"},
    ],
)
def test_what_another_page_sends_is_refused(headers: dict[str, str]) -> None:
    body = b'{"messages": [{"role": "user", "content": "Hi"}]}'
    answer = browser("Hello.").post("/ui/chat", content=body, headers={"Content-Type": "application/json", **headers})
    assert answer.status_code == 403


def test_the_page_itself_may_ask() -> None:
    headers = {"Origin": "http://localhost:8099", "Sec-Fetch-Site": "same-origin"}
    answer = browser("Hello.").post("/ui/chat", json={"messages": [{"role": "user", "content": "Hi"}]}, headers=headers)
    assert answer.status_code == 200


def test_another_host_may_be_allowed() -> None:
    client = browser(hosts={"gba.test"})
    assert client.get("/", headers={"Host": "gba.test"}).status_code == 200
    assert client.get("/").status_code == 403


@pytest.mark.parametrize("path", ["/", "/static/app.js", "/static/gba.css", "/ui/model", "/ui/none"])
def test_whatever_is_sent_may_load_from_here_only(path: str) -> None:
    headers = browser().get(path).headers
    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy
    assert "http" not in policy
    assert "frame-ancestors 'none'" in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["cache-control"]


def test_the_page_has_no_script_in_it_and_names_no_other_server() -> None:
    html = browser().get("/").text
    assert "<script>" not in html
    assert " style=" not in html
    assert not re.search(r"\son\w+=", html)
    for address in see(html).fetched:
        assert address.startswith(("/static/", "#", "data:,")), address
    for path in STATIC.iterdir():
        assert not re.search(r"https?://|//\w+\.\w+|@import|url\(|\beval\b", path.read_text(encoding="utf-8")), path


def test_all_files_that_the_page_and_its_scripts_name_are_there() -> None:
    client = browser()
    names = [address for address in see(client.get("/").text).fetched if address.startswith("/static/")]
    for path in STATIC.glob("*.js"):
        names += [f"/static/{name}" for name in re.findall(r'from "\./([^"]+)"', path.read_text(encoding="utf-8"))]
    assert len(names) > 8
    for name in names:
        answer = client.get(name)
        assert answer.status_code == 200, name
        assert answer.headers["content-type"].startswith(("text/css", "text/javascript", "application/javascript"))


def test_each_part_that_a_script_looks_for_is_in_the_page() -> None:
    html = browser().get("/").text
    for path in STATIC.glob("*.js"):
        for name in re.findall(r'byId\("([\w-]+)"\)', path.read_text(encoding="utf-8")):
            assert f'id="{name}"' in html, (path.name, name)


def test_no_other_file_is_served() -> None:
    for path in ("/static/../app.py", "/static/..%2fapp.py", "/static/%2e%2e/app.py"):
        assert browser().get(path).status_code == 404
