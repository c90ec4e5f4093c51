"""The fidelity report as one HTML file that needs nothing else: no script, no network."""

from __future__ import annotations

from html import escape

from hub.fidelity import FidelityReport, Rows, sections

_STYLE = """
body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#111}
h1{font-size:1.5rem}h2{font-size:1.1rem;margin:1.5rem 0 .25rem}
table{border-collapse:collapse;width:100%}
th,td{text-align:left;vertical-align:top;padding:.3rem .6rem .3rem 0;border-top:1px solid #ccc}
th{font-weight:400;width:38%}td{overflow-wrap:anywhere}
"""
_POLICY = "default-src 'none'; style-src 'unsafe-inline'"
INTRODUCTION = (
    "This page says what became of a file when it was made a DICOM object. A digest (SHA-256) "
    "names bytes: whoever has the file can count it again and compare. Metadata that were left "
    "out are named by kind and number only."
)


def page(report: FidelityReport) -> str:
    """Return the page; every text in it is escaped."""
    body = "".join(_section(head, rows) for head, rows in sections(report))
    title = f"Fidelity report {escape(report.source_name)}".strip()
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
        f"<title>{title}</title><style>{_STYLE}</style></head><body><h1>{title}</h1>"
        f"<p>{INTRODUCTION}</p>{body}</body></html>\n"
    )


def _section(head: str, rows: Rows) -> str:
    cells = "".join(
        f'<tr><th scope="row">{escape(label)}</th><td>{escape(value)}</td></tr>'
        for label, value in rows
    )
    return f"<h2>{escape(head)}</h2><table>{cells or '<tr><td>Nothing</td></tr>'}</table>"
