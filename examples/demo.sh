#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# examples/demo.sh [FILE]
#
# Sets up a fresh Debian or Ubuntu machine, builds the program, and shows it at work: it makes word
# vectors from a generated small language and scores what they know of it, or makes them from the
# text FILE. What it writes lies in build/demo.
set -euo pipefail
if [[ $# -gt 1 || "${1:-}" == -* ]]; then
  echo "usage: examples/demo.sh [FILE]" >&2
  exit 2
fi
if [[ $# == 1 && ! -r "$1" ]]; then
  echo "demo.sh: can't read $1" >&2
  exit 1
fi
text="${1:+$(realpath -- "$1")}"
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source cmake/setup-packages.sh

programs=build/release/examples
implicitmf="$programs/implicitmf"
output=build/demo

# say TEXT: a heading.  show COMMAND...: a command as people would type it, and what it says.
say() { printf '\n==== %s\n' "$*"; }
show() {
  printf '$ %s\n' "$*"
  "$@"
}

# ---- set-up --------------------------------------------------------------------------------------

build() {
  implicitmf_install_packages "${implicitmf_packages_build[@]}"
  implicitmf_require_tools cmake ninja g++
  say "Building, which takes some minutes (log: $output/build.log)"
  mkdir -p "$output"
  if ! {
    cmake --preset release -DIMPLICITMF_BUILD_TESTS=OFF -DIMPLICITMF_BUILD_BENCHMARKS=OFF &&
      cmake --build --preset release --target implicitmf_app make_small_language score_small_language
  } >"$output/build.log" 2>&1; then
    tail -n 40 "$output/build.log" >&2
    exit 1
  fi
  echo "Built in $SECONDS s."
}

# ---- the generated small language ----------------------------------------------------------------

small_language() {
  text="$output/small_language.txt"
  vectors="$output/small_language.bin"
  say "A small language, whose word classes and analogies are known"
  show "$programs/make_small_language" --corpus "$text" --questions "$output/questions.txt" \
    --classes "$output/classes.txt"
  head -n 4 "$text"

  say "Word vectors by SVD of the shifted PMI matrix"
  show "$implicitmf" train --method svd --input "$text" --output "$vectors" --dim 100

  say "Neighbours: each word's five nearest"
  show "$implicitmf" neighbors "$vectors" france swimming mice colder seven --top 5
  say "Analogies: france is to paris as italy is to ...?"
  show "$implicitmf" analogy "$vectors" france paris italy --top 3
  show "$implicitmf" analogy "$vectors" walk walked sing --top 3
  show "$implicitmf" analogy "$vectors" man woman king --top 3
  say "Scores, against what is known of the language"
  show "$programs/score_small_language" "$vectors"

  sgns_vectors="$output/small_language_sgns.bin"
  say "The same by skip-gram with negative sampling; here no word is too frequent"
  show "$implicitmf" train --method sgns --input "$text" --output "$sgns_vectors" --dim 100 \
    --subsample 0
  show "$implicitmf" neighbors "$sgns_vectors" france swimming mice colder seven --top 5
}

# ---- a text of one's own -------------------------------------------------------------------------

own_text() {
  vectors="$output/vectors.bin"
  say "Word vectors of $text by SVD of the shifted PMI matrix"
  show "$implicitmf" train --method svd --input "$text" --output "$vectors" --dim 300 \
    --min-count 5 --lowercase --save-vocab "$output/vocabulary.txt"
  say "Neighbours of words that are frequent, but not the most frequent"
  awk 'NR == 200 || NR == 400 || NR == 800 || NR == 1600 || NR == 3200 { print $1 }' \
    "$output/vocabulary.txt" | show "$implicitmf" neighbors "$vectors" --top 8
}

build
started="$SECONDS"
if [[ -n "$text" ]]; then
  own_text
else
  small_language
fi

say "Done, $((SECONDS - started)) s after the build"
cat <<END
The vectors lie in $vectors, in word2vec's binary format. Next, try

  $implicitmf neighbors $vectors WORD...
  $implicitmf train --help         options of both methods
  examples/demo.sh FILE          the same on a text of your own
END
