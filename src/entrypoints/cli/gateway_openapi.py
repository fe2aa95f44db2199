"""`kondate gateway openapi`."""

import json

import click

from entrypoints.cli.running import environment
from entrypoints.gateway.aws import openapi_document, sam_template, what_is_lost
from entrypoints.http.app import edge_routes
from entrypoints.settings import read_settings


@click.command("openapi")
@click.option("--aws", "is_aws", is_flag=True, help="For an HTTP API of Amazon API Gateway.")
@click.option("--template", "is_template", is_flag=True, help="Put it into a SAM template, with throttling.")
@click.option(
    "--endpoint",
    metavar="URL",
    default="https://api.example",
    show_default=True,
    help="Where that gateway reaches the API.",
)
def openapi(*, is_aws: bool, is_template: bool, endpoint: str) -> None:
    """Print the same policy as an OpenAPI document for another gateway.

    What that gateway cannot be told is listed on standard error.
    """
    if not is_aws:
        raise click.UsageError("For which gateway? --aws is the one that is known.")
    if not endpoint.startswith(("https://", "http://")):
        raise click.UsageError("--endpoint takes a URL.")
    settings = read_settings(environment())
    routes = edge_routes(with_docs=settings.shows_docs())
    rendered = sam_template if is_template else openapi_document
    click.echo(json.dumps(rendered(routes, settings, endpoint), indent=2))
    click.echo("kondate: Amazon API Gateway cannot be told:", err=True)
    for line in what_is_lost(routes, settings):
        click.echo(f"  {line}", err=True)
