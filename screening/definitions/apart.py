"""Read the lists in a process that ends again: what it takes to read them is a fifth of a worker.

python -P -m screening.definitions.apart FOLDER
"""

from __future__ import annotations

import pickle
import subprocess
import sys
from pathlib import Path

from screening.clinical.definitions.definitions import Definitions
from screening.definitions.problems import DefinitionError, Problem

MODULE = "screening.definitions.apart"


def load_apart(folder: Path) -> Definitions:
    """Return the definitions in `folder`, as loading.load_definitions does.

    Raises DefinitionError with every problem, ValueError where they cannot be read at all.
    """
    command = [sys.executable, "-P", "-m", MODULE, str(folder)]
    done = subprocess.run(command, capture_output=True, check=False)
    if done.returncode:
        raise ValueError(done.stderr.decode(errors="replace").strip().splitlines()[-1])
    found: Definitions | list[Problem] = pickle.loads(done.stdout)
    if isinstance(found, list):
        raise DefinitionError(found)
    return found


def main(folder: str) -> None:
    from screening.definitions.loading import load_definitions

    found: Definitions | list[Problem]
    try:
        found = load_definitions(Path(folder))
    except DefinitionError as error:
        found = error.problems
    sys.stdout.buffer.write(pickle.dumps(found))


if __name__ == "__main__":
    main(*sys.argv[1:])
