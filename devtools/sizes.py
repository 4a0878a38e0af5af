"""A check of our own: short files and short functions."""

import ast

from .paths import CHECKOUT

LONGEST_FILE = 850
LONGEST_FUNCTION = 30
# A test tells a story from its start to its end, and so does a measurement.
LONGEST_STORY = 60
STORIES = ("tests", "benchmarks")


def too_long():
    """Answer a line of text for every file and function that is too long."""
    found = []
    for path in python_files():
        text = path.read_text()
        name = path.relative_to(CHECKOUT)
        is_story = not set(STORIES).isdisjoint(name.parts)
        longest_function = LONGEST_STORY if is_story else LONGEST_FUNCTION
        lines = len(text.splitlines())
        if lines > LONGEST_FILE:
            found.append(f"{name}: {lines} lines (at most {LONGEST_FILE})")
        for node in ast.walk(ast.parse(text, filename=str(path))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                length = _body_lines(node)
                if length > longest_function:
                    found.append(
                        f"{name}:{node.lineno}: {node.name} has {length} lines "
                        f"(at most {longest_function})"
                    )
    return found


def python_files():
    """Answer this checkout's Python files."""
    return [
        path
        for path in sorted(CHECKOUT.rglob("*.py"))
        if not any(part.startswith(".") for part in path.relative_to(CHECKOUT).parts)
    ]


def _body_lines(function):
    """Answer how many lines the body has, the docstring not counted."""
    body = function.body
    if ast.get_docstring(function) is not None:
        body = body[1:]
    if not body:
        return 0
    return body[-1].end_lineno - body[0].lineno + 1
