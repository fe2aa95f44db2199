"""The curl lines that `up` prints."""

from pathlib import Path

from entrypoints.local.greeting import curl_lines

URL = "http://127.0.0.1:8080"


def test_a_known_recipe_is_read_first() -> None:
    lines = curl_lines(URL, Path("/data/token"), "0198c7")
    assert lines[0] == f'curl -s -H "Authorization: Bearer $(cat /data/token)" {URL}/recipe/0198c7'


def test_without_any_recipe_the_first_line_adds_one() -> None:
    assert f"{URL}/recipes" in curl_lines(URL, Path("/data/token"), None)[0]


def test_a_folder_with_a_space_is_quoted() -> None:
    assert "$(cat '/my data/token')" in curl_lines(URL, Path("/my data/token"), None)[0]
