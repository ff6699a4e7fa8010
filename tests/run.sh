#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# tests/run.sh [--full]
#
# Sets up a fresh Debian or Ubuntu machine, builds everything and runs all tests: with g++ as people
# run it, and with --full also under the sanitizers, with clang and without SIMD. Under CI=true a
# warning is an error, and so is a test that was skipped because a peer program is missing.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source cmake/setup-packages.sh

full=no
case "$*" in
  "") ;;
  --full) full=yes ;;
  *)
    echo "usage: tests/run.sh [--full]" >&2
    exit 2
    ;;
esac

release_options=()
if [[ "${CI:-}" == true ]]; then
  export IMPLICITMF_REQUIRE_PEERS=1
  release_options+=(-DIMPLICITMF_WERROR=ON)
fi
export CTEST_OUTPUT_ON_FAILURE=1
jobs="$(nproc 2>/dev/null || echo 2)"
logs=build/logs
mkdir -p "$logs"

# ---- legs ----------------------------------------------------------------------------------------

summary=()
skipped=()
tests_run=0
tests_failed=0

# preset NAME [CONFIGURE_OPTION...]: configure, build and test one preset of CMakePresets.json.
preset() {
  local name="$1"
  shift
  cmake --preset "$name" "$@" &&
    cmake --build --preset "$name" --parallel "$jobs" &&
    "${ctest_launcher[@]}" ctest --preset "$name" --parallel "$jobs"
}
ctest_launcher=()

# leg NAME REASON COMMAND...: runs COMMAND, keeps what it says, and counts its tests. A leg that does
# not come to its tests counts as one failed test.
leg() {
  local name="$1" reason="$2" log="$logs/$1.log" result=passed start="$SECONDS" counted=no line
  shift 2
  echo
  echo "==== $name: $reason"
  if ! "$@" 2>&1 | tee "$log"; then
    result=FAILED
  fi
  if line="$(grep -E 'tests passed, [0-9]+ tests failed out of [0-9]+' "$log" | tail -n 1)" &&
    [[ "$line" =~ ([0-9]+)\ tests\ failed\ out\ of\ ([0-9]+) ]]; then
    counted="${BASH_REMATCH[2]}"
    tests_failed=$((tests_failed + BASH_REMATCH[1]))
    tests_run=$((tests_run + BASH_REMATCH[2]))
  fi
  if [[ "$counted" == no ]]; then
    result=FAILED
    tests_failed=$((tests_failed + 1))
    tests_run=$((tests_run + 1))
  fi
  while read -r line; do
    skipped+=("$name: $line")
  done < <(sed -nE 's/.*Test +#[0-9]+: ([^ ]+) .*\*\*\*Skipped.*/\1/p' "$log")
  line="$(printf '%-14s %-7s %5s tests %5d s   %s' \
    "$name" "$result" "$counted" "$((SECONDS - start))" "$reason")"
  summary+=("$line")
  echo "==== $name: $result, $((SECONDS - start)) s"
}

packages=("${implicitmf_packages_test[@]}" "${implicitmf_packages_peers[@]}")
if [[ "$full" == yes ]]; then
  packages+=("${implicitmf_packages_clang[@]}")
fi
implicitmf_install_packages "${packages[@]}"
implicitmf_require_tools cmake ctest ninja g++

leg release "what people run: g++, -O3, this machine's instruction set; kernels at each one" \
  preset release "${release_options[@]}"

if [[ "$full" == yes ]]; then
  leg asan-ubsan "clang++ finds wrong accesses and undefined behaviour in everything" \
    preset asan-ubsan
  # The thread sanitizer wants its own layout of memory, which much address randomization spoils.
  if setarch "$(uname -m)" -R true 2>/dev/null; then
    ctest_launcher=(setarch "$(uname -m)" -R)
  fi
  leg tsan "g++ finds data races in the tests that use threads" preset tsan
  ctest_launcher=()
  leg no-simd "clang++ with the plain kernels: another compiler, other rounding" preset no-simd
  leg kernels-clang "clang++ compiles the kernels for each instruction set" preset kernels-clang
fi

# ---- summary -------------------------------------------------------------------------------------

echo
echo "==== Summary"
printf '%s\n' "${summary[@]}"
if [[ ${#skipped[@]} -gt 0 ]]; then
  printf 'SKIPPED %s\n' "${skipped[@]}"
fi
# The sum over the legs, in the words of ctest.
percent=$((100 * (tests_run - tests_failed) / tests_run))
printf '\n%d%% tests passed, %d tests failed out of %d\n\nTotal Test time (real) = %d sec\n' \
  "$percent" "$tests_failed" "$tests_run" "$SECONDS"

if [[ "$tests_failed" != 0 ]] || printf '%s\n' "${summary[@]}" | grep -q ' FAILED '; then
  exit 1
fi
