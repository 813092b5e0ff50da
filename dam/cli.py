"""The command `dam-cli`: finds the command asked for, and turns errors into messages and exit codes.

Import time is a feature: a command's module is imported when it is called, and nothing here imports
SQLAlchemy, numpy or Pillow.
"""

import contextlib
import errno
import gc
import os
import signal
import sys
from collections.abc import Sequence
from importlib import import_module
from types import FrameType
from typing import Annotated, Any

import typer
from typer.core import TyperGroup
from typer.exceptions import TyperException

from dam.errors import DamError, NoSpace

COMMANDS = {
    "setup-db": "Create the library, or bring it up to date.",
    "add-asset": "Add files to the library.",
    "scan": "Compare the known places with the disk.",
    "find-file-by-hash": "Find a file by its SHA-256 or MD5.",
    "find-similar": "Find what resembles a file or an asset.",
    "find-similar-images": "Find the images that resemble others.",
    "find-similar-audio": "Find the recordings that resemble one.",
    "find-similar-documents": "Find the documents that resemble one.",
    "search-text": "Find documents by the words in them.",
    "find-similar-video": "Find the films that resemble one.",
    "find-duplicates": "Find what is the same, and what nearly is.",
    "relate": "Record what assets are to each other.",
    "unrelate": "Withdraw what was recorded by relate.",
    "relations": "List what was recorded by relate.",
    "query": "List entities by components and what these say.",
    "show": "Show everything known about one asset.",
    "get": "Give an asset's bytes back.",
    "run": "Bring derived components up to date.",
    "status": "Count what is there, is pending, and has failed.",
}
"""Every command with its one line of help; `x-y` lives in `dam.commands.x_y`."""
HIDDEN = {"query-assets-placeholder"}

_UNEXPECTED = 70
_COLLECTIONS = (50_000, 20, 20)
_FULL = (errno.ENOSPC, errno.EDQUOT)
_STOPPING: dict[int, str] = {signal.SIGINT: "interrupted", signal.SIGTERM: "terminated"}
_BROKEN_PIPE = 141


class LazyCommands(TyperGroup):
    """A group that imports a command's module when the command is called."""

    def list_commands(self, ctx: Any) -> list[str]:
        """Return the names of the commands, in the order of a library's life."""
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """Return a command, None if there is none of that name."""
        if cmd_name not in COMMANDS and cmd_name not in HIDDEN:
            return None
        module = import_module(f"dam.commands.{cmd_name.replace('-', '_')}")
        command = typer.main.get_command(module.app)
        command.name = cmd_name
        return command

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """Write the list of commands without importing any."""
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


app = typer.Typer(
    cls=LazyCommands,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.callback(no_args_is_help=True)
def dam_cli(
    version: Annotated[bool, typer.Option("--version", help="Print the version and leave.")] = False,
) -> None:
    """Keep digital assets: every file once, wherever its copies live, and what resembles it.

    The library is the one that DATABASE_URL and DAM_STORE name, in the environment or in .env.
    """


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code; errors are shown on stderr, never raised."""
    chosen = list(sys.argv[1:] if arguments is None else arguments)
    _prepare_streams()
    if arguments is None:
        # Its products are small here, and idle threads of a BLAS burn the time of those who work.
        os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
        # Imports and long lists of plain objects hold hardly any cycles: looking for them as often as Python
        # does takes a tenth of the time of a run that finds nothing new.
        gc.set_threshold(*_COLLECTIONS)
    before = {number: signal.getsignal(number) for number in _STOPPING}
    try:
        for number in _STOPPING:
            signal.signal(number, _stop)
        return _flush(_run(chosen))
    except BrokenPipeError:
        # Whoever read our output has seen enough.
        _silence_stdout()
        return _BROKEN_PIPE
    except _Stopped as stopped:
        _say(
            f"{_STOPPING[stopped.number]}: what was acknowledged is safe; the same command goes on from there"
        )
        return 128 + stopped.number
    finally:
        # Somebody's Python gets its handlers back. A program that ends keeps ours: a late signal must
        # not change the exit code that is decided.
        if arguments is not None:
            for number, handler in before.items():
                signal.signal(number, handler)


def _run(arguments: list[str]) -> int:
    try:
        if arguments[:1] == ["--version"]:
            from dam import __version__

            print(f"dam-cli {__version__}", flush=True)  # noqa: T201
            return 0
        returned = typer.main.get_command(app).main(arguments, prog_name="dam-cli", standalone_mode=False)
    except DamError as error:
        _raise_if_stopped(error)
        return _report(error)
    except TyperException as error:
        return _report_usage(error)
    except typer.Abort:
        raise _Stopped(signal.SIGINT) from None
    except SystemExit as left:
        # Typer's answer to a closed pipe is to leave with 1, which is ours for: nothing found.
        if isinstance(left.__context__, BrokenPipeError):
            raise left.__context__ from None
        raise
    except (BrokenPipeError, _Stopped):
        raise
    except Exception as error:  # noqa: BLE001 - the last line of defence
        _raise_if_stopped(error)
        if isinstance(error, OSError) and error.errno in _FULL:
            _silence_stdout()
            return _report(NoSpace("cannot write: the output: no space left on device"))
        _report_unexpected(error)
        return _UNEXPECTED
    return returned if isinstance(returned, int) else 0


def _flush(code: int) -> int:
    """Write out what is still in the buffer; if that fails, say so and return the code for it."""
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        from dam.services.os_errors import store_error

        _silence_stdout()
        return code or _report(store_error(error, "cannot write", "standard output"))
    return code


def _silence_stdout() -> None:
    """Keep Python from failing once more when it flushes at exit."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)


class _Stopped(BaseException):
    """A signal to stop, on its way out as an exception so that transactions roll back."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


def _stop(number: int, frame: FrameType | None) -> None:
    for other in _STOPPING:
        # Once is enough: a second one would break off the tidying up, and the workers would never end.
        signal.signal(other, signal.SIG_IGN)
    raise _Stopped(number)


def _raise_if_stopped(error: BaseException) -> None:
    """Go on stopping if it was only while tidying up after a signal that something failed."""
    before: BaseException | None = error
    while before is not None:
        if isinstance(before, _Stopped):
            raise before from None
        before = before.__context__


def _prepare_streams() -> None:
    """Let no output encoding and no closed stream stop a command: what it cannot say is escaped."""
    sys.stdout = sys.stdout or open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115
    sys.stderr = sys.stderr or open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")


def _report(error: DamError) -> int:
    _say(error.message)
    if error.hint:
        _say(f"hint: {error.hint}", prefix="")
    return error.exit_code


def _report_usage(error: TyperException) -> int:
    """Say what is wrong with the arguments, in the voice of every other error."""
    message = error.format_message()
    if message.startswith("Usage: "):
        # Nothing at all was asked, so that the help is the answer.
        _say(message, prefix="")
        return error.exit_code
    context = getattr(error, "ctx", None)
    _say(message[:1].lower() + message[1:].rstrip("."))
    _say(f"hint: {context.command_path if context else 'dam-cli'} --help", prefix="")
    return error.exit_code


def _report_unexpected(error: Exception) -> None:
    import logging

    logging.getLogger("dam").debug("unexpected error", exc_info=error)
    _say(f"unexpected error: {type(error).__name__}: {error}")
    _say("hint: this is a fault of dam; run again with DAM_LOG_LEVEL=DEBUG for the traceback", prefix="")


def _say(text: str, prefix: str = "dam-cli: ") -> None:
    with contextlib.suppress(OSError):  # Nobody hears it: that changes no exit code.
        print(f"{prefix}{text}", file=sys.stderr)  # noqa: T201


if __name__ == "__main__":
    sys.exit(main())
