// SPDX-License-Identifier: MIT
/// \file
/// estimate_cells: how many cells counting will find, before it counts.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>

#include <implicitmf/core/types.hpp>
#include <implicitmf/corpus/vocabulary.hpp>

namespace implicitmf {

/// Expected number of distinct word-context pairs if contexts were drawn independently: a word of
/// n tokens draws n · reach of them. Real text repeats itself, so it has fewer cells; the estimate
/// is an upper one that is of use for planning memory.
///
/// \param reach  contexts of one token: 2 · radius for a symmetric window
/// \par Complexity  O(V · log of the largest count): contexts of like frequency are taken together.
[[nodiscard]] inline std::uint64_t estimate_cells(const Vocabulary& vocabulary, std::size_t reach) {
  struct Group {
    double contexts = 0.0;
    double tokens = 0.0;
  };
  std::array<Group, 65> groups{};
  for (WordId c = 0; c < vocabulary.size(); ++c) {
    Group& group = groups[static_cast<std::size_t>(std::bit_width(vocabulary.count(c)))];
    group.contexts += 1.0;
    group.tokens += static_cast<double>(vocabulary.count(c));
  }
  const auto tokens = std::max(1.0, static_cast<double>(vocabulary.tokens()));
  double cells = 0.0;
  for (WordId w = 0; w < vocabulary.size(); ++w) {
    const double draws = static_cast<double>(vocabulary.count(w)) * static_cast<double>(reach);
    for (const Group& group : groups)
      if (group.contexts > 0.0)
        cells -= group.contexts * std::expm1(-draws * group.tokens / (group.contexts * tokens));
  }
  return static_cast<std::uint64_t>(cells);
}

}  // namespace implicitmf
