// SPDX-License-Identifier: MIT
// Any bytes as word vectors, in either form: an error of ours, or vectors that survive writing.
#include <implicitmf/io/word2vec_format.hpp>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "fuzz/check.hpp"

namespace imf = implicitmf;
using imf::VectorFormat;

namespace {

void check_vectors(const imf::Embeddings& vectors) {
  fuzz::check(vectors.size() > 0 && vectors.dimension() > 0, "there are words and values");
  fuzz::check(vectors.vocabulary().size() == vectors.size(), "every word has a vector");
  for (imf::WordId id = 0; id < vectors.size(); ++id) {
    fuzz::check(!vectors.vocabulary().word(id).empty(), "no word is empty");
    for (const float x : vectors.vector(id)) fuzz::check(std::isfinite(x), "values are finite");
  }
}

void check_round_trip(const imf::Embeddings& vectors, VectorFormat format) {
  const auto path = fuzz::directory() / "again";
  try {
    imf::save_word2vec(path, vectors.vectors(), vectors.vocabulary(), format);
  } catch (const imf::InputError&) {
    return;  // a word with white space
  }
  const auto again = imf::load_word2vec(path, {.format = format});
  fuzz::check(again.vocabulary() == vectors.vocabulary(), "words survive writing");
  fuzz::check(again.vectors() == vectors.vectors(), "values survive writing");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const auto path = fuzz::directory().write("vectors", bytes);
  for (const auto format : {VectorFormat::automatic, VectorFormat::text, VectorFormat::binary})
    try {
      const auto vectors = imf::load_word2vec(path, {.format = format});
      check_vectors(vectors);
      if (format == VectorFormat::automatic) {
        check_round_trip(vectors, VectorFormat::text);
        check_round_trip(vectors, VectorFormat::binary);
        const auto first = imf::load_word2vec(path, {.limit = 1});
        fuzz::check(first.vocabulary().word(0) == vectors.vocabulary().word(0), "a limit cuts");
      }
    } catch (const imf::Error&) {
    }
  return 0;
}
