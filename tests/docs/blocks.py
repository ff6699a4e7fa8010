# SPDX-License-Identifier: MIT
"""Runs every fenced code block of a page, in a folder of its own that holds a small text.

Usage: blocks.py PAGE --programs FOLDER --build FOLDER --work FOLDER --compiler CXX
                 --include FOLDER[:FOLDER]...

What a block is, its language says:
  sh      run by bash, which stops at the first error; the programs are in PATH
  cpp     with a main(): a program, compiled and run. Without: a fragment, which goes on from the
          program above it on the page, at the end of its main() and in a scope of its own
  cmake   configured in a project with a target `app`; the library is installed for it
  python  run by this Python; without numpy the page is skipped
  text    no code
A comment on the line before a block says more, unseen by the reader:
  <!-- before: COMMAND -->   the command is run by bash before the block
  <!-- not run: REASON -->   the block is left out and listed
Any other language, and none, is a failure, so that no block escapes.
"""
import argparse
import dataclasses
import importlib.util
import os
import pathlib
import random
import re
import shutil
import subprocess
import sys

LANGUAGES = ("sh", "cpp", "cmake", "python", "text")
COMMENT = re.compile(r"<!-- (before|not run): (.+) -->")


class Failure(Exception):
    """A block does not do what the page says."""


@dataclasses.dataclass
class Block:
    line: int  # of its first line of code
    language: str
    code: str
    before: str = ""
    not_run: str = ""


def blocks_of(page: pathlib.Path) -> list[Block]:
    blocks: list[Block] = []
    open_block, body, comments = None, [], {}
    for number, line in enumerate(page.read_text(encoding="utf-8").splitlines(), 1):
        fence = line.strip().startswith("```")
        if open_block is not None and fence:
            open_block.code = "\n".join(body) + "\n"
            blocks.append(open_block)
            open_block, comments = None, {}
        elif open_block is not None:
            body.append(line)
        elif fence:
            language = line.strip()[3:].strip()
            if language not in LANGUAGES:
                raise Failure(f"line {number}: a block in {language or 'no language'}: "
                              f"not one of {', '.join(LANGUAGES)}")
            open_block = Block(number + 1, language, "", comments.get("before", ""),
                               comments.get("not run", ""))
            body = []
        elif match := COMMENT.fullmatch(line.strip()):
            comments[match[1]] = match[2]
        else:
            comments = {}
    if open_block is not None:
        raise Failure(f"line {open_block.line}: the block does not end")
    return blocks


def programs_of(blocks: list[Block], page: pathlib.Path) -> list[tuple[int, str]]:
    """The programs of a page with their fragments, as (line, source)."""
    programs: list[tuple[int, str]] = []
    for block in blocks:
        lines = f'#line {block.line} "{page}"\n{block.code}'
        if "int main(" in block.code:
            programs.append((block.line, lines))
            continue
        if not programs:
            raise Failure(f"line {block.line}: a fragment without a program above it")
        line, source = programs[-1]
        end = source.rindex("}")
        programs[-1] = (line, source[:end] + "{\n" + lines + "}\n" + source[end:])
    return programs


def write_inputs(arguments: argparse.Namespace) -> None:
    """The files that blocks name: a text of 30,000 sentences in the small language and of rare
    words, so that there are more words than dimensions; sets to evaluate; vectors of others."""
    work = pathlib.Path(arguments.work)
    shutil.rmtree(work, ignore_errors=True)
    (work / "build/release").mkdir(parents=True)
    (work / "build/release/examples").symlink_to(arguments.programs)
    run_shell(arguments, "make_small_language --corpus text.txt --sentences 30000 "
                         "--questions questions-words.txt")
    draw = random.Random(1)
    rare = [f"rare{i}" for i in range(600)]
    with open(work / "text.txt", "a", encoding="utf-8") as text:
        for _ in range(2000):
            text.write(" ".join(draw.choices(rare, k=10)) + "\n")
    shutil.copy(work / "text.txt", work / "corpus.txt")
    similar = "france rome 0.9\nparis rome 0.8\nfrance wolves 0.1\nmice wolves 0.6\n"
    for name in ("ws353.tsv", "simlex999.tsv"):
        (work / name).write_text(similar.replace(" ", "\t"), encoding="utf-8")
    rows = (f"{word} {' '.join(f'{draw.gauss(0, 1):.4f}' for _ in range(20))}\n" for word in rare)
    (work / "glove.6B.300d.txt").write_text("".join(rows), encoding="utf-8")


def run(arguments: argparse.Namespace, command: list[str], what: str) -> None:
    environment = dict(os.environ)
    environment["PATH"] = f"{arguments.programs}{os.pathsep}{environment['PATH']}"
    print(f"---- {what}", flush=True)
    done = subprocess.run(command, cwd=arguments.work, env=environment, check=False,
                          stdin=subprocess.DEVNULL, stderr=subprocess.STDOUT)
    if done.returncode != 0:
        raise Failure(f"{what}: exit status {done.returncode}")


def run_shell(arguments: argparse.Namespace, code: str, what: str = "set up") -> None:
    run(arguments, ["bash", "-euo", "pipefail", "-c", code], what)


def configure(arguments: argparse.Namespace, code: str, what: str) -> None:
    project = pathlib.Path(arguments.work) / "project"
    shutil.rmtree(project, ignore_errors=True)
    project.mkdir()
    (project / "main.cpp").write_text("int main() {}\n", encoding="utf-8")
    (project / "CMakeLists.txt").write_text(
        "cmake_minimum_required(VERSION 3.23)\nproject(app CXX)\nadd_executable(app main.cpp)\n"
        + code, encoding="utf-8")
    run(arguments, ["cmake", "--install", arguments.build, "--prefix", str(project / "prefix")],
        "install")
    run(arguments, ["cmake", "-S", str(project), "-B", str(project / "build"),
                    f"-DCMAKE_PREFIX_PATH={project / 'prefix'}",
                    f"-DCMAKE_CXX_COMPILER={arguments.compiler}"], what)


def compile_and_run(arguments: argparse.Namespace, line: int, source: str) -> None:
    file = pathlib.Path(arguments.work) / f"program_{line}.cpp"
    file.write_text(source, encoding="utf-8")
    program = str(file.with_suffix(""))
    includes = [word for folder in arguments.include.split(":") for word in ("-I", folder)]
    run(arguments, [arguments.compiler, "-std=c++20", "-O1", *includes, str(file), "-o", program,
                    "-pthread"], f"line {line}: compile")
    run(arguments, [program], f"line {line}: cpp")


def run_block(arguments: argparse.Namespace, block: Block) -> None:
    what = f"line {block.line}: {block.language}"
    if block.language == "sh":
        run_shell(arguments, block.code, what)
    elif block.language == "cmake":
        configure(arguments, block.code, what)
    elif block.language == "python":
        run(arguments, [sys.executable, "-c", "import numpy\n" + block.code], what)


def check(arguments: argparse.Namespace) -> int:
    page = pathlib.Path(arguments.page)
    blocks = blocks_of(page)
    for block in blocks:
        if block.not_run:
            print(f"NOT RUN: line {block.line}: {block.language}: {block.not_run}")
    blocks = [block for block in blocks if not block.not_run and block.language != "text"]
    programs = programs_of([block for block in blocks if block.language == "cpp"], page)
    if not blocks:
        print("no block to run")
        return 0
    write_inputs(arguments)
    without_numpy = importlib.util.find_spec("numpy") is None
    skipped = False
    for block in blocks:
        if block.language == "python" and without_numpy:
            print(f"SKIPPED: line {block.line}: no numpy (Debian: python3-numpy)", file=sys.stderr)
            skipped = True
            continue
        if block.before:
            run_shell(arguments, block.before, f"line {block.line}: before")
        run_block(arguments, block)
    for line, source in programs:
        compile_and_run(arguments, line, source)
    print(f"{len(blocks)} blocks ran")
    return 77 if skipped else 0


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("page")
    for option in ("--programs", "--build", "--work", "--compiler", "--include"):
        parser.add_argument(option, required=True)
    arguments = parser.parse_args()
    try:
        return check(arguments)
    except Failure as failure:
        print(f"FAILED: {arguments.page}: {failure}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
