"""Tables as LaTeX with booktabs."""

from collections.abc import Mapping

from discgrade.publication.render.table import Cell, Row, Table, footnotes, marks

_LATEX = str.maketrans(
    {
        "\\": r"\textbackslash{}",
        "&": r"\&",
        "%": r"\%",
        "$": r"\$",
        "#": r"\#",
        "_": r"\_",
        "{": r"\{",
        "}": r"\}",
        "~": r"\textasciitilde{}",
        "^": r"\textasciicircum{}",
        "\N{EN DASH}": "--",
        "\N{MINUS SIGN}": "$-$",
        "\N{MULTIPLICATION SIGN}": r"$\times$",
        "\N{PLUS-MINUS SIGN}": r"$\pm$",
        "\N{LESS-THAN OR EQUAL TO}": r"$\leq$",
        "\N{GREATER-THAN OR EQUAL TO}": r"$\geq$",
        "<": "$<$",
        ">": "$>$",
        "\N{GREEK SMALL LETTER KAPPA}": r"$\kappa$",
        "\N{GREEK SMALL LETTER ALPHA}": r"$\alpha$",
        "\N{GREEK SMALL LETTER LAMDA}": r"$\lambda$",
        "\N{GREEK SMALL LETTER SIGMA}": r"$\sigma$",
        "\N{DEGREE SIGN}": r"$^\circ$",
        "\N{HORIZONTAL ELLIPSIS}": r"\ldots{}",
        "\N{RIGHT SINGLE QUOTATION MARK}": "'",
        "\N{RIGHTWARDS ARROW}": r"$\rightarrow$",
        "\N{NO-BREAK SPACE}": "~",
        "\N{NARROW NO-BREAK SPACE}": r"\,",
    }
)


def latex_text(text: str) -> str:
    """Escape plain text for LaTeX."""
    return text.translate(_LATEX)


def _cell(cell: Cell, notes: Mapping[str, str]) -> str:
    text = latex_text(cell.text)
    text = rf"\textbf{{{text}}}" if cell.bold and text else text
    return text + (rf"\textsuperscript{{{marks(cell, notes)}}}" if cell.notes else "")


def _row(row: Row, notes: Mapping[str, str]) -> list[str]:
    """Return the line of a row and, if it has intervals, a smaller one below."""
    cells = [_cell(cell, notes) for cell in (row.label, *row.cells)]
    if row.quiet:
        cells = [rf"\textit{{{cell}}}" if cell else "" for cell in cells]
    intervals = [rf"{{\scriptsize ({latex_text(cell.interval)})}}" if cell.interval else "" for cell in row.cells]
    lines = [" & ".join(cells) + r" \\"]
    return lines + ([" & ".join(["", *intervals]) + r" \\"] if any(intervals) else [])


def _spans(table: Table) -> list[str]:
    """Return the line of headings above several columns, and the rules below them."""
    if not table.spans:
        return []
    heads, rules, first = [], [], 2
    for text, columns in table.spans:
        heads.append(rf"\multicolumn{{{columns}}}{{c}}{{{latex_text(text)}}}")
        rules.append(rf"\cmidrule(lr){{{first}-{first + columns - 1}}}")
        first += columns
    return [" & ".join(["", *heads]) + r" \\", "".join(rules)]


def to_latex(table: Table) -> str:
    r"""Render for LaTeX with booktabs; `\input` it in a document that loads booktabs and, for `adjustbox`, graphicx."""
    notes = footnotes(table)
    columns = len(table.headings)
    absent = [latex_text(f"Not shown. {text}") + r"\par" for text in table.absent]
    if table.is_empty:
        return "\n".join([latex_text(f"{table.title} {table.caption}") + r"\par", *absent]) + "\n"
    body = []
    for number, section in enumerate(table.sections):
        body += [r"\midrule"] if number else []
        if section.title.text:
            title = _cell(section.title, notes)
            body.append(rf"\multicolumn{{{columns + 1}}}{{l}}{{\textit{{{title}}}}} \\")
        for row in section.rows:
            body += _row(row, notes)
    lines = [
        r"% \usepackage{booktabs,graphicx}",
        r"\begin{table}",
        r"\centering",
        rf"\caption{{{latex_text(table.title)} {latex_text(table.caption)}}}",
        rf"\label{{tab:{table.name}}}",
        r"\smallskip",
        r"\footnotesize\setlength{\tabcolsep}{3pt}",
        r"\resizebox{\ifdim\width>\linewidth\linewidth\else\width\fi}{!}{%",
        rf"\begin{{tabular}}{{l{'r' * columns}}}",
        r"\toprule",
        *_spans(table),
        " & ".join([latex_text(table.stub), *(_cell(cell, notes) for cell in table.headings)]) + r" \\",
        r"\midrule",
        *body,
        r"\bottomrule",
        r"\end{tabular}}",
        *([r"\par\smallskip\raggedright\scriptsize"] if notes or absent else []),
        *(rf"\textsuperscript{{{mark}}}\,{latex_text(text)}\par" for text, mark in notes.items()),
        *absent,
        r"\end{table}",
    ]
    return "\n".join(lines) + "\n"
