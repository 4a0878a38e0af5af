"""A progress bar for the terminal, and a line now and then for a log."""

import sys
from time import perf_counter

WIDTH = 30
SECONDS_BETWEEN_LINES = 15


class Progress:
    """Shows how far a long job is and when it will be over.

    :param int total: how many units there are
    :param str unit: what they are called
    """

    def __init__(self, total, unit, stream=None, clock=perf_counter):
        self.total = total
        self.unit = unit
        self.stream = stream or sys.stderr
        self.clock = clock
        self.started = clock()
        self.shown = self.started
        self.is_terminal = self.stream.isatty()

    def show(self, count, note=""):
        """Show that `count` units are done.

        :param str note: what the last one was
        """
        now = self.clock()
        is_last = count >= self.total
        pause = 0.2 if self.is_terminal else SECONDS_BETWEEN_LINES
        if not is_last and now - self.shown < pause:
            return
        self.shown = now
        line = self.format(count, note, now - self.started)
        if self.is_terminal:
            self.stream.write(f"\r{line}\x1b[K" + ("\n" if is_last else ""))
        else:
            self.stream.write(line + "\n")
        self.stream.flush()

    def format(self, count, note, seconds):
        """Answer the line to show.

        >>> bar = Progress(8, "days")
        >>> bar.format(2, "Monday", 30)
        '[#######                       ]  25 %   2 of 8 days   1:30 left   Monday'
        """
        share = count / self.total if self.total else 1
        bar = "#" * int(share * WIDTH)
        left = int(seconds / share - seconds) if share else 0
        return (
            f"[{bar:{WIDTH}}] {share:4.0%}".replace("%", " %")
            + f"   {count} of {self.total} {self.unit}"
            + f"   {left // 60}:{left % 60:02} left   {note}"
        )
