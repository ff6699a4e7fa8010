// SPDX-License-Identifier: MIT
// Any bytes as word vectors, in either form: an error of ours, or vectors that survive writing.
#include <implicitmf/io/word2vec_format.hpp>

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "fuzz/check.hpp"
#include "fuzz/vectors.hpp"

namespace imf = implicitmf;
using imf::VectorFormat;

namespace {

void check_round_trip(const imf::Embeddings& vectors, VectorFormat format) {
  const auto path = fuzz::directory() / "again";
  try {
    imf::save_word2vec(path, vectors.vectors(), vectors.vocabulary(), format);
  } catch (const imf::InputError&) {
    return;  // a word with white space
  }
  const auto again = imf::load_word2vec(path, {.format = format, .threads = 1});
  fuzz::check_same(again, vectors, "words and values survive writing");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const auto path = fuzz::directory().write("vectors", bytes);
  for (const auto format : {VectorFormat::automatic, VectorFormat::text, VectorFormat::binary})
    try {
      const auto vectors = imf::load_word2vec(path, {.format = format, .threads = 1});
      fuzz::check_vectors(vectors);
      if (format == VectorFormat::automatic) {
        check_round_trip(vectors, VectorFormat::text);
        check_round_trip(vectors, VectorFormat::binary);
        const auto first = imf::load_word2vec(path, {.limit = 1, .threads = 1});
        fuzz::check(first.vocabulary().word(0) == vectors.vocabulary().word(0), "a limit cuts");
      }
    } catch (const imf::Error&) {
    }
  return 0;
}
