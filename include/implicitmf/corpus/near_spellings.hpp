// SPDX-License-Identifier: MIT
/// \file
/// near_spellings: words of a vocabulary that a misspelt word may have meant.
#pragma once

#include <algorithm>
#include <cstddef>
#include <limits>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <implicitmf/core/types.hpp>
#include <implicitmf/corpus/tokenizer.hpp>
#include <implicitmf/corpus/vocabulary.hpp>

namespace implicitmf {

namespace detail {

/// The first code points of a text, at most `most`, their case folded.
inline void fold_to_code_points(std::string_view text, std::size_t most, std::u32string& to) {
  to.clear();
  while (!text.empty() && to.size() < most) {
    const CodePoint c = decode_utf8(text);
    to.push_back(static_cast<char32_t>(fold_case(c.value)));
    text.remove_prefix(c.length);
  }
}

/// The optimal string alignment distance: insertions, deletions, substitutions and exchanges of
/// neighbours that make one text of another, none edited twice (Damerau, CACM 1964).
class SpellingDistance {
 public:
  /// The distance of a and b, or limit + 1 if it is larger. O(|a| · (limit + 1)) time.
  [[nodiscard]] std::size_t operator()(std::u32string_view a, std::u32string_view b,
                                       std::size_t limit) {
    const std::size_t far = limit + 1;
    if (std::max(a.size(), b.size()) - std::min(a.size(), b.size()) > limit) return far;
    for (std::vector<std::size_t>* row : {&before_, &above_, &row_}) row->assign(b.size() + 2, far);
    for (std::size_t j = 0; j <= std::min(b.size(), limit); ++j) above_[j] = j;
    for (std::size_t i = 1; i <= a.size(); ++i) {
      // Beyond this band every distance is above the limit; a cell on each side says so.
      const std::size_t first = i > limit ? i - limit : 0;
      const std::size_t last = std::min(b.size(), i + limit);
      if (first > 0) row_[first - 1] = far;
      row_[last + 1] = far;
      std::size_t least = far;
      for (std::size_t j = first; j <= last; ++j) {
        row_[j] = std::min(far, j == 0 ? i : cell(a, b, i, j));
        least = std::min(least, row_[j]);
      }
      if (least == far) return far;
      std::swap(before_, above_);
      std::swap(above_, row_);
    }
    return above_[b.size()];
  }

 private:
  [[nodiscard]] std::size_t cell(std::u32string_view a, std::u32string_view b, std::size_t i,
                                 std::size_t j) const noexcept {
    const std::size_t replaced = above_[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
    const std::size_t edited = std::min({replaced, above_[j] + 1, row_[j - 1] + 1});
    const bool exchanged = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
    return exchanged ? std::min(edited, before_[j - 2] + 1) : edited;
  }

  std::vector<std::size_t> before_;
  std::vector<std::size_t> above_;
  std::vector<std::size_t> row_;
};

}  // namespace detail

/// Words whose spelling is near that of `word`, itself left out: other cases of it first, then by
/// distance of the lower cases, equal ones in order of id, the most frequent first. The distance is
/// of optimal string alignment over code points, at most 1 for words of three to five code points
/// and 2 for longer ones; of shorter ones only other cases are found.
///
/// \param most  words to return, at most
/// \par Complexity  O(bytes of the vocabulary + candidates of like length · length of the word)
///                  time: a fraction of a second for a million words.
/// \par Thread safety  may be called concurrently.
[[nodiscard]] inline std::vector<WordId> near_spellings(const Vocabulary& vocabulary,
                                                        std::string_view word,
                                                        std::size_t most = 3) {
  if (most == 0) return {};
  std::u32string sought;
  detail::fold_to_code_points(word, std::numeric_limits<std::size_t>::max(), sought);
  std::size_t limit = std::min<std::size_t>(2, sought.size() / 3);
  std::u32string other;
  detail::SpellingDistance distance_of;
  std::vector<std::pair<std::size_t, WordId>> best;
  for (WordId id = 0; id < vocabulary.size(); ++id) {
    const std::string_view candidate = vocabulary.word(id);
    if (candidate.size() + limit < sought.size() || candidate == word) continue;
    detail::fold_to_code_points(candidate, sought.size() + limit + 1, other);
    const std::size_t distance = distance_of(sought, other, limit);
    if (distance > limit) continue;
    const std::pair<std::size_t, WordId> found{distance, id};
    best.insert(std::upper_bound(best.begin(), best.end(), found), found);
    if (best.size() > most) best.pop_back();
    if (best.size() < most) continue;
    // From here on a word must be nearer than the last of the best: its id is higher.
    if (best.back().first == 0) break;
    limit = best.back().first - 1;
  }
  std::vector<WordId> ids;
  for (const auto& [distance, id] : best) ids.push_back(id);
  return ids;
}

}  // namespace implicitmf
