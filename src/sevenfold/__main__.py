"""`python -m sevenfold` is the command `sevenfold`."""

import sys
from typing import NoReturn

from sevenfold.interrupts import end_listening, listen
from sevenfold.modules import put_installed_first


def main() -> NoReturn:
    """Run the command line: Ctrl-C is heard before its libraries are imported, which
    are looked for where they are installed.
    """
    try:
        listen()
        put_installed_first()
        from sevenfold.cli import main as run_command_line

        run_command_line()
    except KeyboardInterrupt:
        end_listening()
        print("sevenfold: Interrupted.", file=sys.stderr)
        sys.exit(130)


if __name__ == "__main__":
    main()
