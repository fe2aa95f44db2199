"""The certificate of `kondate up --tls`: made once, kept, made anew before it ends."""

import datetime as dt
from pathlib import Path

import pytest
from cryptography import x509

from entrypoints.local.certificate import LocalCertificate

NOW = dt.datetime(2026, 11, 24, tzinfo=dt.UTC)


@pytest.fixture
def kept(tmp_path: Path) -> LocalCertificate:
    certificate = LocalCertificate(tmp_path / "tls")
    certificate.prepare(NOW)
    return certificate


def test_it_is_for_loopback_and_its_key_for_the_owner_only(kept: LocalCertificate) -> None:
    names = (
        x509.load_pem_x509_certificate(kept.certificate.read_bytes())
        .extensions.get_extension_for_class(x509.SubjectAlternativeName)
        .value
    )

    assert names.get_values_for_type(x509.DNSName) == ["localhost"]
    assert [str(address) for address in names.get_values_for_type(x509.IPAddress)] == ["127.0.0.1"]
    assert kept.key.stat().st_mode & 0o777 == 0o600


def test_a_second_start_keeps_it(kept: LocalCertificate) -> None:
    before = kept.certificate.read_bytes()
    kept.prepare(NOW + dt.timedelta(days=300))

    assert kept.certificate.read_bytes() == before


@pytest.mark.parametrize("days", [370, 500])
def test_it_is_made_anew_before_it_ends(kept: LocalCertificate, days: int) -> None:
    later = NOW + dt.timedelta(days=days)
    kept.prepare(later)

    assert x509.load_pem_x509_certificate(kept.certificate.read_bytes()).not_valid_after_utc > later


def test_a_broken_file_is_replaced(kept: LocalCertificate) -> None:
    kept.certificate.write_text("junk", encoding="ascii")
    kept.prepare(NOW)

    assert x509.load_pem_x509_certificate(kept.certificate.read_bytes()).not_valid_before_utc < NOW
