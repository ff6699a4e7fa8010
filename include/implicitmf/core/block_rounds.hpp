// SPDX-License-Identifier: MIT
/// \file
/// Blocks of a matrix in rounds: those of one round share no rows and no columns, so that threads
/// may write to both without locks, in an order that does not depend on them.
#pragma once

#include <cstddef>
#include <vector>

namespace implicitmf {

/// A block, by the numbers of its stripe of rows and its stripe of columns.
struct BlockPlace {
  std::size_t rows = 0;
  std::size_t columns = 0;
  friend bool operator==(const BlockPlace&, const BlockPlace&) = default;
};

/// Rounds of blocks.
using BlockRounds = std::vector<std::vector<BlockPlace>>;

/// All stripes × stripes blocks, each once: round r has the blocks (i, i + r), modulo `stripes`.
[[nodiscard]] inline BlockRounds square_rounds(std::size_t stripes) {
  BlockRounds rounds(stripes);
  for (std::size_t r = 0; r < stripes; ++r)
    for (std::size_t i = 0; i < stripes; ++i) rounds[r].push_back({i, (i + r) % stripes});
  return rounds;
}

/// The blocks on and above the diagonal, each once; no stripe is in two blocks of a round, be it as
/// rows or as columns. The diagonal comes first, then everyone meets everyone as in a round robin
/// (the circle method).
[[nodiscard]] inline BlockRounds triangle_rounds(std::size_t stripes) {
  BlockRounds rounds(1);
  for (std::size_t i = 0; i < stripes; ++i) rounds[0].push_back({i, i});
  if (stripes < 2) return rounds;
  const std::size_t seats = stripes + stripes % 2;  // with one that is free
  const std::size_t moving = seats - 1;
  for (std::size_t r = 0; r < moving; ++r) {
    std::vector<BlockPlace>& round = rounds.emplace_back();
    for (std::size_t i = 0; i < seats / 2; ++i) {
      const std::size_t a = i == 0 ? moving : (r + i) % moving;
      const std::size_t b = (r + moving - i) % moving;
      if (a < stripes && b < stripes) round.push_back(a < b ? BlockPlace{a, b} : BlockPlace{b, a});
    }
  }
  return rounds;
}

}  // namespace implicitmf
