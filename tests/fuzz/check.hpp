// SPDX-License-Identifier: MIT
/// \file
/// What the fuzz targets share: a folder for their files, and a check that ends the program.
#pragma once

#include <cstdio>
#include <cstdlib>

#include "support/temporary_directory.hpp"

namespace fuzz {

/// One for each process, in TMPDIR.
[[nodiscard]] inline const support::TemporaryDirectory& directory() {
  static const support::TemporaryDirectory folder;
  return folder;
}

/// Ends the program where a promise is broken, so that the fuzzer keeps the input.
inline void check(bool holds, const char* promise) {
  if (holds) return;
  std::fprintf(stderr, "broken promise: %s\n", promise);
  std::abort();
}

}  // namespace fuzz
