"""Does what a document says: writes its files, runs its commands and compares their output."""

import os
import re
import subprocess
import sysconfig
from collections.abc import Iterable, Iterator
from pathlib import Path

from tests.docs.markdown import Block

_ELLIPSIS = "..."


def follow(blocks: Iterable[Block], folder: Path, environment: dict[str, str]) -> None:
    """Follow these blocks in a folder.

    A block with a title is a file to be written, or lines to be put after the line that `after` quotes;
    `console` is commands with their output; any other Python is a script to be run.
    """
    exit_code = 0
    for block in blocks:
        if "title" in block.attributes:
            _write(block, folder)
        elif block.language == "console":
            exit_code = _run_console(block, folder, environment, exit_code)
        elif block.language == "python":
            _run_script(block, folder, environment)
    assert exit_code == 0, f"the last command gave {exit_code}"


def clean_environment(**additions: str) -> dict[str, str]:
    """Return an environment with the programs of this venv first and none of the developer's settings."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("DAM_") and name not in {"DATABASE_URL", "PYTHONPATH", "FORCE_COLOR"}
    }
    scripts = sysconfig.get_path("scripts")
    # Unbuffered, so that output and remarks come in the order in which a terminal shows them.
    return {**kept, "PATH": f"{scripts}:{kept['PATH']}", "PYTHONUNBUFFERED": "1", **additions}


def commands(text: str) -> Iterator[tuple[str, list[str]]]:
    """Yield each command of a console block with the lines of output that are expected."""
    command: str | None = None
    expected: list[str] = []
    for line in text.splitlines():
        if line.startswith("$ "):
            if command is not None:
                yield command, expected
            command, expected = line[2:], []
        elif command is not None and command.endswith("\\"):
            command = f"{command[:-1]}{line.lstrip('> ')}"
        else:
            assert command is not None, f"output without a command: {line}"
            expected.append(line)
    assert command is not None, "a console block without a command"
    yield command, expected


def matches(expected: list[str], actual: str) -> bool:
    """Tell whether output is as expected: `...` is anything in a line, and alone any number of lines."""
    pattern = "".join(
        r"(?:[^\n]*\n)*" if line.strip() == _ELLIPSIS else f"{_line_pattern(line)}\n" for line in expected
    )
    return re.fullmatch(pattern, actual) is not None or _matches_in_any_order(expected, actual)


def _matches_in_any_order(expected: list[str], actual: str) -> bool:
    """Tell whether these are the lines of an add, which come as files are done, and its summary."""
    *lines, summary = actual.splitlines() or [""]
    if _ELLIPSIS in expected or " seen: " not in summary or len(expected) != len(lines) + 1:
        return False
    left = [re.compile(_line_pattern(line)) for line in expected]
    if not left.pop().fullmatch(summary):
        return False
    for line in lines:
        found = next((pattern for pattern in left if pattern.fullmatch(line)), None)
        if found is None:
            return False
        left.remove(found)
    return True


def _line_pattern(line: str) -> str:
    # Columns may be wider or narrower than in the document; blanks at the end do not show.
    parts = (re.sub(r"(\\ )+", "[ ]+", re.escape(part)) for part in line.rstrip().split(_ELLIPSIS))
    return r"[^\n]*".join(parts) + "[ ]*"


def _run_console(block: Block, folder: Path, environment: dict[str, str], exit_code: int) -> int:
    for command, expected in commands(block.text):
        if command != "echo $?":
            assert exit_code == 0, f"{block}: a command before {command!r} gave {exit_code}"
        done = subprocess.run(
            ["bash", "-c", f"(exit {exit_code}); {command}"],
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=300,
            check=False,
        )
        exit_code = done.returncode
        wanted = "\n".join(expected)
        assert matches(expected, done.stdout), (
            f"{block}\n$ {command}\n--- expected\n{wanted}\n--- actual\n{done.stdout}"
        )
    return exit_code


def _write(block: Block, folder: Path) -> None:
    path = folder / block.attributes["title"]
    after = block.attributes.get("after")
    if after is None:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(block.text)
        return
    text = path.read_text()
    assert text.count(f"{after}\n") == 1, f"{block}: {after!r} is not one line of {path.name}"
    path.write_text(text.replace(f"{after}\n", f"{after}\n{block.text}"))


def _run_script(block: Block, folder: Path, environment: dict[str, str]) -> None:
    # A file, as a reader would make one: worker processes import it again.
    script = folder / "example.py"
    script.write_text(block.text)
    done = subprocess.run(
        ["python", script.name],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, f"{block}\n{done.stderr}"
