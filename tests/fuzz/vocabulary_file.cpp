// SPDX-License-Identifier: MIT
// Any bytes as a vocabulary file: an error of ours, or a vocabulary that survives writing.
#include <implicitmf/io/vocabulary_file.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "fuzz/check.hpp"

namespace imf = implicitmf;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  std::optional<imf::Vocabulary> vocabulary;
  try {
    vocabulary = imf::load_vocabulary(fuzz::directory().write("words", bytes));
  } catch (const imf::Error&) {
    return 0;
  }
  fuzz::check(!vocabulary->empty(), "there are words");
  for (imf::WordId id = 0; id < vocabulary->size(); ++id)
    fuzz::check(vocabulary->find(vocabulary->word(id)) == id, "words are found");
  const auto path = fuzz::directory() / "again";
  imf::save_vocabulary(path, *vocabulary);
  fuzz::check(imf::load_vocabulary(path) == *vocabulary, "words and counts survive writing");
  return 0;
}
