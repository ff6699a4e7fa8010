# SPDX-License-Identifier: MIT
# Sourced by tests/run.sh, tests/fuzz.sh and examples/demo.sh: the packages that a fresh Debian or
# Ubuntu machine lacks, installed with its own package manager after saying which.
# shellcheck shell=bash disable=SC2034

# What the library and the example program need to build.
implicitmf_packages_build=(
  cmake ninja-build g++ libeigen3-dev libxsimd-dev libcli11-dev nlohmann-json3-dev
)
# What the tests and the micro benchmarks need besides.
implicitmf_packages_test=(
  "${implicitmf_packages_build[@]}" doctest-dev libbenchmark-dev pkg-config
)
# Programs of others that the tests compare with or make the documentation with; tests that miss one
# are skipped, and say so.
implicitmf_packages_peers=(chromium doxygen python3-numpy python3-scipy python3-gensim)
# The second compiler with its sanitizers and libFuzzer.
implicitmf_packages_clang=(clang libclang-rt-dev)

# implicitmf_install_packages PACKAGE...
#
# Installs those packages that are missing. Where it can't (no apt-get, neither root nor sudo) it
# says what is needed and goes on: the things may be there without being packages.
implicitmf_install_packages() {
  if ! command -v apt-get >/dev/null || ! command -v dpkg-query >/dev/null; then
    echo "No apt-get here. Needed, by their Debian names: $*"
    echo "(cmake 3.25, g++ 12 or clang 14, Eigen 3.4, xsimd 8.1, or newer ones.)"
    return 0
  fi

  local package missing=()
  for package in "$@"; do
    if ! dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'ok installed'; then
      missing+=("$package")
    fi
  done
  [[ ${#missing[@]} == 0 ]] && return 0

  local as_root=()
  if [[ "$(id -u)" != 0 ]]; then
    if ! command -v sudo >/dev/null; then
      echo "Missing packages, and neither root nor sudo to install them. Ask for:"
      echo "  apt-get install ${missing[*]}"
      return 0
    fi
    as_root=(sudo)
  fi
  echo "Installing missing packages: ${missing[*]}"
  "${as_root[@]}" apt-get update -qq || echo "apt-get update failed; going on." >&2
  local known=()
  for package in "${missing[@]}"; do
    if apt-cache show "$package" >/dev/null 2>&1; then
      known+=("$package")
    else
      echo "No package $package in this release; going on without it." >&2
    fi
  done
  [[ ${#known[@]} == 0 ]] && return 0
  if ! "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
    apt-get install -y -qq --no-install-recommends "${known[@]}"; then
    echo "apt-get install failed; going on with what is there." >&2
  fi
}

# implicitmf_require_tools TOOL...: stops where a program is missing.
implicitmf_require_tools() {
  local tool missing=()
  for tool in "$@"; do
    command -v "$tool" >/dev/null || missing+=("$tool")
  done
  if [[ ${#missing[@]} -gt 0 ]]; then
    echo "Not found: ${missing[*]}" >&2
    exit 1
  fi
}
