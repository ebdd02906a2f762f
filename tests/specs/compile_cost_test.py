#!/usr/bin/env python3
"""No source of a spec takes more than ten seconds to compile.

    compile_cost_test.py NORN

Seconds of a busy machine decide nothing, so what is bounded is what they come from: the bytes of instructions that
the compiler made of the source, which are the same whenever it runs. Measured with GCC 12 at -O3 for sources of this
project, on cores shared with other builds, a source took 3 s, mostly for headers, and another for each 15,000 bytes:
100,000 bytes are ten seconds, and about half of that where nothing else runs. Of a Release build without sanitizers;
others are skipped.
"""

import re
import subprocess
import sys
import unittest
from pathlib import Path

MOST_BYTES = 100_000
TREE = Path(__file__).resolve().parent.parent.parent
BUILD = Path(sys.argv.pop(1)).resolve().parent


def setting(name):
    found = re.search(rf"^{name}:\w+=(.*)$", (BUILD / "CMakeCache.txt").read_text(encoding="utf-8"), re.MULTILINE)
    return found.group(1) if found else ""


def instructions(object_file):
    sections = subprocess.run(["size", "-A", str(object_file)], check=True, text=True, stdout=subprocess.PIPE).stdout
    return sum(int(size) for size in re.findall(r"^\.text\S*\s+(\d+)", sections, re.MULTILINE))


def spec_sources():
    return [f.relative_to(TREE).as_posix() for f in sorted((TREE / "specs").rglob("*.cpp"))
            if f.relative_to(TREE).parts[1] != "kit"]


@unittest.skipUnless(setting("CMAKE_BUILD_TYPE") == "Release" and not setting("NORN_SANITIZE"),
                     "the bound is of a Release build without sanitizers")
class CompileCost(unittest.TestCase):
    def test_of_every_spec_source_is_bounded(self):
        self.assertNotEqual(spec_sources(), [])
        for source in spec_sources():
            with self.subTest(source):
                objects = [o for o in BUILD.rglob("*.o") if o.as_posix().endswith(f"/{source}.o")]
                self.assertNotEqual(objects, [], "no object file was made of it")
                for made in objects:
                    self.assertLessEqual(instructions(made), MOST_BYTES, f"bytes of instructions in {made}")


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0]])
