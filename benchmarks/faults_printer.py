"""A wkhtmltopdf that fails as it is told, put before the real one."""

import os
import shutil
from pathlib import Path

# A script, for it must not take longer than the real one. The last argument is the
# document. Of a hundred, so many hang, die, write nothing, and write half.
SCRIPT = """\
#!/bin/sh
[ "$1" = --version ] && exec {real} "$@"
[ -e {folder}/printer-fails ] || exec {real} "$@"
chance=$(od -An -N1 -tu1 /dev/urandom)
if [ "$chance" -lt 8 ]; then exec sleep 600; fi
if [ "$chance" -lt 23 ]; then kill -KILL $$; fi
if [ "$chance" -lt 38 ]; then exit 0; fi
{real} "$@"
code=$?
if [ "$chance" -lt 53 ]; then
    for last; do :; done
    truncate -s $(($(stat -c %s "$last") / 2)) "$last"
fi
exit $code
"""


def install_printer(folder):
    """Put the script before the real program, for this process and what it starts."""
    program = Path(folder) / "wkhtmltopdf"
    real = shutil.which("wkhtmltopdf")
    program.write_text(SCRIPT.format(real=real, folder=folder))
    program.chmod(0o755)
    os.environ["PATH"] = f"{folder}{os.pathsep}{os.environ['PATH']}"


def set_printer(folder, fails):
    """Have the printer of a folder fail, or work."""
    path = Path(folder) / "printer-fails"
    path.touch() if fails else path.unlink(missing_ok=True)
