// SPDX-License-Identifier: MIT
// Any bytes as GloVe's text: an error of ours, or vectors that survive writing; on one thread as on
// several.
#include <implicitmf/io/glove_format.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "fuzz/check.hpp"
#include "fuzz/vectors.hpp"

namespace imf = implicitmf;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const auto path = fuzz::directory().write("vectors", bytes);
  std::optional<imf::Embeddings> vectors;
  std::string fault;
  try {
    vectors = imf::load_glove(path, {.threads = 1});
  } catch (const imf::Error& error) {
    fault = error.what();
  }
  try {
    const auto by_two = imf::load_glove(path, {.threads = 2});
    fuzz::check(vectors.has_value(), "one thread reads what two read");
    fuzz::check_same(by_two, *vectors, "threads don't matter");
  } catch (const imf::Error& error) {
    fuzz::check(error.what() == fault, "threads find the same fault");
  }
  if (!vectors) return 0;
  fuzz::check_vectors(*vectors);
  const auto first = imf::load_glove(path, {.limit = 1, .threads = 1});
  fuzz::check(first.vocabulary().word(0) == vectors->vocabulary().word(0), "a limit cuts");
  const auto again = fuzz::directory() / "again";
  try {
    imf::save_glove(again, vectors->vectors(), vectors->vocabulary());
  } catch (const imf::InputError&) {
    return 0;  // a word with white space
  }
  fuzz::check_same(imf::load_glove(again, {.threads = 1}), *vectors, "vectors survive writing");
  return 0;
}
