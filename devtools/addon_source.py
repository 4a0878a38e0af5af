"""What the addon's code defines, read from its text: rooms, models, methods, tables."""

import ast
from collections import defaultdict

# Below all rooms, and above them.
GROUND = "tools"
ROOF = ("wizard", "report", "controllers")

FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
NAMING = ("_name", "_inherit")


class Module:
    """One file: the room it stands in, its package, and its syntax tree."""

    def __init__(self, root, path):
        self.path = path.relative_to(root)
        self.lines = path.read_text().splitlines()
        self.tree = ast.parse("\n".join(self.lines), filename=str(path))
        self.nodes = list(ast.walk(self.tree))
        self.package = self.path.parts[:-1]
        self.room = room_of(self.package)


class ModelClass:
    """A class of the ORM: what it creates or extends, and the methods it has."""

    def __init__(self, module, node):
        values = _constants(node)
        inherited = values.get("_inherit") or []
        self.parents = [inherited] if isinstance(inherited, str) else list(inherited)
        self.model = values.get("_name") or (self.parents or [None])[0]
        self.creates = self.model not in self.parents
        self.is_abstract = "AbstractModel" in map(last_name, node.bases)
        self.module = module
        self.line = node.lineno
        self.methods = {
            item.name: item.lineno for item in node.body if isinstance(item, FUNCTIONS)
        }


class Addon:
    """The rooms from the ground up, and which of them owns what."""

    def __init__(self, root):
        self.rooms = _ordered_rooms(root)
        self.order = [GROUND, *self.rooms]
        self.modules = sorted(_modules(root), key=lambda one: self.level(one.room))
        classes = [
            ModelClass(module, node)
            for module in self.modules
            for node in module.tree.body
            if isinstance(node, ast.ClassDef) and _constants(node)
        ]
        # What creates a model comes before what extends it.
        self.classes = sorted(classes, key=lambda one: not one.creates)
        self.created = {one.model: one for one in reversed(self.classes) if one.creates}
        self.tables = {
            model.replace(".", "_"): one.module.room
            for model, one in self.created.items()
        }
        self.methods = _own_methods(self.modules)
        for module in reversed(self.modules):
            self.tables.update(dict.fromkeys(_relations(module), module.room))

    def concrete(self, models):
        """Those of `models` that are the addon's own and no mixins."""
        own = [self.created[model] for model in models if model in self.created]
        return [one.model for one in own if not one.is_abstract]

    def level(self, room):
        """How far above the ground a room is; what is in none is at the top."""
        return self.order.index(room) if room in self.order else len(self.order)


def room_of(parts):
    """The room that the path of a module or package inside the addon leads into."""
    if parts[:1] == ("models",):
        return parts[1] if len(parts) > 1 else None
    return parts[0] if parts else None


def _ordered_rooms(root):
    """The packages in the order in which models/__init__.py imports them."""
    index = root / "models" / "__init__.py"
    if not index.exists():
        return []
    names = [
        alias.name
        for node in ast.parse(index.read_text()).body
        if isinstance(node, ast.ImportFrom) and node.level == 1 and not node.module
        for alias in node.names
    ]
    return [name for name in names if (root / "models" / name).is_dir()]


def _modules(root):
    for folder in (GROUND, "models", *ROOF):
        for path in sorted((root / folder).rglob("*.py")):
            if path != root / "models" / "__init__.py":
                yield Module(root, path)


def _own_methods(modules):
    """Per method that nothing of Odoo's is behind: the rooms that define it."""
    rooms, extending = defaultdict(set), set()
    for module in modules:
        for node in module.nodes:
            if isinstance(node, ast.ClassDef):
                for item in node.body:
                    if isinstance(item, FUNCTIONS):
                        rooms[item.name].add(module.room)
            elif isinstance(node, ast.Attribute) and is_super(node.value):
                extending.add(node.attr)
    return {name: found for name, found in rooms.items() if name not in extending}


def is_super(node):
    """Whether an expression is `super()`."""
    return isinstance(node, ast.Call) and last_name(node.func) == "super"


def _relations(module):
    """The tables of the many2many fields that a module names."""
    for node in module.nodes:
        if isinstance(node, ast.Call) and last_name(node.func) == "Many2many":
            values = [*node.args[1:2], *(key.value for key in node.keywords)]
            texts = {text.value for text in values if isinstance(text, ast.Constant)}
            yield from (text for text in texts if str(text).endswith("_rel"))


def _constants(node):
    """The name and the parents that the body of a class states."""
    values = {}
    for item in node.body:
        if isinstance(item, ast.Assign) and last_name(item.targets[0]) in NAMING:
            values[last_name(item.targets[0])] = ast.literal_eval(item.value)
    return values


def last_name(node):
    """The name an expression ends in: `Model` of `models.Model`."""
    return getattr(node, "attr", getattr(node, "id", None))
