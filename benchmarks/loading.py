#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""How long vectors take to load: implicitmf against gensim, and against the copy of the bytes.

Makes files of random vectors in word2vec's binary form, as text and as NumPy array. Ours is the
whole process of a question for one neighbour: load, index the words, find. gensim's is the call
that loads, without its imports. The copy is numpy.fromfile on the same file: the bytes from the
system's cache to fresh memory. Every file is read once before, so none comes from the disk.
"""
from support import (
    Stages,
    argument_parser,
    check_program,
    interleaved,
    machine,
    median,
    peer_versions,
    print_table,
    ratio,
    run,
    run_peer,
    scratch,
    serve_peer,
    verdict,
)

TEXT_TARGET = 10


def make_files(folder, words, text_words, dimension):
    """The files, by the name of what they are."""
    import numpy as np

    rows = np.random.default_rng(1).standard_normal((words, dimension), np.float32) * 0.3
    names = [f"word{number}" for number in range(words)]
    with open(folder / "v.bin", "wb") as file:
        file.write(f"{words} {dimension}\n".encode())
        for name, row in zip(names, rows):
            file.write(name.encode() + b" " + row.tobytes() + b"\n")
    np.save(folder / "v.npy", rows)
    (folder / "v.vocab").write_text("\n".join(names) + "\n", encoding="ascii")
    with open(folder / "v.txt", "w", encoding="ascii") as file:
        file.write(f"{text_words} {dimension}\n")
        for name, row in zip(names[:text_words], rows):
            file.write(f"{name} {' '.join(map(str, row))}\n")
    return {"binary": folder / "v.bin", "npy": folder / "v.npy", "text": folder / "v.txt"}


# ---- tasks in a process of their own -------------------------------------------------------------


def load_by_gensim(path, binary):
    """Loads a file of word2vec."""
    from gensim.models import KeyedVectors

    stages = Stages()
    with stages.stage("load"):
        vectors = KeyedVectors.load_word2vec_format(path, binary=binary)
    return stages.report(words=len(vectors))


def copy(path):
    """Reads a file to memory."""
    import numpy as np

    stages = Stages()
    with stages.stage("load"):
        data = np.fromfile(path, np.uint8)
    return stages.report(bytes=len(data))


TASKS = {"load_by_gensim": load_by_gensim, "copy": copy}


# ---- side by side --------------------------------------------------------------------------------


def jobs_of(options, kind, path):
    """What is measured of a file: pairs of wall-clock and CPU seconds."""

    def ours(threads):
        command = [options.program, "neighbors", path, "word0", "--top", "1", "--threads", threads]
        result = run(command)
        return result.wall, result.cpu

    def peer(task, **arguments):
        report = run_peer(task, path=path, **arguments).report
        return report["seconds"]["load"], report["cpu_seconds"]["load"]

    jobs = {
        "implicitmf, 1 thread": lambda: ours(1),
        "implicitmf, 2 threads": lambda: ours(2),
        "copy": lambda: peer("copy"),
    }
    if kind != "npy":
        jobs["gensim"] = lambda: peer("load_by_gensim", binary=kind == "binary")
    return jobs


def measure(options, kind, path):
    """One file: the rows of the table."""
    results = interleaved(options.rounds, jobs_of(options, kind, path))
    cpu = {name: [seconds for _, seconds in runs] for name, runs in results.items()}
    rows = []
    for name, runs in results.items():
        cells = [f"{kind}: {name}", f"{path.stat().st_size / 1e6:.0f}"]
        cells += [f"{median([wall for wall, _ in runs]):.3f}", f"{median(cpu[name]):.3f}"]
        cells.append(ratio(cpu[name], cpu["copy"]))
        if "gensim" in cpu and name.startswith("implicitmf"):
            cells.append(ratio(cpu["gensim"], cpu[name]))
            times = median(a / b for a, b in zip(cpu["gensim"], cpu[name]))
            cells.append(verdict(times >= TEXT_TARGET) if kind == "text" else "")
        else:
            cells += ["", ""]
        rows.append(cells)
    return rows


def main():
    serve_peer(TASKS)
    parser = argument_parser(__doc__)
    parser.add_argument("--words", type=int, default=200000, help="vectors, binary and NumPy")
    parser.add_argument("--text-words", type=int, default=20000, help="vectors, text")
    parser.add_argument("--dim", type=int, default=300, help="dimensions")
    parser.add_argument("--rounds", type=int, default=3, help="times that each program runs")
    options = parser.parse_args()
    check_program(options)
    options.text_words = min(options.text_words, options.words)
    print(machine())
    print(peer_versions("gensim"))
    rows = []
    with scratch(options) as folder:
        for kind, path in make_files(
            folder, options.words, options.text_words, options.dim
        ).items():
            rows += measure(options, kind, path)
    head = [f"loading, d = {options.dim}", "MB", "wall s", "CPU s", "CPU / copy"]
    print_table(head + ["gensim CPU / ours", f"target {TEXT_TARGET} for text"], rows)


if __name__ == "__main__":
    main()
