// SPDX-License-Identifier: MIT
// Any bytes as pairs of words with a score: an error of ours, or pairs that survive writing.
#include <implicitmf/evaluation/similarity_set.hpp>

#include <charconv>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "fuzz/check.hpp"

namespace imf = implicitmf;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  std::vector<imf::SimilarityPair> pairs;
  try {
    pairs = imf::load_similarity_set(fuzz::directory().write("pairs", bytes));
  } catch (const imf::Error&) {
    return 0;
  }
  std::string text;
  for (const imf::SimilarityPair& pair : pairs) {
    fuzz::check(!pair.a.empty() && !pair.b.empty(), "there are two words");
    fuzz::check(std::isfinite(pair.score), "scores are finite");
    char score[32];
    const auto end = std::to_chars(score, score + sizeof score, pair.score).ptr;
    text += pair.a + "\t" + pair.b + "\t" + std::string(score, end) + "\n";
  }
  fuzz::check(imf::load_similarity_set(fuzz::directory().write("again", text)) == pairs,
              "words and scores survive writing");
  return 0;
}
