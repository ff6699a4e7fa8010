// SPDX-License-Identifier: MIT
// Any bytes as an array of NumPy, with as many words as it takes: an error of ours, or vectors that
// survive writing.
#include <implicitmf/io/npy_format.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "fuzz/check.hpp"
#include "fuzz/vectors.hpp"

namespace imf = implicitmf;

namespace {

/// Words for the rows that the header claims, if it claims few.
std::string words_for(std::string_view bytes) {
  std::size_t rows = 2;
  try {
    rows = imf::detail::npy::read_header("", bytes).rows;
  } catch (const imf::Error&) {
  }
  std::string words;
  for (std::size_t r = 0; r < rows && r < 1000; ++r) words += 'w' + std::to_string(r) + '\n';
  return words;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const auto path = fuzz::directory().write("v.npy", bytes);
  fuzz::directory().write("v.vocab", words_for(bytes));
  try {
    const auto vectors = imf::load_npy(path, {.threads = 1});
    fuzz::check_vectors(vectors);
    const auto first = imf::load_npy(path, {.limit = 1, .threads = 1});
    fuzz::check(first.vocabulary().word(0) == "w0", "a limit cuts");
    const auto again = fuzz::directory() / "again.npy";
    imf::save_npy(again, vectors.vectors(), vectors.vocabulary());
    fuzz::check_same(imf::load_npy(again, {.threads = 1}), vectors, "vectors survive writing");
  } catch (const imf::Error&) {
  }
  return 0;
}
