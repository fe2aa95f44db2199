"""One state of a job as it is shown, with the version that tells it from every other state."""

import hashlib
from dataclasses import dataclass
from typing import Self

import msgspec

from domain.job import Job
from entrypoints.http.schemas.jobs import JobBody


@dataclass(frozen=True, slots=True)
class JobState:
    """The version is a digest of what is shown: it changes when, and only when, a client would see a change."""

    job: Job
    body: bytes
    version: str

    @classmethod
    def of(cls, job: Job) -> Self:
        """Show a job."""
        body = msgspec.json.encode(JobBody.of(job))
        return cls(job, body, hashlib.sha256(body).hexdigest()[:16])

    @property
    def etag(self) -> str:
        """Return the version as an entity tag."""
        return f'"{self.version}"'
