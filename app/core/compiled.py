"""Templates as Jinja compiled them, kept beside their sources as Python keeps its modules.

Compiling those of one page takes as long as twenty pages. What was kept is used for the very text that it was compiled
from, by the same Jinja set up in the same way; otherwise it is compiled and kept anew. Where nothing may be written,
or nothing of the kind is wanted (``PYTHONDONTWRITEBYTECODE``), each process compiles for itself.
"""

import sys
from contextlib import suppress
from hashlib import sha256
from pathlib import Path

import jinja2
from jinja2.bccache import Bucket, FileSystemBytecodeCache

from app.core import rendering


class Compiled(FileSystemBytecodeCache):
    """The compiled templates below one folder, by what they were made from."""

    def __init__(self, folder: Path, environment: jinja2.Environment) -> None:
        super().__init__(str(folder), f"%s.{sys.implementation.cache_tag}.jinja")
        # What decides, beside a template's own text, what it is compiled to.
        code = Path(rendering.__file__).read_text("utf-8")
        options = (environment.trim_blocks, environment.lstrip_blocks, sorted(environment.extensions))
        self._made_by = repr((jinja2.__version__, options, code))

    def get_source_checksum(self, source: str) -> str:
        """What the compiled template is good for."""
        return sha256((self._made_by + source).encode()).hexdigest()

    def load_bytecode(self, bucket: Bucket) -> None:
        """Take what is kept, if it is whole and may be read."""
        try:
            super().load_bytecode(bucket)
        except Exception:  # noqa: BLE001 - of damaged bytes pickle and marshal raise nearly anything, and it can be made anew
            bucket.reset()

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep what was compiled, where that is wanted and possible."""
        if not sys.dont_write_bytecode:
            with suppress(OSError):
                Path(self.directory).mkdir(exist_ok=True)
                super().dump_bytecode(bucket)
                # As Python's own: one that an operator's command wrote is read by the service, whoever that runs as.
                Path(self._get_cache_filename(bucket)).chmod(0o644)
