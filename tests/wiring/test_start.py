"""What a start leaves for later, so that an installation at rest stays small."""

from __future__ import annotations

import subprocess
import sys

from tests.support.server import ROOT


def test_apprise_and_what_it_needs_wait_for_the_first_notification() -> None:
    program = "import app, sys; print(*sorted({'apprise', 'requests'} & sys.modules.keys()))"

    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, check=True, capture_output=True, text=True
    )

    assert done.stdout.strip() == ""
