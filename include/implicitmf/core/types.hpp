// SPDX-License-Identifier: MIT
/// \file
/// The few number types that every layer shares.
#pragma once

#include <cstddef>
#include <cstdint>

#if defined(__FAST_MATH__)
#error \
    "implicitmf: -ffast-math breaks its NaN checks and its fixed orders of summation; leave it out"
#endif

namespace implicitmf {

/// Index of a word (item, node) in its vocabulary: 0 is the most frequent one.
using WordId = std::uint32_t;

/// A count in integer steps; see CooccurrenceCounts::unit for how many steps one count is.
using Count = std::uint64_t;

/// Largest number of words a vocabulary holds; the ids above it are marks in an id stream.
inline constexpr WordId max_vocabulary = 0xFFFF'FFFDU;

/// Mark in an id stream: a token that is no word of the vocabulary but keeps its place in windows.
inline constexpr WordId removed_token = 0xFFFF'FFFEU;

/// Mark in an id stream: a border between sentences, which no window crosses.
inline constexpr WordId sentence_break = 0xFFFF'FFFFU;

/// Half-open range of rows, tokens or bytes.
struct IndexRange {
  std::size_t begin = 0;
  std::size_t end = 0;
  [[nodiscard]] constexpr std::size_t size() const noexcept { return end - begin; }
  friend constexpr bool operator==(const IndexRange&, const IndexRange&) = default;
};

}  // namespace implicitmf
