// SPDX-License-Identifier: MIT
/// \file
/// Vocabulary: the words that are kept, in order of frequency, with their ids and counts.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <implicitmf/core/errors.hpp>
#include <implicitmf/core/types.hpp>

namespace implicitmf {

/// A word and how often it occurs.
struct WordCount {
  std::string_view word;
  Count count = 0;
};

/// Words with ids 0, 1, 2, ... and token counts. Words are bytes: compared bytewise, never decoded.
///
/// \par Memory  the words' bytes and 20 bytes a word.
/// \par Thread safety  immutable once made.
class Vocabulary {
 public:
  Vocabulary() = default;

  /// Takes the words in the order given; word i gets id i.
  /// \throws InputError if a word comes twice, the counts sum to 2^64 or more, or at more than
  ///                    max_vocabulary words
  explicit Vocabulary(const std::vector<WordCount>& words) {
    if (words.size() > max_vocabulary)
      throw InputError("vocabulary: " + std::to_string(words.size()) + " words are too many");
    std::size_t bytes = 0;
    for (const WordCount& w : words) bytes += w.word.size();
    bytes_.reserve(bytes);
    begins_.reserve(words.size() + 1);
    counts_.reserve(words.size());
    for (const WordCount& w : words) {
      if (w.count > ~Count{0} - tokens_)
        throw InputError("vocabulary: the counts sum to 2^64 or more");
      bytes_.insert(bytes_.end(), w.word.begin(), w.word.end());
      begins_.push_back(bytes_.size());
      counts_.push_back(w.count);
      tokens_ += w.count;
    }
    index_words();
  }

  /// The words that occur at least `min_count` times, most frequent first, ties in order of their
  /// bytes, the first `max_size` of them (0: all).
  [[nodiscard]] static Vocabulary most_frequent(std::vector<WordCount> words, Count min_count,
                                                std::size_t max_size = 0) {
    std::erase_if(words, [=](const WordCount& w) { return w.count < min_count; });
    std::sort(words.begin(), words.end(), [](const WordCount& a, const WordCount& b) {
      return a.count != b.count ? a.count > b.count : a.word < b.word;
    });
    if (max_size != 0 && words.size() > max_size) words.resize(max_size);
    return Vocabulary(words);
  }

  [[nodiscard]] std::size_t size() const noexcept { return counts_.size(); }
  [[nodiscard]] bool empty() const noexcept { return counts_.empty(); }
  /// The word of an id below size().
  [[nodiscard]] std::string_view word(WordId id) const noexcept {
    return {bytes_.data() + begins_[id], begins_[id + 1] - begins_[id]};
  }
  /// Tokens of the word in the corpus.
  [[nodiscard]] Count count(WordId id) const noexcept { return counts_[id]; }
  /// Sum of all counts, in tokens.
  [[nodiscard]] Count tokens() const noexcept { return tokens_; }

  /// The id of a word, if it is in the vocabulary. O(log size) comparisons.
  [[nodiscard]] std::optional<WordId> find(std::string_view word) const noexcept {
    const auto it = std::lower_bound(
        by_bytes_.begin(), by_bytes_.end(), word,
        [this](WordId id, std::string_view sought) { return this->word(id) < sought; });
    if (it == by_bytes_.end() || this->word(*it) != word) return std::nullopt;
    return *it;
  }

  /// The same words, ids and counts.
  friend bool operator==(const Vocabulary&, const Vocabulary&) = default;

 private:
  void index_words() {
    by_bytes_.resize(size());
    std::iota(by_bytes_.begin(), by_bytes_.end(), WordId{0});
    std::sort(by_bytes_.begin(), by_bytes_.end(),
              [this](WordId a, WordId b) { return word(a) < word(b); });
    const auto twice =
        std::adjacent_find(by_bytes_.begin(), by_bytes_.end(),
                           [this](WordId a, WordId b) { return word(a) == word(b); });
    if (twice != by_bytes_.end())
      throw InputError("vocabulary: the word \"" + std::string(word(*twice)) + "\" comes twice");
  }

  std::vector<char> bytes_;
  std::vector<std::uint64_t> begins_{0};
  std::vector<Count> counts_;
  std::vector<WordId> by_bytes_;
  Count tokens_ = 0;
};

}  // namespace implicitmf
