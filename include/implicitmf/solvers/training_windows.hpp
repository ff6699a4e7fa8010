// SPDX-License-Identifier: MIT
/// \file
/// What a trainer of skip-gram is fed with: windows of a corpus, or pairs.
#pragma once

#include <algorithm>
#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <implicitmf/core/buffer.hpp>
#include <implicitmf/core/errors.hpp>
#include <implicitmf/core/random.hpp>
#include <implicitmf/core/types.hpp>
#include <implicitmf/corpus/encoded_corpus.hpp>
#include <implicitmf/corpus/subsampling.hpp>
#include <implicitmf/counting/window.hpp>

namespace implicitmf {

/// A context and the words that have it in their windows: tokens [from, to) of the list, but for
/// `self` and for `removed_token`.
struct TrainingWindow {
  WordId context = 0;
  std::uint32_t from = 0;
  std::uint32_t to = 0;
  std::uint32_t self = 0;
};

/// The `self` of a window that has no token of its own.
inline constexpr std::uint32_t no_self = 0xFFFF'FFFFU;

/// Rows that are moved together are moved from the same values: what each meets must not be so much
/// that it overshoots.
struct MeetingLimits {
  std::size_t windows = 4;       ///< of a group
  std::size_t tokens = 48;       ///< of a group's windows, added up
  std::size_t word_pairs = 20;   ///< of a word in a group
  std::size_t groups = 64;       ///< of two successive batches
  std::size_t batch_pairs = 80;  ///< of a word or a context in these; below 2^15: 16 bits count it

  /// Groups of a batch.
  [[nodiscard]] std::size_t batch_groups() const noexcept {
    return std::max<std::size_t>(1, groups / 2);
  }
};

/// Groups whose rows are moved together: from `from` on.
struct TrainingBatch {
  std::uint32_t from = 0;
  bool apart = false;  ///< from the batch before
};

namespace detail {

/// How often each row comes, or more: rows that share a place add up. `Times` holds all of them.
template <std::size_t Places, class Times>
class RowMeetings {
 public:
  void clear() noexcept { times_.fill(0); }
  /// Returns the times so far.
  std::size_t add(WordId row, std::size_t times) noexcept {
    Times& sum = times_[row % Places];
    return sum = static_cast<Times>(sum + times);
  }
  [[nodiscard]] std::size_t of(WordId row) const noexcept { return times_[row % Places]; }
  /// Takes back what add() added.
  void remove(WordId row, std::size_t times) noexcept {
    Times& sum = times_[row % Places];
    sum = static_cast<Times>(sum - times);
  }

 private:
  std::array<Times, Places> times_{};
};

}  // namespace detail

/// Windows in the order of training, neighbours in the text beside each other. Each has at least
/// one word.
struct WindowList {
  Buffer<WordId> tokens;
  Buffer<TrainingWindow> windows;
  Buffer<std::uint32_t> groups;   ///< see group(): where each begins, and the end of the last
  Buffer<TrainingBatch> batches;  ///< see batch(): the same for batches of groups
  Buffer<std::uint32_t> places;   ///< scratch of the source
  std::uint64_t contexts = 0;     ///< windows as the source gave them
  std::uint64_t pairs = 0;        ///< words in all windows

  void clear() noexcept {
    tokens.clear();
    windows.clear();
    groups.clear();
    batches.clear();
    contexts = 0;
    pairs = 0;
  }

  /// Cuts windows to at most `most` tokens each; 1 makes a window of each pair.
  void split(std::uint32_t most) {
    const auto fits = [most](const TrainingWindow& w) { return w.to - w.from <= most; };
    if (std::all_of(windows.begin(), windows.end(), fits)) return;
    Buffer<TrainingWindow> pieces;
    for (const TrainingWindow& window : windows)
      for (std::uint32_t from = window.from; from < window.to; from += most) {
        const std::uint32_t to = std::min(from + most, window.to);
        if (has_words(from, to, window.self))
          pieces.push_back({window.context, from, to, window.self});
      }
    windows.swap(pieces);
  }

  /// Puts successive windows together, within limits. A word is taken to stand in all windows of
  /// its group.
  void group(const MeetingLimits& most) {
    groups.clear();
    detail::RowMeetings<256, std::uint16_t> words;
    std::size_t in_group = most.windows;
    std::size_t spanned = 0;
    std::size_t repeats = 0;
    std::uint32_t reached = 0;
    for (std::size_t i = 0; i < windows.size(); ++i) {
      const TrainingWindow& window = windows[i];
      const std::size_t span = window.to - window.from;
      if (in_group < most.windows)
        repeats = add_words(words, std::max(window.from, reached), window.to, 1, repeats);
      if (in_group == most.windows || spanned + span > most.tokens ||
          repeats * (in_group + 1) > most.word_pairs) {
        groups.push_back(static_cast<std::uint32_t>(i));
        words.clear();
        repeats = add_words(words, window.from, window.to, 1, 0);
        in_group = 0;
        spanned = 0;
        reached = 0;
      }
      ++in_group;
      spanned += span;
      reached = std::max(reached, window.to);
    }
    groups.push_back(static_cast<std::uint32_t>(windows.size()));
  }
  [[nodiscard]] std::size_t group_count() const noexcept { return groups.size() - 1; }
  /// The windows of a group.
  [[nodiscard]] IndexRange group_windows(std::size_t i) const noexcept {
    return {groups[i], groups[i + 1]};
  }

  /// Puts successive groups together in batches of which two in a row are within limits, or the
  /// later one is apart.
  void batch(const MeetingLimits& most) {
    batches.clear();
    BatchMeetings met[2];
    BatchMeetings* now = &met[0];
    BatchMeetings* before = &met[1];  // of the last batch, where this one is not apart from it
    std::size_t in_batch = most.batch_groups();
    for (std::size_t g = 0; g < group_count(); ++g, ++in_batch) {
      if (in_batch < most.batch_groups()) {
        if (add_group(g, *now, *before) <= most.batch_pairs) continue;
        remove_group(g, *now);
      }
      std::swap(now, before);
      now->clear();
      const bool apart = add_group(g, *now, *before) > most.batch_pairs || most.groups < 2;
      if (apart) before->clear();
      batches.push_back({static_cast<std::uint32_t>(g), apart});
      in_batch = 0;
    }
    batches.push_back({static_cast<std::uint32_t>(group_count()), false});
  }
  [[nodiscard]] std::size_t batch_count() const noexcept { return batches.size() - 1; }
  /// The groups of a batch.
  [[nodiscard]] IndexRange batch_groups(std::size_t i) const noexcept {
    return {batches[i].from, batches[i + 1].from};
  }
  /// Whether the batch before must have moved before this one is looked at.
  [[nodiscard]] bool batch_apart(std::size_t i) const noexcept { return batches[i].apart; }

 private:
  struct BatchMeetings {
    detail::RowMeetings<4096, std::uint16_t> words;
    detail::RowMeetings<4096, std::uint16_t> contexts;
    void clear() noexcept {
      words.clear();
      contexts.clear();
    }
  };

  /// Calls word(id, times) for each place where a word of a group stands, and context(id, times)
  /// for each of its windows, with the pairs that they have, at most.
  template <class Word, class Context>
  void for_rows(std::size_t g, const Word& word, const Context& context) const {
    std::uint32_t reached = 0;
    const IndexRange range = group_windows(g);
    for (std::size_t i = range.begin; i < range.end; ++i) {
      const TrainingWindow& window = windows[i];
      context(window.context, window.to - window.from);
      for (std::uint32_t at = std::max(window.from, reached); at < window.to; ++at)
        if (tokens[at] != removed_token) word(tokens[at], range.size());
      reached = std::max(reached, window.to);
    }
  }
  /// Returns the most that one of its words or contexts has met, in `now` and `before`.
  std::size_t add_group(std::size_t g, BatchMeetings& now, const BatchMeetings& before) const {
    std::size_t most = 0;
    for_rows(
        g,
        [&](WordId id, std::size_t times) {
          most = std::max(most, now.words.add(id, times) + before.words.of(id));
        },
        [&](WordId id, std::size_t times) {
          most = std::max(most, now.contexts.add(id, times) + before.contexts.of(id));
        });
    return most;
  }
  void remove_group(std::size_t g, BatchMeetings& met) const {
    for_rows(
        g, [&](WordId id, std::size_t times) { met.words.remove(id, times); },
        [&](WordId id, std::size_t times) { met.contexts.remove(id, times); });
  }
  /// Adds the words of tokens [from, to); returns the most that one of them has met, or `most`.
  template <class Meetings>
  std::size_t add_words(Meetings& words, std::uint32_t from, std::uint32_t to, std::size_t times,
                        std::size_t most) const noexcept {
    for (; from < to; ++from)
      if (tokens[from] != removed_token) most = std::max(most, words.add(tokens[from], times));
    return most;
  }
  [[nodiscard]] bool has_words(std::uint32_t from, std::uint32_t to,
                               std::uint32_t self) const noexcept {
    for (; from < to; ++from)
      if (from != self && tokens[from] != removed_token) return true;
    return false;
  }
};

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
