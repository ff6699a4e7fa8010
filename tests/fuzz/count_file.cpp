// SPDX-License-Identifier: MIT
// Any bytes as a count file, once as they are and once with a right checksum, so that what lies
// behind it is tried too: an error of ours, or counts that are written as the same bytes.
#include <implicitmf/io/count_file.hpp>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>

#include <implicitmf/core/checksum.hpp>

#include "fuzz/check.hpp"

namespace imf = implicitmf;

namespace {

void check_cells(const imf::CooccurrenceCounts& counts) {
  imf::Count total = 0;
  for (std::size_t w = 0; w < counts.words().size(); ++w) {
    imf::Count sum = 0;
    for (const imf::WordId c : counts.cells().row_columns(w)) {
      fuzz::check(c < counts.contexts().size(), "columns are contexts");
      fuzz::check(counts.cells().at(w, c) > 0, "cells are found and above 0");
    }
    for (const imf::Count value : counts.cells().row_values(w)) sum += value;
    fuzz::check(sum == counts.word_sums()[w], "marginals are sums");
    total += sum;
  }
  fuzz::check(total == counts.total(), "the total is the sum");
}

void check(const std::string& bytes) {
  try {
    const auto counts = imf::load_counts(fuzz::directory().write("counts", bytes));
    check_cells(counts);
    imf::save_counts(fuzz::directory() / "again", counts);
    fuzz::check(support::read_bytes(fuzz::directory() / "again") == bytes, "bytes survive");
  } catch (const imf::Error&) {
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string bytes(reinterpret_cast<const char*>(data), size);
  check(bytes);
  if (size < 4) return 0;
  imf::Crc32 crc;
  crc.update(bytes.data(), size - 4);
  const std::uint32_t sum = crc.value();
  std::memcpy(bytes.data() + size - 4, &sum, sizeof sum);
  check(bytes);
  return 0;
}
