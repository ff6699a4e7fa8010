# SPDX-License-Identifier: MIT
"""Counts, association matrices, factors and objectives against obvious Python, numpy and scipy.

Usage: scipy_agrees.py PROGRAM FORMATS.md
"""
import math
import random
import re
import sys
import tempfile
from collections import Counter
from pathlib import Path

from program import Program, skip

try:
    import numpy as np
    from scipy import sparse
    from scipy.io import mmread
    from scipy.sparse.linalg import svds
except ImportError as error:
    skip(error, "python3-numpy python3-scipy")

# Steps in one count, and steps of a context at distance d.
WEIGHTS = {
    "dynamic": lambda d, radius: (radius, radius - d + 1),
    "uniform": lambda d, radius: (1, 1),
    "harmonic": lambda d, radius: (
        math.lcm(*range(1, radius + 1)),
        math.lcm(*range(1, radius + 1)) // d,
    ),
}
SIDES = {"symmetric": (-1, 1), "left": (-1,), "right": (1,)}


def write_corpus(path, words, tokens, seed):
    """Words by Zipf's law with some order in them, in lines of 0 to 40 words."""
    draw = random.Random(seed)
    names = [f"word{number}" for number in range(words)]
    with open(path, "w", encoding="ascii") as file:
        while tokens > 0:
            length = draw.randint(0, 40)
            topic = draw.randrange(7)
            line = [
                names[min(words - 1, int(words ** draw.random()) + topic * draw.randrange(8))]
                for _ in range(length)
            ]
            file.write(" ".join(line) + "\n")
            tokens -= length


def obvious_counts(path, radius, shape, side, min_count):
    """Words in their order, and a dictionary from pairs of ids to steps."""
    lines = [line.split() for line in path.read_text(encoding="ascii").splitlines()]
    seen = Counter(word for line in lines for word in line)
    words = sorted((w for w in seen if seen[w] >= min_count), key=lambda w: (-seen[w], w.encode()))
    ids = {word: number for number, word in enumerate(words)}
    counts = Counter()
    for line in lines:
        row = [ids[word] for word in line if word in ids]
        for position, word in enumerate(row):
            for direction in SIDES[side]:
                for d in range(1, radius + 1):
                    other = position + direction * d
                    if 0 <= other < len(row):
                        counts[word, row[other]] += WEIGHTS[shape](d, radius)[1]
    return words, counts


def read_counts(formats, path):
    """What the numpy lines of docs/formats.md, as they stand, make of a count file."""
    text = formats.read_text(encoding="utf-8")
    (program,) = re.findall(r"```python\n(import zlib.*?)```", text, re.S)
    found = {}
    exec(program.replace("corpus.counts", str(path)), found)  # pylint: disable=exec-used
    matrix = (found["values"], found["columns"], found["offsets"])
    return found["words"], found["unit"], sparse.csr_matrix(matrix, shape=(found["V"], found["C"]))


def check_counts(program, formats, folder):
    """Counts of every window and side: the export, the count file, and the obvious ones."""
    corpus, counts, exported = (folder / name for name in ("corpus", "counts", "counts.mtx"))
    write_corpus(corpus, 300, 6000, 1)
    for shape in WEIGHTS:
        for side in SIDES:
            for radius, min_count in ((1, 1), (4, 3)):
                report = program.json(
                    *("count", "--input", corpus, "--output", counts, "--window", radius),
                    *("--window-shape", shape, "--side", side, "--min-count", min_count),
                )
                program("export", counts, "--matrix", exported, "--measure", "counts")
                words, expected = obvious_counts(corpus, radius, shape, side, min_count)
                unit = WEIGHTS[shape](1, radius)[0]
                found = mmread(exported)
                cells = zip(found.row.tolist(), found.col.tolist(), found.data.tolist())
                assert {(row, column): value for row, column, value in cells} == expected
                names, steps, stored = read_counts(formats, counts)
                assert names == words and steps == unit, (shape, steps, unit)
                assert (stored * unit != found.tocsr()).nnz == 0
                assert report["cells"] == len(expected) and report["vocabulary"] == len(words)
                assert math.isclose(report["total"], sum(expected.values()) / unit)
        print("counts:", shape, "windows agree")


def measures_of(counts, alpha, k):
    """The association matrices by their formulas, dense, unobserved cells 0."""
    joint, words, contexts = counts, counts.sum(axis=1), counts.sum(axis=0)
    noise = contexts**alpha / (contexts**alpha).sum()
    observed = joint > 0
    with np.errstate(divide="ignore", invalid="ignore"):
        pmi = np.log(joint / words[:, None]) - np.log(noise)[None, :]
        values = {
            "sppmi": np.maximum(pmi - math.log(k), 0),
            "pmi": pmi - math.log(k),
            "log-conditional": np.log(joint / words[:, None]) - math.log(k),
        }
        if alpha == 1 and k == 1:
            values["npmi"] = pmi / -np.log(joint / joint.sum())
    return {name: np.where(observed, value, 0) for name, value in values.items()}


def check_association(program, formats, folder):
    """Each measure against its formula."""
    counts, exported = folder / "counts", folder / "matrix.mtx"
    corpus = folder / "corpus"
    program.json("count", "--input", corpus, "--output", counts, "--min-count", 2)
    dense = read_counts(formats, counts)[2].toarray()
    for alpha, k in ((1, 1), (0.75, 1), (0.75, 5), (1, 2.5)):
        for measure, expected in measures_of(dense, alpha, k).items():
            program(
                *("export", counts, "--matrix", exported, "--measure", measure),
                *("--smoothing", alpha, "--negatives", k),
            )
            found = mmread(exported).toarray()
            worst = float((np.abs(found - expected) / np.maximum(1, np.abs(expected))).max())
            assert worst <= 1e-6, (measure, alpha, k, worst)
    print("association: every measure agrees")


def read_vectors(path):
    """The numbers of a text file of vectors, as they stand there."""
    lines = path.read_text(encoding="utf-8").splitlines()[1:]
    return np.array([[float(number) for number in line.split()[1:]] for line in lines])


def check_factors(program, folder):
    """Singular values and vectors of a symmetric and an unsymmetric matrix against svds."""
    corpus, counts, exported = (folder / name for name in ("large", "counts", "matrix.mtx"))
    words, contexts = folder / "words.txt", folder / "contexts.txt"
    dimension, first = 40, 30
    write_corpus(corpus, 3000, 150_000, 2)
    program.json("count", "--input", corpus, "--output", counts, "--min-count", 5)
    for alpha, power in ((1, 0.5), (0.75, 0.5), (0.75, 1), (0.75, 0)):
        association = ("--smoothing", alpha, "--negatives", 1)
        program("export", counts, "--matrix", exported, "--measure", "sppmi", *association)
        report = program.json(
            *("train", "--counts", counts, "--output", words, "--context-output", contexts),
            *("--dim", dimension, "--eig", power, "--tolerance", 1e-5, *association),
        )
        matrix = mmread(exported).tocsr().astype(np.float64)
        left, values, right = svds(matrix, dimension, v0=np.ones(min(matrix.shape)))
        left, values, right = left[:, ::-1], values[::-1], right[::-1].T
        ours = np.array(report["singular_values"])
        error = float((np.abs(ours - values) / values)[:first].max())
        assert error <= 1e-4, (alpha, error)
        # A vector is known as well as its singular value stands apart from the next.
        apart = np.minimum(-np.diff(values, prepend=np.inf), -np.diff(values, append=0))
        compared = np.flatnonzero((apart > 1e-3 * values)[:first])
        assert len(compared) >= first // 2, len(compared)
        for path, expected, part in ((words, left, power), (contexts, right, 1 - power)):
            vectors = read_vectors(path) / values**part
            cosines = np.abs((vectors * expected).sum(axis=0))
            assert cosines[compared].min() >= 1 - 1e-4, (alpha, power, path.name, cosines)
        # No approximation of this rank leaves less than the singular values that are left out.
        left_over = np.linalg.norm(matrix - read_vectors(words) @ read_vectors(contexts).T)
        least = math.sqrt((matrix.data**2).sum() - (values**2).sum())
        assert abs(left_over / least - 1) <= 1e-4, (alpha, power, left_over, least)
    print("factors: singular values and vectors agree")


def objective_of(counts, words, contexts, alpha, k):
    """The SGNS objective over the first words and contexts, and its optimum, by their formulas."""
    noise = counts.sum(axis=0) ** alpha
    expected = k * np.outer(counts.sum(axis=1), noise / noise.sum())
    rows, columns = len(words), len(contexts)
    n, e, x = counts[:rows, :columns], expected[:rows, :columns], words @ contexts.T
    value = -(n * np.logaddexp(0, -x) + e * np.logaddexp(0, x)).sum()
    n, e = n[n > 0], e[n > 0]
    return value, (n * np.log(n / (n + e)) + e * np.log(e / (n + e))).sum()


def check_objective(program, formats, folder):
    """Weighted factorization, exact and sampled objective against the formulas."""
    corpus, counts = folder / "corpus", folder / "counts"
    words, contexts = folder / "words.txt", folder / "contexts.txt"
    program.json("count", "--input", corpus, "--output", counts, "--min-count", 2)
    dense = read_counts(formats, counts)[2].toarray()
    for alpha, k, power in ((1, 5, 0.5), (0.75, 2.5, 0)):
        objective = ("--counts", counts, "--smoothing", alpha, "--negatives", k)
        report = program.json(
            *("train", "--method", "wmf", "--l2", "0", "--output", words, "--context-output", contexts),
            *("--dim", 20, "--eig", power) + objective,
        )
        w, c = read_vectors(words), read_vectors(contexts)
        value, optimum = objective_of(dense, w, c, alpha, k)
        assert report["symmetric"] == (alpha == 1)
        assert math.isclose(report["optimum"], optimum, rel_tol=1e-12)
        assert math.isclose(report["passes"][-1]["objective"], value, rel_tol=1e-5)
        values = np.array(report["singular_values"])
        assert np.abs(w.T @ w / np.outer(values**power, values**power) - np.eye(20)).max() < 1e-4
        files = ("--words", words, "--contexts", contexts)
        found = program.json("objective", *files, *objective)
        assert math.isclose(found["objective"], value, rel_tol=1e-6), (found, value)
        assert math.isclose(found["deviation"], (value - optimum) / optimum, rel_tol=1e-5)
        sampled = program.json("objective", *files, *objective, "--sampled", 100_000)
        assert abs(sampled["objective"] - value) < 5 * sampled["standard_error"]
        # A file of the most frequent words alone is measured on their block.
        for path, vectors in ((words, w[:50]), (contexts, c[:60])):
            lines = path.read_text(encoding="utf-8").splitlines()[1 : len(vectors) + 1]
            path.write_text(f"{len(vectors)} 20\n" + "\n".join(lines) + "\n", encoding="utf-8")
        value, optimum = objective_of(dense, w[:50], c[:60], alpha, k)
        found = program.json("objective", *files, *objective)
        assert math.isclose(found["objective"], value, rel_tol=1e-6), (found, value)
        assert math.isclose(found["optimum"], optimum, rel_tol=1e-12)
    print("objective: exact, sampled and of a block agree")


def main():
    program, formats = Program(sys.argv[1]), Path(sys.argv[2])
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        check_counts(program, formats, folder)
        check_association(program, formats, folder)
        check_factors(program, folder)
        check_objective(program, formats, folder)


main()
