#!/usr/bin/env python3
"""The documents show what is there: README.md, CHANGELOG.md and docs/.

    check_documents.py [--fix] [NAME=PROGRAM…]

--fix copies the regions into the documents, and into each fence of output that is not true what its
program prints; nobody types these.

- a fence of C++ equals the region that the comment above it names:
      <!-- tests/examples/tutorial_test.cpp#mutex -->
  A region lies between `// [mutex]` and `// [end]`; several of one name are joined.
- a fence of output is part of what a program prints, and not empty; durations may differ:
      <!-- output: counter_test --gtest_filter=Counter.* -->
  where the program is one of the NAMEs. Without PROGRAMs, outputs are not compared.
- a relative link leads to a file, and its anchor to a heading.
- docs/glossary.md lists every property that the models and the runner report.

Prints a line for each fault and exits 1 if there are any.
"""

import re
import shlex
import subprocess
import sys
import tempfile
from pathlib import Path

TREE = Path(__file__).resolve().parent.parent.parent
DOCUMENTS = [TREE / "README.md", TREE / "CHANGELOG.md", *sorted((TREE / "docs").rglob("*.md"))]

FENCE = re.compile(r"(?:<!--\s*(?P<note>[^\n]*?)\s*-->\n)?```(?P<language>\w*)\n(?P<text>.*?)```",
                   re.DOTALL)
LINK = re.compile(r"\[[^\]\n]*\]\((?P<target>[^)\s]+)\)")
HEADING = re.compile(r"^#+ (.*)$", re.MULTILINE)
REPORTED = re.compile(
    r'(?:halt|violate|fail_at_next_point)\(\s*"(\w+)"'
    r'|inline constexpr std::string_view \w+ = "(\w+)"')


def region(file, name):
    parts = re.findall(rf"^// \[{re.escape(name)}\]\n(.*?)^// \[end\]\n",
                       (TREE / file).read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)
    return "\n".join(parts)


def without_durations(text):
    text = re.sub(r"\d+\.\d\d s\b", "… s", text)
    return re.sub(r"\d+ ms\b", "… ms", text)


def output_of(command, programs):
    words = shlex.split(command)
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(["./" + words[0] if words[0] != "norn" else "norn", *words[1:]],
                              executable=programs[words[0]], cwd=folder, text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=120)
    return done.stdout


def report_in(printed):
    """Of a test's output, what Norn reports; of any other, all."""
    within_a_test = re.search(r": Failure\n(.*?\n)\n\[  FAILED  \]", printed, re.DOTALL)
    return within_a_test.group(1) if within_a_test else printed


def check_fence(fence, programs):
    """What is wrong with the fence; None if nothing is."""
    note, text = fence["note"] or "", fence["text"]
    if note.startswith("output: "):
        command = note.removeprefix("output: ")
        if not text.strip():
            return f"shows nothing of `{command}`; fill it in with --fix and NAME=PROGRAM"
        if not programs:
            return None
        if command.split()[0] not in programs:
            return f"there is no program {command.split()[0]} among {', '.join(programs)}"
        printed = output_of(command, programs)
        if without_durations(text) not in without_durations(printed):
            return f"`{command}` does not print this, but:\n{printed}"
    elif fence["language"] == "cpp":
        file, _, name = note.partition("#")
        if not name or not (TREE / file).is_file():
            return "C++ needs a comment above it that names its region: <!-- FILE#REGION -->"
        if text != region(file, name):
            return f"this is not the region {name} of {file}, which reads:\n{region(file, name)}"
    return None


def anchor_of(heading):
    text = re.sub(r"[^\w\- ]", "", heading.strip().lower())
    return text.replace(" ", "-")


def check_links(document, text):
    outside_fences = re.sub(r"```.*?```", lambda m: "\n" * m.group().count("\n"), text,
                            flags=re.DOTALL)
    for match in LINK.finditer(outside_fences):
        path, _, anchor = match["target"].partition("#")
        line = text.count("\n", 0, match.start()) + 1
        if re.match(r"\w+:", path):
            continue
        target = (document.parent / path).resolve() if path else document
        if not target.exists():
            yield line, f"the link leads to {path}, which does not exist"
        elif anchor and anchor not in map(anchor_of, HEADING.findall(target.read_text("utf-8"))):
            yield line, f"{path or 'this document'} has no heading #{anchor}"


def reported_properties():
    names = {"assertions"}
    for folder in ("model", "scheduler"):
        for file in (TREE / folder).rglob("*.[ch]pp"):
            for groups in REPORTED.findall(file.read_text(encoding="utf-8")):
                names.update(filter(None, groups))
    return names


def faults(programs):
    for document in DOCUMENTS:
        shown = document.relative_to(TREE).as_posix()
        text = document.read_text(encoding="utf-8")
        for fence in FENCE.finditer(text):
            fault = check_fence(fence, programs)
            if fault:
                yield f"{shown}:{text.count(chr(10), 0, fence.start()) + 1}: {fault}"
        for line, fault in check_links(document, text):
            yield f"{shown}:{line}: {fault}"
    glossary = (TREE / "docs" / "glossary.md").read_text(encoding="utf-8")
    for name in sorted(reported_properties()):
        if f"`{name}`" not in glossary:
            yield f"docs/glossary.md:1: does not list the property `{name}`, which is reported"


def fill_in(programs):
    def filled(fence):
        note, text = fence["note"] or "", fence["text"]
        if note.startswith("output: ") and programs:
            if check_fence(fence, programs):
                text = report_in(output_of(note.removeprefix("output: "), programs))
        elif fence["language"] == "cpp" and "#" in note:
            text = region(*note.split("#", 1))
        else:
            return fence.group()
        return f"<!-- {note} -->\n```{fence['language']}\n{text}```"

    for document in DOCUMENTS:
        text = document.read_text(encoding="utf-8")
        document.write_text(FENCE.sub(filled, text), encoding="utf-8")


def main():
    arguments = sys.argv[1:]
    fix = "--fix" in arguments
    programs = dict(argument.split("=", 1) for argument in arguments if argument != "--fix")
    if fix:
        fill_in(programs)
    found = list(faults(programs))
    for fault in found:
        print(fault)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
