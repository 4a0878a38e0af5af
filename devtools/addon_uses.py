"""What the addon's code uses, read from its text: imports, models, tables, methods."""

import ast
import re

from .addon_source import is_super, last_name, room_of
from .paths import ADDON

STATEMENT = re.compile(r"\b(SELECT|FROM|JOIN|INTO|UPDATE|TABLE|USING|ANALYZE)\b")
SQL_COMMENT = re.compile(r"--.*")
WORD = re.compile(r"\b[a-z][a-z0-9_]+\b")
REGISTRY = re.compile(r"\b(env|registry)\b")
SQL_CALLS = ("SQL", "identifier")
# Of Odoo, tools/ may know what has nothing to do with records.
PURE = ("odoo.tools", "odoo.exceptions")


def uses(addon, module):
    """Yield line, name and room of every use of what a room owns.

    The model that a field names is none: it is looked up when all rooms are there.
    """
    docstrings = {id(node.value) for node in module.nodes if isinstance(node, ast.Expr)}
    for node in module.nodes:
        if isinstance(node, ast.Import | ast.ImportFrom):
            for path in _imported(module, node):
                name = ".".join(path).removeprefix("models.")
                yield node.lineno, name, room_of(path)
        elif isinstance(node, ast.Subscript):
            yield from _models(addon, node)
        elif isinstance(node, ast.Attribute):
            yield from _methods(addon, node)
        elif id(node) not in docstrings:
            yield from _tables(addon, module, node)


def uses_of_records(module):
    """Yield line and name of everything in tools/ that has to do with the ORM."""
    for node in module.nodes:
        names = []
        if isinstance(node, ast.ImportFrom) and not node.level:
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        elif isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.Attribute) and node.attr == "env":
            names = ["odoo.env"]
        for name in names:
            if name.split(".")[0] == "odoo" and not name.startswith(PURE):
                yield node.lineno, name


def _imported(module, node):
    """The paths inside the addon, as tuples, that an import statement reaches."""
    if isinstance(node, ast.ImportFrom):
        start = tuple(node.module.split(".")) if node.module else ()
        if node.level:
            start = (*module.package[: len(module.package) + 1 - node.level], *start)
            return [(*start, alias.name) for alias in node.names]
        paths = [(*start, alias.name) for alias in node.names]
    else:
        paths = [tuple(alias.name.split(".")) for alias in node.names]
    return [path[3:] for path in paths if path[:3] == ("odoo", "addons", ADDON)]


def _models(addon, node):
    created = addon.created.get(_text(node.slice))
    if created and REGISTRY.search(ast.unparse(node.value)):
        yield node.lineno, created.model, created.module.room


def _methods(addon, node):
    """The method of one room alone; what several rooms call so can't be told apart."""
    rooms = addon.methods.get(node.attr, set())
    is_named_so = node.attr.startswith(("_", "action_"))
    if len(rooms) != 1 or not is_named_so or is_super(node.value):
        return
    # A method of `env["collection.x"]` is no second use of the model's room.
    subscripts = (part for part in ast.walk(node.value) if hasattr(part, "slice"))
    named = {room for part in subscripts for *_, room in _models(addon, part)}
    if not rooms <= named:
        yield node.end_lineno, node.attr, *rooms


def _tables(addon, module, node):
    """The tables in SQL: in a text that reads like it, or is passed to `SQL`."""
    if isinstance(node, ast.Call) and last_name(node.func) in SQL_CALLS:
        texts = node.args[:1]
    else:
        texts = [node] if STATEMENT.search(_text(node)) else []
    for text in texts:
        tables = addon.tables.keys() & _words(_text(text))
        for number in range(text.lineno, text.end_lineno + 1):
            for table in tables & _words(module.lines[number - 1]):
                yield number, table, addon.tables[table]


def _words(sql):
    return set(WORD.findall(SQL_COMMENT.sub("", sql)))


def _text(node):
    value = getattr(node, "value", None)
    return value if isinstance(value, str) else ""
