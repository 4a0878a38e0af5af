"""Short names of databases: people say `lat`, and mean this checkout's."""

from . import console
from .paths import database

# How programs are told which database to open.
OPTIONS = ("-d", "--database", "--dbname", "--db_name", "--db-name")


def full_name(name, known):
    """Answer the full name of a database; a name that is full already stays.

    :param known: the full names there are
    """
    full = database(name)
    return full if full in known else name


def require(name, known):
    """Answer the full name of a database that has to be there.

    :raises Failure: it is not; the message says which ones are
    """
    full = full_name(name, known)
    if full not in known:
        prefix = database("")
        mine = [each.removeprefix(prefix) for each in known if each.startswith(prefix)]
        raise console.Failure(
            f"There is no database {name!r}; ./dev newdb makes one. "
            f"There are: {', '.join(sorted(mine)) or 'none'}"
        )
    return full


def expand(arguments, known):
    """Answer the arguments of a program with full names for the short ones."""
    befores = [None, *arguments]
    return [
        full_name(argument, known)
        if before in OPTIONS
        else _expand_one(argument, known)
        for before, argument in zip(befores, arguments, strict=False)
    ]


def _expand_one(argument, known):
    # Option and name may be one: `--database=lat` and `-dlat`.
    for option in OPTIONS:
        start = f"{option}=" if option.startswith("--") else option
        if argument.startswith(start):
            return start + full_name(argument.removeprefix(start), known)
    return argument


def expand_all(arguments, known):
    """Like `expand`, for programs that take a name without saying that it is one."""
    return [full_name(argument, known) for argument in expand(arguments, known)]
