"""The command line: finds the command, runs it, and says in one line what went wrong."""

import contextlib
import importlib
import os
import pkgutil
import sys
from importlib.metadata import version
from pathlib import Path
from typing import Any, NoReturn

import click

from app import commands
from app.terminal.out import is_watched
from app.text import clean

DONE, FAILED, BAD_INPUT, INTERRUPTED = 0, 1, 2, 130

SECTIONS = ("Study", "Prove", "Write", "Take along")

EPILOG = """\
Examples:
  viva                     open the app
  viva list                every question of the bank
  viva show 18             question 18 and its answer
  viva run zero_grad       race the loop against the loop without zero_grad

`viva COMMAND --help` says more about a command. Exit codes: 0 done, 1 failed or not confirmed,
2 wrong usage or bad input, 130 interrupted.
"""


class Commands(click.Group):
    """The modules of `app.commands`, each imported when it is called, so that the others cost nothing."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(module.name.rstrip("_") for module in pkgutil.iter_modules(commands.__path__))

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in self.list_commands(ctx):
            return None
        command: click.Command = _module(cmd_name).command
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        known = self.list_commands(ctx)
        if args and not args[0].startswith("-") and args[0] not in known:
            from experiments.engine.near import nearest

            hint = nearest(args[0], known) or "`viva --help` lists them"
            raise click.UsageError(f"no command is called {args[0]!r}; {hint}", ctx)
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        modules = {name: _module(name) for name in self.list_commands(ctx)}
        for section in SECTIONS:
            with formatter.section(section):
                found = [(name, module) for name, module in modules.items() if section == module.SECTION]
                formatter.write_dl([(name, module.command.short_help) for name, module in found])

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        formatter.write("\n" + EPILOG)


def _module(name: str) -> Any:
    """The module of a command. `import` is a word of Python's own, so that module has another name."""
    return importlib.import_module(f"app.commands.{name}_" if name == "import" else f"app.commands.{name}")


@click.group(
    cls=Commands, invoke_without_command=True, context_settings={"help_option_names": ["-h", "--help"]}
)
@click.option(
    "--bank",
    multiple=True,
    metavar="PATH",
    type=click.Path(exists=True, path_type=Path),
    help="Add the questions of this file or folder for this once; may be given again.",
)
@click.version_option(version("viva-bert"), prog_name="viva")
@click.pass_context
def viva(ctx: click.Context, bank: tuple[Path, ...]) -> None:
    """An interview quiz about fine-tuning BERT on MRPC. Every answer is proven by a live run.

    Without a command it opens the app; without a terminal it says what there is.
    """
    ctx.obj = list(bank)
    if ctx.invoked_subcommand is not None:
        return
    if _is_served() or (is_watched(sys.stdin) and is_watched(sys.stdout)):
        from app.tui import run_app

        sys.exit(run_app(bank_paths=ctx.obj))
    from app.terminal.about import about

    about(ctx.obj)


def _is_served() -> bool:
    """Whether a browser is the terminal: `viva serve` pipes both streams to it."""
    return os.environ.get("TEXTUAL_DRIVER", "").endswith(":WebDriver")


def main(args: list[str] | None = None) -> NoReturn:
    """Run the command line and exit with its code. No traceback reaches a user; VIVA_DEBUG=1 shows it."""
    _prepare_streams()
    try:
        code = viva.main(args, prog_name="viva", standalone_mode=False)
        sys.stdout.flush()
    except BaseException as problem:
        code = _told(problem)
    try:
        sys.stdout.flush()
    except (OSError, ValueError):
        _leave_pipe()  # what it cannot take now it cannot take at the end either
    sys.exit(code if isinstance(code, int) else DONE)


def _prepare_streams() -> None:
    """A stream that is closed is none to print to; a character that an encoding lacks is shown as `?`."""
    for name in ("stdin", "stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:
            setattr(sys, name, open(os.devnull, "r" if name == "stdin" else "w"))  # noqa: SIM115, PTH123
        elif name != "stdin" and hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")


def _told(problem: BaseException) -> int:
    """Say what went wrong, in one line where one is enough, and give the exit code for it."""
    match problem:
        case SystemExit():
            return problem.code if isinstance(problem.code, int) else FAILED if problem.code else DONE
        case click.exceptions.Exit():
            return problem.exit_code
        case click.Abort() | KeyboardInterrupt():
            _say("interrupted")
            return INTERRUPTED
        case BrokenPipeError():
            _leave_pipe()
            return FAILED
        case click.UsageError():
            _say(_usage(problem))
        case click.ClickException():
            _say(problem.format_message())
        case _ if isinstance(problem, _bad_input()):
            _say(str(problem))
        case _ if isinstance(problem, _environment_errors()):
            _say(str(problem))
            return _traced(FAILED)
        case _:
            _say(f"something in viva broke ({type(problem).__name__}: {problem}); VIVA_DEBUG=1 shows where")
            return _traced(FAILED)
    code = problem.exit_code if isinstance(problem, click.ClickException) else BAD_INPUT
    return _traced(code)


def _usage(problem: click.UsageError) -> str:
    """A usage error in one line, with the command whose help says more."""
    text = problem.format_message().rstrip(".")
    if isinstance(problem, click.NoSuchOption):
        from experiments.engine.near import nearest

        close = nearest(problem.option_name, problem.possibilities or ())
        text = f"there is no option {problem.option_name!r}" + (f"; {close}" if close else "")
    path = problem.ctx.command_path if problem.ctx else "viva"
    return f"{text[:1].lower()}{text[1:]} (see `{path} --help`)"


def _bad_input() -> tuple[type[BaseException], ...]:
    """What was asked for is at fault; each of these carries its own sentence."""
    from app.bank.inline import InlineError
    from app.bank.new import NewError
    from app.bank.packs import PackError
    from app.lab.plan import NeedsConsent
    from app.study.progress import ProgressError
    from experiments.engine.catalog import UnknownExperiment
    from experiments.engine.page import PageError
    from experiments.engine.settings import SettingsError
    from experiments.engine.sources import SourceError

    return (
        InlineError,
        NeedsConsent,
        NewError,
        PackError,
        PageError,
        ProgressError,
        SettingsError,
        SourceError,
        UnknownExperiment,
    )


def _environment_errors() -> tuple[type[BaseException], ...]:
    """Errors of the disk, the store, and a run that was looked into, for which the exit code is 1."""
    from app.lab.glass import LookFailed
    from app.study.store import StoreError

    return (LookFailed, StoreError, OSError)


def _say(text: str) -> None:
    with contextlib.suppress(OSError):
        click.echo(f"viva: {clean(text)}", err=True)


def _traced(code: int) -> int:
    if os.environ.get("VIVA_DEBUG"):
        import traceback

        traceback.print_exc()
    return code


def _leave_pipe() -> None:
    """The reader has gone; what is still buffered has nowhere to go either."""
    with contextlib.suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


if __name__ == "__main__":
    main()
