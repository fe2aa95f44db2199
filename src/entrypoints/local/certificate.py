"""A certificate for loopback, made at the first start and kept: TLS on one's own machine, for nobody else."""

import datetime as dt
import ipaddress
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from entrypoints.local.ports import LOOPBACK
from entrypoints.local.private_file import write_privately

VALID_DAYS = 397
"""As long as clients accept; it is made anew in the last month."""
RENEW_DAYS = 30


@dataclass(frozen=True, slots=True)
class LocalCertificate:
    """Where certificate and key are kept; the certificate signs itself, so clients are told to trust this file."""

    folder: Path

    @property
    def certificate(self) -> Path:
        """The certificate, in PEM form."""
        return self.folder / "certificate.pem"

    @property
    def key(self) -> Path:
        """Its private key, readable by its owner only."""
        return self.folder / "key.pem"

    def prepare(self, now: dt.datetime) -> None:
        """Make both, unless they are there and good for a while."""
        if self.key.exists() and self._good_until() > now + dt.timedelta(days=RENEW_DAYS):
            return
        self.folder.mkdir(parents=True, exist_ok=True)
        key = ec.generate_private_key(ec.SECP256R1())
        private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        write_privately(self.key, private.decode("ascii"))
        write_privately(self.certificate, _signed(key, now).public_bytes(Encoding.PEM).decode("ascii"))

    def _good_until(self) -> dt.datetime:
        try:
            return x509.load_pem_x509_certificate(self.certificate.read_bytes()).not_valid_after_utc
        except (FileNotFoundError, ValueError):
            return dt.datetime.min.replace(tzinfo=dt.UTC)


def _signed(key: ec.EllipticCurvePrivateKey, now: dt.datetime) -> x509.Certificate:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Kondate on this machine")])
    names = [x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address(LOOPBACK))]
    return (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(hours=1))
        .not_valid_after(now + dt.timedelta(days=VALID_DAYS))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        # Only for itself: whoever trusts it trusts no other certificate signed with its key.
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .sign(key, hashes.SHA256())
    )
