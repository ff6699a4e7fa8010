# SPDX-License-Identifier: MIT
"""gensim and numpy load every format that `convert` writes, and it loads what they write.

Usage: vector_formats.py PROGRAM
"""
import io
import sys
import tempfile
from pathlib import Path

from program import Program, skip

try:
    import numpy as np
    from gensim.models import KeyedVectors
except ImportError as error:
    skip(error, "python3-numpy python3-gensim")

WORDS = ["the", "café", "日本", "-1.5", "7", "x" * 300] + [f"word{i}" for i in range(500)]


def random_vectors(dimension):
    """Values of all magnitudes, among them the extreme floats."""
    draw = np.random.default_rng(dimension)
    bits = draw.integers(0, 2**32, (len(WORDS), dimension), np.uint32)
    vectors = bits.view(np.float32).copy()
    vectors[~np.isfinite(vectors)] = np.finfo(np.float32).max
    vectors[0, 0] = np.float32(1e-45)
    return vectors


def check_same(words, found, vectors, what):
    """The same words and the same bits."""
    assert list(words) == WORDS, (what, list(words)[:10])
    assert found.dtype == np.float32 and found.shape == vectors.shape, (what, found.shape)
    assert np.array_equal(found.view(np.uint32), vectors.view(np.uint32)), what


def read_lines(path):
    """The lines of a file of words."""
    return path.read_text(encoding="utf-8").split("\n")[:-1]


def check_written(source, vectors, convert):
    """Each format that is written from a file, as its readers see it."""
    folder = source.parent / f"of_{source.name}"
    folder.mkdir()
    for name, options, arguments in (
        ("v.txt", (), {"binary": False}),
        ("v.vec", (), {"binary": False}),
        ("v.bin", (), {"binary": True}),
        ("glove.txt", ("--format", "glove"), {"binary": False, "no_header": True}),
    ):
        path = convert(source, folder / name, *options)
        found = KeyedVectors.load_word2vec_format(str(path), **arguments)
        check_same(found.index_to_key, found.vectors, vectors, path)
    path = convert(source, folder / "v.npy")
    check_same(read_lines(folder / "v.vocab"), np.load(path), vectors, path)
    theirs = io.BytesIO()
    np.save(theirs, vectors)
    assert path.read_bytes() == theirs.getvalue(), "numpy writes other bytes"
    path = convert(source, folder / "v.tsv")
    found = np.loadtxt(path, delimiter="\t", dtype=np.float32, ndmin=2)
    check_same(read_lines(folder / "v.metadata.tsv"), found, vectors, path)


def write_others(folder, vectors):
    """Files as others write them."""
    keyed = KeyedVectors(vectors.shape[1])
    keyed.add_vectors(WORDS, vectors)
    for name, binary in (("gensim.txt", False), ("gensim.bin", True)):
        keyed.save_word2vec_format(str(folder / name), binary=binary)
        yield folder / name
    lines = [f"{word} {' '.join(map(str, row))}" for word, row in zip(WORDS, vectors)]
    (folder / "glove.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
    yield folder / "glove.txt"
    head = f"{len(WORDS)} {vectors.shape[1]}"  # fastText ends each vector with a space
    (folder / "fasttext.vec").write_text(" \n".join([head] + lines) + " \n", encoding="utf-8")
    yield folder / "fasttext.vec"
    (folder / "windows.txt").write_text(
        "\r\n".join([head] + lines) + "\r\n\r\n", encoding="utf-8", newline=""
    )
    yield folder / "windows.txt"
    for name, array in (
        ("floats.npy", vectors),
        ("floats_by_columns.npy", np.asfortranarray(vectors)),
        ("doubles.npy", vectors.astype(np.float64)),
        ("doubles_by_columns.npy", np.asfortranarray(vectors.astype(np.float64))),
    ):
        np.save(folder / name, array)
        (folder / name).with_suffix(".vocab").write_text("\n".join(WORDS), encoding="utf-8")
        yield folder / name
    with open(folder / "version_2.npy", "wb") as file:
        np.lib.format.write_array(file, vectors, version=(2, 0))
    (folder / "version_2.vocab").write_text("\n".join(WORDS) + "\n", encoding="utf-8")
    yield folder / "version_2.npy"


def main():
    program = Program(sys.argv[1])

    def convert(source, target, *options):
        program("convert", source, target, *options)
        return target

    with tempfile.TemporaryDirectory() as name:
        for dimension in (1, 50):
            folder = Path(name) / str(dimension)
            folder.mkdir()
            vectors = random_vectors(dimension)
            for source in write_others(folder, vectors):
                path = convert(source, folder / "read.npy")
                check_same(read_lines(folder / "read.vocab"), np.load(path), vectors, source)
                print(f"d = {dimension}: we read {source.name}")
            for source in (folder / "gensim.bin", folder / "read.npy", folder / "glove.txt"):
                check_written(source, vectors, convert)
            print(f"d = {dimension}: gensim and numpy read all that we write")
        first = convert(folder / "gensim.bin", folder / "first.npy", "--top", 3)
        assert np.array_equal(np.load(first), vectors[:3])
        assert read_lines(folder / "first.vocab") == WORDS[:3]


main()
