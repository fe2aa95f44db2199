"""`kondate token`."""

import time
from pathlib import Path

import click

from entrypoints.cli.joining import DEFAULT_FOLDER, joined_settings
from entrypoints.local.data_folder import DataFolder
from entrypoints.local.errors import LocalError
from entrypoints.local.issuer_keys import KeyFolder
from entrypoints.local.issuer_tokens import Grant, GrantError, issue_token
from entrypoints.settings import Stage


@click.command()
@click.option("--sub", required=True, help="Whom the token speaks for.")
@click.option("--scope", default="", help='Scopes, separated by spaces: "recipe:read report:generate".')
@click.option("--role", "roles", multiple=True, help="A role, such as operator; may be given several times.")
@click.option("--expires-in", default=3_600, show_default=True, help="Seconds until it expires.")
@click.option(
    "--data-dir",
    type=click.Path(path_type=Path, file_okay=False),
    default=DEFAULT_FOLDER,
    show_default=True,
    help="The folder of `kondate up`.",
)
def command(*, sub: str, scope: str, roles: tuple[str, ...], expires_in: int, data_dir: Path) -> None:
    """Print one bare token on stdout, signed with the keys of the embedded issuer (stage local only)."""
    settings = joined_settings(data_dir)
    if settings.stage is not Stage.LOCAL:
        raise LocalError(f"KONDATE_STAGE: tokens are made in stage local only, not {settings.stage}")
    try:
        grant = Grant(
            issuer=settings.issuer,
            audience=settings.audience[0],
            subject=sub,
            scopes=tuple(scope.split()),
            roles=roles,
            expires_in_seconds=expires_in,
        )
    except GrantError as error:
        raise LocalError(str(error)) from error
    now = time.time()
    click.echo(issue_token(KeyFolder(DataFolder(data_dir).keys_dir).load(now), grant, now=now))
