"""What serving asks of the machine."""

import platform
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PROGRAM = """
import sys
from pathlib import Path
from app.core import memory

if sys.argv[1] == "kept little":
    assert memory.keep_little()

def resident():
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS:")) / 1024

before = resident()
for _answer in range(3):
    answer = b"x" * (10 * 1024 * 1024)
    del answer
print(resident() - before)
"""


def _kept(way: str) -> float:
    """What a process still holds, in MiB, after it made and forgot an answer of 10 MiB three times."""
    command = [sys.executable, "-c", PROGRAM, way]
    return float(subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout)


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="other C libraries return memory by themselves")
def test_what_a_large_answer_took_goes_back_to_the_machine() -> None:
    """By itself glibc keeps what it may need again, which the first half shows."""
    assert _kept("by itself") > 8
    assert _kept("kept little") < 2
