// SPDX-License-Identifier: MIT
// Any bytes as a vocabulary file, with counts or without: an error of ours, or a vocabulary that
// survives writing.
#include <implicitmf/io/vocabulary_file.hpp>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string_view>

#include "fuzz/check.hpp"

namespace imf = implicitmf;

namespace {

/// What is read with counts is read by load_words() too, and words alone as often as they are some.
void check_words(const std::filesystem::path& path, const std::optional<imf::Vocabulary>& counted) {
  std::optional<imf::Vocabulary> words;
  try {
    words = imf::load_words(path);
  } catch (const imf::Error&) {
    fuzz::check(!counted, "counts may stand behind words");
    return;
  }
  fuzz::check(!counted || *words == *counted, "words are those that have counts");
  for (imf::WordId id = 0; id < words->size(); ++id)
    fuzz::check(words->find(words->word(id)) == id, "words are found");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const auto words = fuzz::directory().write("words", bytes);
  std::optional<imf::Vocabulary> vocabulary;
  try {
    vocabulary = imf::load_vocabulary(words);
  } catch (const imf::Error&) {
  }
  check_words(words, vocabulary);
  if (!vocabulary) return 0;
  fuzz::check(!vocabulary->empty(), "there are words");
  for (imf::WordId id = 0; id < vocabulary->size(); ++id)
    fuzz::check(vocabulary->find(vocabulary->word(id)) == id, "words are found");
  const auto path = fuzz::directory() / "again";
  imf::save_vocabulary(path, *vocabulary);
  fuzz::check(imf::load_vocabulary(path) == *vocabulary, "words and counts survive writing");
  return 0;
}
