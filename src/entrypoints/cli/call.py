"""`kondate call`: the service as its clients have it, from the command line."""

import getpass
import ssl
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import click
import msgspec
from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from entrypoints.cli.joining import DEFAULT_FOLDER, joined_settings
from entrypoints.local.data_folder import DataFolder
from entrypoints.local.errors import LocalError
from entrypoints.local.issuer_keys import KeyFolder
from entrypoints.local.issuer_tokens import Grant, issue_token
from entrypoints.settings import Settings, SettingsError, Stage
from kondate_client import Job, JobState, Kondate, KondateError
from kondate_client.flows import FORMATS

SCOPES = ("recipe:read", "recipe:write", "report:generate")


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Whom to call, and as whom; what is None comes from the running `kondate up`."""

    url: str | None
    token: str | None
    subject: str
    data_dir: Path

    def open(self) -> Kondate:
        """Return the client; raise LocalError or SettingsError where neither options nor a picture say enough."""
        if self.url is not None and self.token is not None:
            return Kondate(self.url, self.token)
        try:
            settings = joined_settings(self.data_dir)
        except SettingsError as error:
            if DataFolder(self.data_dir).environment_file.exists():
                raise
            raise LocalError(
                f"nothing runs in {self.data_dir}; start `kondate up`, or give --url and --token"
            ) from error
        url, verify = _gateway(settings)
        return Kondate(self.url or url, self.token or _own_token(settings, self.data_dir, self.subject), verify=verify)


@click.group()
@click.option("--url", help="The gateway; without it, that of the `kondate up` which runs here.")
@click.option("--token", type=click.File(), help="A file that holds a bearer token, or - for stdin.")
@click.option("--sub", "subject", default=getpass.getuser, help="Whom to be, without --token (stage local only).")
@click.option(
    "--data-dir",
    type=click.Path(path_type=Path, file_okay=False),
    default=DEFAULT_FOLDER,
    show_default=True,
    help="The folder of `kondate up`.",
)
@click.pass_context
def command(context: click.Context, *, url: str | None, token: Any, subject: str, data_dir: Path) -> None:  # noqa: ANN401
    """Call the API as a client does: print what it answers on stdout, and how it goes on stderr."""
    read = token.read().strip() if token is not None else None
    context.obj = Caller(url=url, token=read, subject=subject, data_dir=data_dir)


@command.command()
@click.argument("kind")
@click.option(
    "-p", "--parameter", "parameters", multiple=True, metavar="NAME=VALUE", help="May be given several times."
)
@click.option("--as", "form", type=click.Choice(list(FORMATS)), default="json", show_default=True)
@click.option("--output", type=click.File("wb"), default="-", help="A file; stdout without it.")
@click.pass_obj
def report(caller: Caller, /, *, kind: str, parameters: Sequence[str], form: str, output: BinaryIO) -> None:
    """Generate a report and print it; Ctrl-C leaves the job at work."""
    with calling(caller) as kondate:
        job = kondate.reports.generate(kind, **dict(_parameter(each) for each in parameters))
        url = _followed(job)
        body = kondate.reports.read(url or "", form).body
        # A person gets it laid out, a program as it is stored.
        output.write(msgspec.json.format(body) if form == "json" and output.isatty() else body)
        if form == "json":
            output.write(b"\n")


@command.command()
@click.argument("recipe_id", metavar="ID")
@click.pass_obj
def recipe(caller: Caller, /, *, recipe_id: str) -> None:
    """Print one recipe."""
    with calling(caller) as kondate:
        _print(kondate.recipes.get(recipe_id).json())


@command.command()
@click.argument("text", required=False)
@click.option("--tag")
@click.option("--ingredient")
@click.option(
    "--free-from", multiple=True, help="An allergen that must be absent for certain, such as milk; again for others."
)
@click.option("--free-from-jp", multiple=True, help="Likewise one of Japan's list, such as buckwheat.")
@click.option("--limit", type=click.IntRange(1, 100), default=20, show_default=True)
@click.pass_obj
def recipes(caller: Caller, /, *, text: str | None, limit: int, **conditions: Any) -> None:  # noqa: ANN401 (options)
    """Find recipes: one JSON object a line."""
    with calling(caller) as kondate:
        for each in kondate.recipes.page(text, limit=limit, **conditions).items:
            click.echo(msgspec.json.encode(each).decode())


@command.command()
@click.argument("file", type=click.File("rb"))
@click.pass_obj
def add(caller: Caller, /, *, file: BinaryIO) -> None:
    """Publish the recipe of a JSON file (- for stdin), in Kondate's form or schema.org's."""
    try:
        body = msgspec.json.decode(file.read(), type=dict[str, Any])
    except msgspec.DecodeError as error:
        raise click.ClickException(f"{file.name}: {error}") from error
    with calling(caller) as kondate:
        _print(kondate.recipes.add(body))


@command.command("import")
@click.argument("file", type=click.File("rb"))
@click.pass_obj
def import_lines(caller: Caller, /, *, file: BinaryIO) -> None:
    """Import the schema.org recipes of a file, one a line; print what became of them."""
    with calling(caller) as kondate:
        job = kondate.recipes.import_lines(file.read())
        _followed(job)
        _print(job.result().json())


@command.command()
@click.option("--of", type=click.Choice(["own", "published"]), default="own", show_default=True)
@click.option("--category")
@click.option("--tag")
@click.option("--output", type=click.File("wb"), default="-", help="A file; stdout without it.")
@click.pass_obj
def export(caller: Caller, /, *, of: str, category: str | None, tag: str | None, output: BinaryIO) -> None:
    """Export recipes as lines that can be imported again."""
    with calling(caller) as kondate:
        job = kondate.recipes.export(of=of, category=category, tag=tag)
        _followed(job)
        output.write(job.result().body)


@command.command()
@click.argument("job_id", metavar="ID")
@click.option("--cancel", is_flag=True, help="Stop it.")
@click.pass_obj
def job(caller: Caller, /, *, job_id: str, cancel: bool) -> None:
    """Follow one of your jobs to its end and print it."""
    with calling(caller) as kondate:
        found = kondate.jobs.get(job_id)
        if cancel:
            found.cancel()
        with _bar() as tell:
            _print(found.wait(on_progress=tell))


@command.command()
@click.option("--limit", type=click.IntRange(1, 200), default=20, show_default=True)
@click.pass_obj
def jobs(caller: Caller, /, *, limit: int) -> None:
    """List your jobs, newest first: one JSON object a line."""
    with calling(caller) as kondate:
        for each in kondate.jobs.page(limit=limit).items:
            click.echo(msgspec.json.encode(each).decode())


@contextmanager
def calling(caller: Caller) -> Iterator[Kondate]:
    """Give a client; whatever the service refuses is one line on stderr and exit code 1."""
    with caller.open() as kondate:
        try:
            yield kondate
        except KondateError as error:
            raise click.ClickException(str(error)) from error


def _followed(job: Job[Any]) -> str | None:
    with _bar() as tell:
        return job.results_url(on_progress=tell)


@contextmanager
def _bar() -> Iterator[Callable[[JobState], None]]:
    """Show a job's progress on stderr, on a terminal only, and clear it at the end."""
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.fields[count]}"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        shown = progress.add_task("asked for", total=None, count="")

        def tell(state: JobState) -> None:
            done, total = (state.progress.done, state.progress.total) if state.progress else (0, 0)
            count = f"{done}/{total}" if total else ""  # nothing is said of what nobody knows
            label = f"{state.kind} {state.status}"
            progress.update(shown, description=label, completed=done, total=total or None, count=count)

        yield tell


def _gateway(settings: Settings) -> tuple[str, ssl.SSLContext | bool]:
    address = f"{settings.gateway_host}:{settings.gateway_port}"
    if settings.gateway_tls_certificate is None:
        return f"http://{address}", True
    return f"https://{address}", ssl.create_default_context(cafile=settings.gateway_tls_certificate)


def _own_token(settings: Settings, data_dir: Path, subject: str) -> str:
    if settings.stage is not Stage.LOCAL:
        raise LocalError(f"--token: needed in stage {settings.stage}, where no issuer of our own makes one")
    now = time.time()
    grant = Grant(issuer=settings.issuer, audience=settings.audience[0], subject=subject, scopes=SCOPES)
    return issue_token(KeyFolder(DataFolder(data_dir).keys_dir).load(now), grant, now=now)


def _parameter(text: str) -> tuple[str, Any]:
    name, equals, value = text.partition("=")
    if not (name and equals):
        raise click.BadParameter(f"{text!r} is not NAME=VALUE", param_hint="--parameter")
    try:
        return name, msgspec.json.decode(value)
    except msgspec.DecodeError:  # a word is a word; numbers, lists and quoted texts are JSON
        return name, value


def _print(value: object) -> None:
    click.echo(msgspec.json.format(msgspec.json.encode(value)).decode())
