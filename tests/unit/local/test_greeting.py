"""The curl lines that `up` prints."""

from pathlib import Path

from entrypoints.local.greeting import curl_lines

URL = "http://127.0.0.1:8080"


def test_first_line_runs_a_command_at_once() -> None:
    assert curl_lines(URL, Path("/data/token"))[0].endswith(f"{URL}/recipes")


def test_last_line_looks_at_the_job_of_the_one_before() -> None:
    _, deferred, look = curl_lines(URL, Path("/data/token"))
    assert deferred.startswith("JOB=$(")
    assert look.endswith(f"{URL}$JOB")


def test_a_folder_with_a_space_is_quoted() -> None:
    assert "$(cat '/my data/token')" in curl_lines(URL, Path("/my data/token"))[0]


def test_a_certificate_of_our_own_is_named_to_curl() -> None:
    plain, trusting = (curl_lines(URL, Path("/data/token"), file)[0] for file in (None, Path("/data/tls/it.pem")))

    assert "--cacert" not in plain
    assert "curl -s --cacert /data/tls/it.pem -H" in trusting
