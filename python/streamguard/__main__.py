"""``python -m streamguard``: the program, with all of its commands."""

import os
import sys

from streamguard.program import program_path

if __name__ == "__main__":
    program = os.fspath(program_path())
    # Signals, the terminal and the exit code are the program's own.
    os.execv(program, [program, *sys.argv[1:]])
