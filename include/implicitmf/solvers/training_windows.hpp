// SPDX-License-Identifier: MIT
/// \file
/// What a trainer of skip-gram is fed with: windows of a corpus, or pairs.
#pragma once

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <implicitmf/core/buffer.hpp>
#include <implicitmf/core/errors.hpp>
#include <implicitmf/core/random.hpp>
#include <implicitmf/core/types.hpp>
#include <implicitmf/corpus/encoded_corpus.hpp>
#include <implicitmf/corpus/subsampling.hpp>
#include <implicitmf/counting/window.hpp>
#include <implicitmf/solvers/window_list.hpp>

namespace implicitmf {

/// Where windows come from. The units (tokens, pairs) are numbered [0, size()); fill(range, epoch,
/// list) replaces the list by the windows of the units in the range, which depend on the epoch and
/// on nothing else: cutting [0, size()) otherwise gives the same pairs in the same order. Thread
/// safe. total() is what size() counts as in reports, and unit() names it. may_repeat() tells
/// whether a pair may come many times in a row.
template <class S>
concept WindowSource = requires(const S& source, IndexRange range, std::size_t epoch,
                                WindowList& list) {
  { source.size() } -> std::convertible_to<std::size_t>;
  { source.total() } -> std::convertible_to<std::uint64_t>;
  { source.unit() } -> std::convertible_to<std::string_view>;
  { source.may_repeat() } -> std::convertible_to<bool>;
  source.fill(range, epoch, list);
};

/// A word that met a context.
struct WordPair {
  WordId word = 0;
  WordId context = 0;
  friend bool operator==(const WordPair&, const WordPair&) = default;
};

/// Pairs as they are given, in their order, every epoch alike. Successive pairs of one context are
/// one window, but for a pair that comes twice over.
class PairWindows {
 public:
  /// \param pairs  outlive this
  explicit PairWindows(std::span<const WordPair> pairs) : pairs_(pairs) {}

  [[nodiscard]] std::size_t size() const noexcept { return pairs_.size(); }
  [[nodiscard]] std::uint64_t total() const noexcept { return pairs_.size(); }
  [[nodiscard]] static std::string_view unit() noexcept { return "pairs"; }
  [[nodiscard]] static bool may_repeat() noexcept { return true; }

  void fill(IndexRange range, std::size_t /*epoch*/, WindowList& list) const {
    list.clear();
    list.pairs = range.size();
    for (std::size_t i = range.begin; i < range.end; ++i) {
      const auto [word, context] = pairs_[i];
      const auto at = static_cast<std::uint32_t>(list.tokens.size());
      if (i == range.begin || pairs_[i - 1].context != context || pairs_[i - 1].word == word)
        list.windows.push_back({context, at, at, no_self});
      list.tokens.push_back(word);
      list.windows.back().to = at + 1;
    }
    list.contexts = list.windows.size();
  }

 private:
  std::span<const WordPair> pairs_;
};

/// The windows of a corpus, as the contexts at its positions: each position draws how far it is
/// seen, so that a word meets a context at distance d with probability weight(d) / weight(1), and
/// tokens of frequent words are left out at random before that. The mirror image of
/// CooccurrenceCounter: its expected pairs are proportional to the counts of the same window.
class CorpusWindows {
 public:
  /// \param corpus  outlives this
  /// \param table   weights must not rise with the distance
  /// \throws ConfigError
  CorpusWindows(const EncodedCorpus& corpus, const WindowTable& table,
                const Subsampling& subsampling, std::uint64_t seed)
      : stream_(corpus.stream()),
        tokens_read_(corpus.statistics().tokens_read),
        before_(table.after),  // a context stands after the words before it
        after_(table.before),
        limits_(subsampling.limits(corpus.vocabulary())),
        seed_(seed),
        holes_(std::find(stream_.begin(), stream_.end(), removed_token) != stream_.end()) {
    subsampling.validate();
    for (const std::vector<Count>* weights : {&before_, &after_}) {
      if (!std::is_sorted(weights->rbegin(), weights->rend()))
        throw ConfigError("window", "training by sampling needs weights that fall with distance");
      if (!weights->empty()) most_ = std::max(most_, weights->front());
    }
    if (most_ == 0) throw ConfigError("window", "has no weight at distance 1");
  }

  /// Elements of the stream, marks among them.
  [[nodiscard]] std::size_t size() const noexcept { return stream_.size(); }
  /// Tokens that were read.
  [[nodiscard]] std::uint64_t total() const noexcept { return tokens_read_; }
  [[nodiscard]] static std::string_view unit() noexcept { return "tokens"; }
  [[nodiscard]] static bool may_repeat() noexcept { return false; }

  void fill(IndexRange range, std::size_t epoch, WindowList& list) const {
    list.clear();
    for (std::size_t begin = range.begin; begin < range.end;) {
      const std::size_t end = sentence_end(begin, range.end);
      if (begin < end) add_windows({begin, end}, epoch, list);
      begin = end + 1;
    }
    list.contexts = list.windows.size();
  }

 private:
  /// The first sentence border at or after `from`, or `limit`.
  [[nodiscard]] std::size_t sentence_end(std::size_t from, std::size_t limit) const noexcept {
    while (from < limit && stream_[from] != sentence_break) ++from;
    return from;
  }
  /// Windows of the contexts in a range of one sentence.
  void add_windows(IndexRange range, std::size_t epoch, WindowList& list) const {
    const std::size_t sentence = list.tokens.size();
    const std::size_t first = keep_tokens(range, epoch, list);
    const std::size_t end = list.tokens.size();
    const RandomStream radius(seed_, RandomPurpose::window_radius, 0, epoch);
    for (std::size_t i = 0; i < list.places.size(); ++i) {
      const std::size_t at = first + i;
      if (list.tokens[at] == removed_token) continue;
      std::uint32_t rest = 0;
      const Count drawn = scale_bits(radius.at(range.begin + list.places[i]), most_, rest);
      const std::size_t from = at - std::min(at - sentence, reach_of(before_, drawn));
      const std::size_t to = std::min(end, at + 1 + reach_of(after_, drawn));
      const std::size_t words = words_in(list, from, to) - 1;
      if (words == 0) continue;
      list.pairs += words;
      list.windows.push_back({list.tokens[at], static_cast<std::uint32_t>(from),
                              static_cast<std::uint32_t>(to), static_cast<std::uint32_t>(at)});
    }
  }

  [[nodiscard]] std::size_t words_in(const WindowList& list, std::size_t from,
                                     std::size_t to) const noexcept {
    if (!holes_) return to - from;
    return static_cast<std::size_t>(
        std::count_if(list.tokens.begin() + static_cast<std::ptrdiff_t>(from),
                      list.tokens.begin() + static_cast<std::ptrdiff_t>(to),
                      [](WordId id) { return id != removed_token; }));
  }

  /// Adds the tokens that are kept of a range of one sentence, with their places in it, between as
  /// many kept around them as windows reach. Returns where those of the range begin.
  std::size_t keep_tokens(IndexRange range, std::size_t epoch, WindowList& list) const {
    const RandomStream subsampling(seed_, RandomPurpose::subsampling, 0, epoch);
    const auto keeps = [&](std::size_t at) {
      const WordId id = stream_[at];
      return id == removed_token || (subsampling.at(at) >> 32U) <= limits_[id];
    };
    Buffer<WordId>& tokens = list.tokens;
    const std::size_t begin = tokens.size();
    for (std::size_t at = range.begin;
         tokens.size() < begin + before_.size() && stream_[at - 1] != sentence_break;)
      if (keeps(--at)) tokens.push_back(stream_[at]);
    std::reverse(tokens.begin() + static_cast<std::ptrdiff_t>(begin), tokens.end());
    const std::size_t first = tokens.size();

    tokens.resize(first + range.size());
    list.places.resize(range.size());
    std::size_t kept = 0;
    for (std::size_t at = range.begin; at < range.end; ++at) {
      tokens[first + kept] = stream_[at];
      list.places[kept] = static_cast<std::uint32_t>(at - range.begin);
      kept += static_cast<std::size_t>(keeps(at));
    }
    tokens.resize(first + kept);
    list.places.resize(kept);

    for (std::size_t at = range.end;
         tokens.size() < first + kept + after_.size() && stream_[at] != sentence_break; ++at)
      if (keeps(at)) tokens.push_back(stream_[at]);
    return first;
  }

  /// How far a context is seen that drew a number below the weight at distance 1.
  [[nodiscard]] static std::size_t reach_of(const std::vector<Count>& weights,
                                            Count drawn) noexcept {
    const auto reaches = [drawn](Count weight) { return weight > drawn; };
    // Where a search ends nothing could predict: of few weights all are looked at.
    constexpr std::size_t few = 16;
    if (weights.size() <= few)
      return static_cast<std::size_t>(std::count_if(weights.begin(), weights.end(), reaches));
    return static_cast<std::size_t>(std::partition_point(weights.begin(), weights.end(), reaches) -
                                    weights.begin());
  }

  std::span<const WordId> stream_;
  std::uint64_t tokens_read_;
  std::vector<Count> before_;
  std::vector<Count> after_;
  Count most_ = 0;
  std::vector<std::uint32_t> limits_;
  std::uint64_t seed_;
  bool holes_;
};

}  // namespace implicitmf
