// SPDX-License-Identifier: MIT
/// \file
/// Windows of training, and a corpus to have them of.
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include <implicitmf/core/random.hpp>
#include <implicitmf/core/types.hpp>
#include <implicitmf/corpus/encode_sentences.hpp>
#include <implicitmf/corpus/subsampling.hpp>
#include <implicitmf/solvers/window_list.hpp>

namespace support {

inline constexpr implicitmf::Subsampling keep_all{.threshold = 0.0};

/// A context and its words, in order.
using Window = std::pair<implicitmf::WordId, std::vector<implicitmf::WordId>>;

inline std::vector<Window> windows_of(const implicitmf::WindowList& list) {
  std::vector<Window> windows;
  std::uint64_t pairs = 0;
  for (const implicitmf::TrainingWindow& w : list.windows) {
    Window window{w.context, {}};
    for (std::uint32_t at = w.from; at < w.to; ++at)
      if (at != w.self && list.tokens[at] != implicitmf::removed_token)
        window.second.push_back(list.tokens[at]);
    REQUIRE(!window.second.empty());
    pairs += window.second.size();
    windows.push_back(std::move(window));
  }
  CHECK(pairs == list.pairs);
  return windows;
}

/// A few words are frequent; where there are holes, rare ones leave them.
inline implicitmf::EncodedCorpus random_corpus(std::size_t sentences, std::size_t longest,
                                               int words, bool holes = false) {
  implicitmf::RandomStream random(3, implicitmf::RandomPurpose::test_data);
  std::vector<std::vector<int>> text(sentences);
  for (auto& sentence : text)
    for (std::size_t n = random.below(static_cast<std::uint32_t>(longest) + 1); n > 0; --n)
      sentence.push_back(
          static_cast<int>(random.below(1 + random.below(static_cast<std::uint32_t>(words)))));
  return implicitmf::encode_sentences(text,
                                      {.min_count = holes ? 8U : 1U, .keep_positions = holes});
}

}  // namespace support
