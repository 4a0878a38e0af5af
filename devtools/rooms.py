"""A check of our own: the rooms of the addon are in order.

A room uses what stands below it, never what stands above it; a class stands in one
place; no method of the addon overrides another one of the addon.
`python -m devtools.rooms` prints what is not so.
"""

from collections import defaultdict
from pathlib import Path
from typing import NamedTuple

from .addon_source import GROUND, ROOF, Addon, room_of
from .addon_uses import uses, uses_of_records
from .paths import CHECKOUT

# What is let through, and why: the file (below models/, or "wizard/..."), and the
# model, table, module or method that it uses; of a class, its model.
VIEW = "the view shows stage and holds of an item; nothing is written"
POINTS = "what is broken or waits has points, counted with the rest; nothing is written"
QUEUED = "a case takes back what waits in a queue, and letters know the queues"
LIMITS = "the limits count the attempts in the log; nothing is written"
ALLOWED = {
    ("ledger/collection_exposure.py", "collection_item"): VIEW,
    ("ledger/collection_exposure.py", "collection_hold"): VIEW,
    ("ledger/collection_exposure.py", "collection_hold_item_rel"): VIEW,
    ("case/collection_case.py", "collection.scheduler"): "the one door up: an event",
    ("case/collection_priority.py", "collection_step"): POINTS,
    ("case/collection_priority.py", "collection_promise"): POINTS,
    ("case/collection_priority.py", "collection_promise_item_rel"): POINTS,
    ("case/collection_case.py", "collection.letter"): QUEUED,
    ("letter/collection_message_composer.py", "collection.settlement.discount"): (
        "a message says what its stage offers; nothing is written"
    ),
    ("decision/collection_planner.py", "collection_step"): "it fills the outbox",
    ("decision/collection_decision_statement.py", "collection_contact"): LIMITS,
    ("charges/collection_charge_calculation.py", "collection_contact"): (
        "the first reminder that starts interest is in the log; nothing is written"
    ),
    ("decision/collection_policy_backtest.py", "collection_contact"): (
        "what was really sent in the simulated time does not count; it is rolled back"
    ),
    ("policy/ir_module_module.py", "demo.collection_demo.CollectionDemo"): (
        "called by the demo data, and imported by nothing else"
    ),
}


class Finding(NamedTuple):
    """What is not in order on a line of a file."""

    kind: str
    path: Path
    line: int
    subject: str
    text: str

    def place(self, addon):
        """The key that sorts findings from the ground up."""
        return addon.level(room_of(self.path.parts[:-1])), self.path, self.line

    @property
    def exception(self):
        """The key that lets it through."""
        return self.path.as_posix().removeprefix("models/"), self.subject


def findings(root=CHECKOUT, allowed=ALLOWED):
    """Answer what is neither in order nor allowed, from the ground up for each check.

    An exception that lets nothing through is not in order either.
    """
    addon = Addon(root)
    if not addon.rooms:
        return []
    checks = (_arrows_up, _uses_of_records, _cut_classes, _overrides, _strays)
    found = [
        one
        for check in checks
        for one in sorted(check(addon), key=lambda one: one.place(addon))
    ]
    unused = allowed.keys() - {one.exception for one in found}
    return [
        *(one for one in found if one.exception not in allowed),
        *(_unneeded(exception) for exception in sorted(unused)),
    ]


def _unneeded(exception):
    path, subject = exception
    text = f"nothing in {path} needs the exception for {subject}"
    return Finding("exception", Path("devtools/rooms.py"), 1, subject, text)


def _arrows_up(addon):
    for module in addon.modules:
        here = addon.level(module.room)
        for line, subject, room in sorted(set(uses(addon, module))):
            if addon.level(room) > here:
                text = f"{module.room} uses {subject} of {room}"
                yield Finding("arrow up", module.path, line, subject, text)


def _uses_of_records(addon):
    for module in addon.modules:
        if module.room == GROUND:
            for line, name in uses_of_records(module):
                text = f"{GROUND}/ knows nothing of records, but uses {name}"
                yield Finding("arrow up", module.path, line, name, text)


def _cut_classes(addon):
    """Whoever looks for a model looks for its name among the files of a room."""
    first = {}
    for one in addon.classes:
        room, name = one.module.room, one.model.replace(".", "_") + ".py"
        other = first.setdefault((room, one.model), one)
        created = addon.created.get(one.model)
        is_at_home = created is not None and created.module.room == room
        if other is not one:
            text = f"{one.model} stands in {other.module.path} already"
        elif one.module.path.name != name and not (is_at_home and room in ROOF):
            text = f"{one.model} belongs in a file named {name}"
        else:
            continue
        yield Finding("cut class", one.module.path, one.line, one.model, text)


def _overrides(addon):
    """Methods written twice for one model; a mixin's hook is another model's."""
    first = {}
    for one in addon.classes:
        for method in one.methods:
            first.setdefault((one.model, method), one.module)
    for one in addon.classes:
        for method, line in one.methods.items():
            for model in dict.fromkeys([one.model, *addon.concrete(one.parents)]):
                module = first.get((model, method), one.module)
                if module is not one.module:
                    subject = f"{model}.{method}"
                    text = f"{subject} is in {module.path} already"
                    yield Finding("override", one.module.path, line, subject, text)


def _strays(addon):
    for module in addon.modules:
        if module.room not in addon.order and module.room not in ROOF:
            text = "stands in no room that models/__init__.py imports"
            yield Finding("stray file", module.path, 1, module.path.stem, text)


def report(found):
    """Answer the text of what was found, with a heading and a number per kind."""
    kinds = defaultdict(list)
    for one in found:
        kinds[one.kind].append(f"  {one.path}:{one.line}: {one.text}")
    parts = [
        "\n".join([f"{kind}: {len(lines)}", *lines]) for kind, lines in kinds.items()
    ]
    return "\n\n".join(parts) or "All rooms are in order."


if __name__ == "__main__":
    print(report(findings()))
