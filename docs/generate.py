"""Write the pages that follow from the code: settings.md and errors.md.

python docs/generate.py           write them
python docs/generate.py --check   exit 1, naming the page, when one is out of date
"""

from __future__ import annotations

import ast
import sys
from itertools import pairwise
from pathlib import Path

DOCS = Path(__file__).parent
ROOT = DOCS.parent

SETTINGS_HEAD = """\
# Settings

Every setting is an environment variable. Options on the command line win over them.
This page is generated from `hub/settings.py` by `make docs`.

| Variable | Default | Meaning |
|---|---|---|
"""

ERRORS_HEAD = """\
# Errors

Every refusal has a `code` that does not change and a sentence for the person at the
device. Over HTTP it is an RFC 9457 `application/problem+json` body with `code`, `title`,
`detail`, `status` and a `requestId` to quote to support; pages show the sentence.
This page is generated from `hub/errors.py` and `capture_api/problems.py` by `make docs`.

| Code | HTTP | What it says | When |
|---|---|---|---|
"""


def settings_page() -> str:
    """Return docs/settings.md: a row for each field of `Settings` with its docstring."""
    body = _class_body(ROOT / "hub" / "settings.py", "Settings")
    rows = []
    for field, doc in pairwise(body):
        if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name):
            name = f"HUB_{field.target.id.upper()}"
            rows.append(f"| `{name}` | {_default(field.target.id)} | {_cell(_text(doc, name))} |")
    return SETTINGS_HEAD + "\n".join(rows) + "\n"


def errors_page() -> str:
    """Return docs/errors.md: a row for each HubError, in the order of `hub/errors.py`."""
    from capture_api.problems import STATUS, status_of
    from hub import errors

    kinds = [
        k
        for k in vars(errors).values()
        if isinstance(k, type) and issubclass(k, errors.HubError) and k in STATUS
    ]
    rows = [
        f"| `{k.code}` | {status_of(k())} | {_cell(k.message)} | {_cell(k.__doc__ or '')} |"
        for k in kinds
    ]
    return ERRORS_HEAD + "\n".join(rows) + "\n"


PAGES = {"settings.md": settings_page, "errors.md": errors_page}


def main(arguments: list[str]) -> int:
    """Write the pages, or with --check only compare; return the exit status."""
    status = 0
    for name, page in PAGES.items():
        path, text = DOCS / name, page()
        if "--check" not in arguments:
            path.write_text(text)
        elif not path.exists() or path.read_text() != text:
            print(f"docs/{name} is out of date: run `make docs`", file=sys.stderr)
            status = 1
    return status


def _class_body(path: Path, name: str) -> list[ast.stmt]:
    tree = ast.parse(path.read_text())
    return next(n.body for n in tree.body if isinstance(n, ast.ClassDef) and n.name == name)


def _text(statement: ast.stmt, name: str) -> str:
    if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant):
        return str(statement.value.value)
    raise SystemExit(f"{name} has no docstring under its field in hub/settings.py")


def _default(field: str) -> str:
    """Return the default as a person writes it; a folder below home with a tilde."""
    from hub.settings import Settings

    value = getattr(Settings(), field)
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    return f"`{str(value).replace(str(Path.home()), '~')}`" if value != "" else "(empty)"


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    raise SystemExit(main(sys.argv[1:]))
