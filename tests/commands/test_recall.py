"""`screening recall`: who was treated with a lot."""

import os
import subprocess
import sys

from tests.workflow.treatments.clinic import treated


def run(folder, *arguments):
    return subprocess.run(
        [sys.executable, "-m", "screening", "recall", *arguments],
        env=os.environ | {"SCREENING_INSTANCE": str(folder)},
        capture_output=True,
        text=True,
        timeout=60,
    )


def test_a_lot_is_found_from_the_command_line_however_it_is_typed(tmp_path, furnish):
    office = furnish(tmp_path)
    treated(office)
    office.close()

    done = run(tmp_path, "--lot", "lot 1")
    assert (done.returncode, done.stderr.strip()) == (0, "1 treatments")
    assert "Lan Nguyen" in done.stdout and "PDO threads LOT-1" in done.stdout
    assert run(tmp_path, "--lot", "LOT-2").stderr.strip() == "0 treatments"
    unknown = run(tmp_path, "--lot", "LOT-1", "--clinic", "nowhere")
    assert (unknown.returncode, unknown.stderr.strip()) == (2, "there is no clinic nowhere")
