"""Finished reports."""

from adapters.postgres.lazy_transaction import LazyTransaction
from adapters.postgres.statements import load
from adapters.wire.report_document import report_document
from application.ports.unit_of_work import ReportRepository
from domain.report import Report

ADD = load("add_report")


class PostgresReportRepository:
    """Reports as the documents that readers get."""

    def __init__(self, session: LazyTransaction) -> None:
        """Work inside the session's transaction."""
        self._session = session

    async def add(self, report: Report) -> None:
        """Store a report."""
        await self._session.write(
            ADD,
            report.id,
            report.kind.value,
            report.owner,
            report.snapshot,
            report_document(report),
            report.created_at,
            report.fingerprint,
        )


_: type[ReportRepository] = PostgresReportRepository
