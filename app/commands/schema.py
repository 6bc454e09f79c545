"""`viva schema`: what a file of questions looks like, for editors."""

import json

import click

from app.bank.schema import schema

SECTION = "Write"


@click.command("schema", short_help="Print the JSON Schema of a file of questions.")
def command() -> None:
    """Print the JSON Schema of a file of questions, so that an editor completes and checks while one types.

    \b
    Examples:
      viva schema > schema.json

    \b
    Then begin a file with this line:
      # yaml-language-server: $schema=schema.json
    """
    click.echo(json.dumps(schema(), indent=2, ensure_ascii=False))
