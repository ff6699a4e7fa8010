# SPDX-License-Identifier: MIT
"""What the benchmarks against other programs share: measuring a process, readers, tables."""
import argparse
import contextlib
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PYTHON = sys.executable or "/usr/bin/python3"

# Runs a command and writes what it cost to a file. A small process of its own, because a child's
# peak memory begins at what its parent held when it was forked.
LAUNCHER = """
import json, os, subprocess, sys, time
begin = time.perf_counter()
child = subprocess.Popen(sys.argv[2:])
_, status, usage = os.wait4(child.pid, 0)
wall = time.perf_counter() - begin
json.dump({"wall": wall, "cpu": usage.ru_utime + usage.ru_stime,
           "peak": usage.ru_maxrss * 1024, "status": os.waitstatus_to_exitcode(status)},
          open(sys.argv[1], "w"))
"""


def fail(message):
    """Ends the benchmark: what is missing or wrong, on stderr."""
    print(f"{Path(sys.argv[0]).name}: {message}", file=sys.stderr)
    sys.exit(1)


def note(message):
    """Tells on stderr how far it is."""
    print(message, file=sys.stderr, flush=True)


def import_peers(*names):
    """Imports the modules of others, or says what to install."""
    packages = {"sklearn": "python3-sklearn"}
    modules = []
    for name in names:
        try:
            __import__(name)
            modules.append(sys.modules[name])
        except ImportError as error:
            package = packages.get(name.split(".")[0], f"python3-{name.split('.')[0]}")
            fail(f"no {name} (Debian: {package}): {error}")
    return modules


# ---- options -------------------------------------------------------------------------------------


def argument_parser(description, **options):
    """A parser with the options that every benchmark has."""
    parser = argparse.ArgumentParser(
        description=description, formatter_class=argparse.ArgumentDefaultsHelpFormatter, **options
    )
    parser.add_argument(
        "--program",
        type=Path,
        default=ROOT / "build/release/examples/implicitmf",
        help="the program implicitmf",
    )
    parser.add_argument(
        "--data",
        type=Path,
        default=ROOT.parent / "shared/data",
        help="folder with the corpora and evaluation sets",
    )
    parser.add_argument(
        "--corpus", default="corpus_a_small.txt", help="text file in the data folder, or a path"
    )
    parser.add_argument(
        "--work",
        type=Path,
        default=ROOT / "build/benchmark-work",
        help="folder for files of the run, and for reference values, which are kept",
    )
    return parser


def check_program(options):
    """Resolves the program and the folder for files, and says what is missing."""
    if not options.program.is_file():
        fail(
            f"no program {options.program}; build it with\n"
            "  cmake --preset release && cmake --build --preset release"
        )
    options.program = options.program.resolve()
    options.work.mkdir(parents=True, exist_ok=True)
    options.work = options.work.resolve()


def check_options(options):
    """Resolves the paths and says what is missing; sets options.corpus to a path."""
    check_program(options)
    corpus = options.data / options.corpus
    if not corpus.is_file():
        fail(f"no text {corpus}; name another with --data FOLDER --corpus FILE")
    options.corpus = corpus.resolve()


def benchmark_program(options, name):
    """A benchmark of the same build as the program, or None, which is told."""
    program = options.program.parent.parent / "benchmarks" / name
    if program.is_file():
        return program
    note(f"no program {program}: what it measures is left out")
    return None


# ---- running -------------------------------------------------------------------------------------


class Run:
    """What a process cost, and the JSON object it printed."""

    def __init__(self, usage, report):
        self.wall = usage["wall"]
        self.cpu = usage["cpu"]
        self.peak = usage["peak"]
        self.report = report


def run(command, environment=None):
    """Runs a command whose stdout is a JSON object, or nothing, to its end."""
    command = [str(word) for word in command]
    with tempfile.TemporaryDirectory() as folder:
        usage_file = os.path.join(folder, "usage")
        result = subprocess.run(
            [PYTHON, "-I", "-S", "-c", LAUNCHER, usage_file] + command,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, **(environment or {})},
            check=False,
        )
        usage = {"status": result.returncode}
        with contextlib.suppress(OSError):
            usage = json.loads(Path(usage_file).read_text(encoding="ascii"))
    if usage["status"] != 0:
        fail(f"status {usage['status']} from\n  {' '.join(command)}\n{result.stderr.strip()}")
    text = result.stdout.strip()
    report = json.loads(text) if text.startswith("{") else {}
    report["stderr"] = result.stderr
    return Run(usage, report)


def run_peer(task, threads=1, **arguments):
    """Runs a task of the calling script (see serve_peer) in a process of its own."""
    script = Path(sys.argv[0]).resolve()
    one = {name: str(threads) for name in THREAD_VARIABLES}
    return run([PYTHON, script, "--task", task, json.dumps(arguments, default=str)], one)


THREAD_VARIABLES = (
    "OPENBLAS_NUM_THREADS",
    "OMP_NUM_THREADS",
    "MKL_NUM_THREADS",
    "BLIS_NUM_THREADS",
)


def serve_peer(tasks):
    """If this process was started by run_peer: does the task, prints its JSON, and ends."""
    if len(sys.argv) == 4 and sys.argv[1] == "--task":
        print(json.dumps(tasks[sys.argv[2]](**json.loads(sys.argv[3]))))
        sys.exit(0)


class Stages:
    """Wall-clock and CPU seconds by stage."""

    def __init__(self):
        self.seconds = {}
        self.cpu_seconds = {}

    @contextlib.contextmanager
    def stage(self, name):
        """Adds what the block takes to the stage."""
        wall, cpu = time.perf_counter(), time.process_time()
        yield
        self.seconds[name] = self.seconds.get(name, 0) + time.perf_counter() - wall
        self.cpu_seconds[name] = self.cpu_seconds.get(name, 0) + time.process_time() - cpu

    def report(self, **others):
        """The JSON object of a task."""
        return {"seconds": self.seconds, "cpu_seconds": self.cpu_seconds, **others}


def interleaved(rounds, jobs):
    """Calls every job once a round, A B A B, and returns the results of each job."""
    results = {name: [] for name in jobs}
    for number in range(rounds):
        for name, job in jobs.items():
            note(f"round {number + 1} of {rounds}: {name}")
            results[name].append(job())
    return results


@contextlib.contextmanager
def scratch(options):
    """A folder for the files of this run, gone after it."""
    with tempfile.TemporaryDirectory(prefix="run-", dir=options.work) as folder:
        yield Path(folder)


# ---- reading -------------------------------------------------------------------------------------


def read_matrix_market(path):
    """A general coordinate matrix as scipy CSR: int64, or float64 for real ones."""
    import numpy as np
    from scipy import sparse

    text = Path(path).read_bytes()
    banner = text[: text.index(b"\n")].decode().split()
    if banner[:3] != ["%%MatrixMarket", "matrix", "coordinate"] or banner[4] != "general":
        fail(f"{path} is no general coordinate matrix: {' '.join(banner)}")
    at = 0
    while text[at : at + 1] == b"%":
        at = text.index(b"\n", at) + 1
    kind = np.int64 if banner[3] == "integer" else np.float64
    # Text is parsed in C and to its end; what stops earlier is found by the number of entries.
    numbers = np.fromstring(text[at:].decode("ascii"), dtype=kind, sep=" ")
    rows, columns, entries = (int(number) for number in numbers[:3])
    triplets = numbers[3:].reshape(-1, 3)
    if len(triplets) != entries:
        fail(f"{path} holds {len(triplets)} of {entries} entries")
    places = triplets[:, :2].astype(np.int32) - 1
    matrix = sparse.coo_matrix(
        (np.ascontiguousarray(triplets[:, 2]), (places[:, 0], places[:, 1])), shape=(rows, columns)
    ).tocsr()
    matrix.sort_indices()
    return matrix


def read_words(path):
    """The words of a count file (docs/formats.md)."""
    import numpy as np

    data = Path(path).read_bytes()
    if data[:8] != b"IMFCOUNT":
        fail(f"{path} is no count file")
    vocabulary, note_length, length = (
        int.from_bytes(data[at : at + 8], "little") for at in (24, 48, 56)
    )
    at = 80 + -(-note_length // 8) * 8 + 8 * vocabulary
    ends = np.frombuffer(data, "<u8", vocabulary, at).tolist()
    text = data[at + 8 * vocabulary :][:length]
    return [text[begin:end] for begin, end in zip([0] + ends, ends)]


def read_vectors(path):
    """Words (as bytes) and float32 vectors of a word2vec file, binary or text (.txt, .vec)."""
    import numpy as np

    data = Path(path).read_bytes()
    end = data.index(b"\n")
    size, dimension = (int(number) for number in data[:end].split())
    words, vectors = [], np.empty((size, dimension), np.float32)
    if Path(path).suffix in (".txt", ".vec"):
        for row, line in enumerate(data[end + 1 :].splitlines()):
            # fastText ends its lines with a space.
            fields = line.rstrip(b" ").rsplit(b" ", dimension)
            words.append(fields[0])
            vectors[row] = [float(field) for field in fields[1:]]
        return words, vectors
    at = end + 1
    for row in range(size):
        space = data.index(b" ", at)
        words.append(data[at:space].lstrip(b"\n"))
        vectors[row] = np.frombuffer(data, "<f4", dimension, space + 1)
        at = space + 1 + 4 * dimension
    return words, vectors


# ---- telling -------------------------------------------------------------------------------------


def machine():
    """One line: processor, load, versions."""
    model = "unknown processor"
    with contextlib.suppress(OSError):
        for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                model = line.split(":", 1)[1].strip()
                break
    load = " ".join(f"{value:.1f}" for value in os.getloadavg())
    return f"{model}, {os.cpu_count()} processors, load {load} (1, 5, 15 minutes)"


def peer_versions(*names):
    """One line: versions of the peers, and the BLAS that numpy and scipy have loaded."""
    modules = import_peers("numpy", "scipy", "scipy.linalg", *names)
    found = [f"{m.__name__} {m.__version__}" for m in modules if hasattr(m, "__version__")]
    blas = set()
    with contextlib.suppress(OSError):
        for line in Path("/proc/self/maps").read_text(encoding="utf-8").splitlines():
            path = line.split(maxsplit=5)[-1]
            if Path(path).name.startswith(("libblas", "libopenblas", "libmkl_rt", "libblis")):
                blas.add(Path(path).resolve().name)
    return ", ".join(found + [f"BLAS {' '.join(sorted(blas)) or 'unknown'}"])


def median(values):
    """The middle one."""
    return statistics.median(values)


def ratio(others, ours):
    """'8.3 (7.9-8.6)': the middle of the rounds' ratios, and their range."""
    ratios = sorted(a / b for a, b in zip(others, ours))
    middle = f"{median(ratios):.2f}"
    return middle if len(ratios) == 1 else f"{middle} ({ratios[0]:.2f}-{ratios[-1]:.2f})"


def verdict(reached):
    """How a target is marked."""
    return "reached" if reached else "MISSED"


def print_table(head, rows):
    """Columns as wide as need be; the first to the left, the others to the right."""
    rows = [[str(cell) for cell in row] for row in [head] + rows]
    widths = [max(len(row[i]) for row in rows) for i in range(len(head))]
    for number, row in enumerate(rows):
        cells = [row[0].ljust(widths[0])] + [c.rjust(w) for c, w in zip(row[1:], widths[1:])]
        print("  ".join(cells).rstrip())
        if number == 0:
            print("  ".join("-" * width for width in widths))
    print(flush=True)


def find_tool(name):
    """A program of others on the PATH, or None."""
    return shutil.which(name)
