"""The program `kondate`: every process and tool is a subcommand."""

import importlib
import sys
from collections.abc import Mapping

import click

from entrypoints.gateway.errors import GatewayError
from entrypoints.local.errors import LocalError
from entrypoints.settings import SettingsError

COMMANDS: Mapping[str, str] = {
    "up": "Run the whole picture on this machine until Ctrl-C.",
    "demo": "Show the main job from end to end, then stop.",
    "api": "Serve the HTTP API.",
    "worker": "Run deferred commands and follow events.",
    "relay": "Move messages from the outbox to the queue.",
    "gateway": "Run Envoy with the configuration rendered from the routes.",
    "issuer": "Run the embedded token issuer (stage local only).",
    "traces": "Receive and show traces (stage local only).",
    "migrate": "Bring the database schema and the queues up to date.",
    "seed": "Load ingredients and recipes.",
    "project": "Work out anew what follows from recipes.",
    "jobs": "List, show, retry or cancel jobs of any owner.",
    "dlq": "List, show, redrive or discard dead letters.",
    "lab": "Break everything on purpose and check that no promise is broken (stage local only).",
    "call": "Call the API as a client does: reports, recipes, jobs.",
    "schema": "Print or write the contract: OpenAPI and AsyncAPI.",
    "token": "Print a token of the embedded issuer (stage local only).",
}

WRONG_SETTING = 2


class Commands(click.Group):
    """Imports only the subcommand that is called: a small process stays small."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names in the order of the table."""
        del ctx
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Load one subcommand."""
        del ctx
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = importlib.import_module(f"entrypoints.cli.{cmd_name}").command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the subcommands without loading them."""
        del ctx
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.command(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="kondate")
def kondate() -> None:
    """Kondate, a recipe and reporting service.

    Every setting is an environment variable KONDATE_…; `kondate up` needs none.
    """


def main() -> None:
    """Run the program; a setting or a part that is wrong is one line on stderr and exit code 2."""
    try:
        kondate.main(prog_name="kondate", standalone_mode=True)
    except (SettingsError, LocalError, GatewayError) as error:
        click.echo(f"kondate: {error}", err=True)
        sys.exit(WRONG_SETTING)


if __name__ == "__main__":
    main()
