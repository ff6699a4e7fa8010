#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# tests/fuzz.sh [SECONDS] [READER...]
#
# Builds the fuzz targets (clang, libFuzzer, address and undefined behaviour sanitizers) and runs
# each for SECONDS (60), from the seeds in tests/fuzz/seeds and from what earlier runs have found.
# An input that breaks a reader stays in build/fuzz/findings: mend the reader and add it as a seed.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source cmake/setup-packages.sh

seconds="${1:-60}"
shift $(($# > 0 ? 1 : 0))
if [[ ! "$seconds" =~ ^[1-9][0-9]*$ ]]; then
  echo "usage: tests/fuzz.sh [SECONDS] [READER...]" >&2
  exit 2
fi

implicitmf_install_packages "${implicitmf_packages_test[@]}" "${implicitmf_packages_clang[@]}"
cmake --preset fuzz
cmake --build --preset fuzz --parallel "$(nproc)"

readers=("$@")
if [[ ${#readers[@]} == 0 ]]; then
  for program in build/fuzz/tests/fuzz/fuzz_*; do
    [[ -x "$program" ]] && readers+=("${program##*/fuzz_}")
  done
fi
if [[ ${#readers[@]} == 0 ]]; then
  echo "No fuzz target in tests/fuzz/CMakeLists.txt"
  exit 0
fi

failed=()
for reader in "${readers[@]}"; do
  corpus="build/fuzz/corpus/$reader"
  findings="build/fuzz/findings/$reader"
  mkdir -p "$corpus" "$findings"
  options=(-max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 -print_final_stats=1)
  options+=(-artifact_prefix="$findings/")
  [[ -f "tests/fuzz/$reader.dict" ]] && options+=(-dict="tests/fuzz/$reader.dict")
  echo "== fuzz $reader: $seconds s"
  if ! "build/fuzz/tests/fuzz/fuzz_$reader" "${options[@]}" "$corpus" "tests/fuzz/seeds/$reader"; then
    failed+=("$reader")
  fi
done

if [[ ${#failed[@]} -gt 0 ]]; then
  echo "FAILED: ${failed[*]} (inputs under build/fuzz/findings)"
  exit 1
fi
echo "All ${#readers[@]} targets held for $seconds s each."
