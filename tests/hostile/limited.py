"""`tallystick`, whose files can have so many bytes: `python -m tests.hostile.limited BYTES WORD…`.

It is a full disk for whoever is root, too.
"""

from __future__ import annotations

import resource
import sys

from tallystick.cli import main

if __name__ == "__main__":
    most = int(sys.argv[1])
    resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))
    sys.argv[1:2] = []
    main()
